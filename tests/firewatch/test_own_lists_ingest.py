"""Lists that `firewatch detect --out` wrote, taken into the ledger as our own detection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from firewatch.pipeline import ingest
from firewatch.reports.detections_export import write_detections
from firewatch.rulebook import rulebook, watch_over
from firewatch.settings import DetectionSettings, Settings
from firewatch.simulate.granule import GranuleRequest, SimulatedGranule, simulate_granule
from firewatch.simulate.granule_ground import Weather
from firewatch.supersession import OWN_RANKS
from imagery.detection.detect import detect_granules

STARTED = 1_604_729_100  # 2020-11-07 06:05 UTC
NOW_S = 1_767_000_000
FIRES = pd.DataFrame(
    {"lon": [108.40, 109.00], "lat": [23.69, 23.70], "area_m2": [400.0, 300.0], "t_k": 900.0}
)


@pytest.fixture(scope="module")
def granule(tmp_path_factory: pytest.TempPathFactory) -> SimulatedGranule:
    weather = Weather(cloud_share=0.0)
    request = GranuleRequest("S-NPP", STARTED, FIRES, scans=3, weather=weather)
    return simulate_granule(tmp_path_factory.mktemp("granule"), request)


@pytest.fixture(scope="module", params=[".csv", ".geojson"])
def listed(
    granule: SimulatedGranule,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Path:
    """Return the granule's fires as a list, with those of another granule six minutes later."""
    (found,) = detect_granules([granule.files["02IMG"]])
    later = found.fires["acquired_utc"] + pd.Timedelta(minutes=6)
    both = pd.concat([found.fires, found.fires.assign(acquired_utc=later, lon=110.0)])
    path = tmp_path_factory.mktemp("list") / f"fires{request.param}"
    write_detections(path, both)
    return path


def take_in(office: Any, *paths: Path, **detection: Any) -> Any:
    settings = Settings(detection=DetectionSettings(**detection))
    office.rules = rulebook(office.ledger, settings)
    watch = watch_over(office.rules.areas, settings)
    (outcome,) = ingest(office.ledger, paths, office.rules, NOW_S, watch=watch).files
    assert not outcome.error
    return outcome


def test_the_list_of_a_granule_on_record_brings_only_what_is_not_on_record(
    office: Any, granule: SimulatedGranule, listed: Path
) -> None:
    first = take_in(office, granule.files["02IMG"])
    second = take_in(office, listed)
    assert first.new > 0
    assert (second.duplicate, second.new, second.superseded) == (first.new, first.new, 0)
    current = office.current()
    assert current["product_rank"].between(OWN_RANKS.start, OWN_RANKS.stop - 1).all()
    assert len(set(current["product_version"])) == 1
    assert current["simulated"].all()


def test_a_granule_after_its_list_changes_nothing(
    office: Any, granule: SimulatedGranule, listed: Path
) -> None:
    first = take_in(office, listed)
    second = take_in(office, granule.files["02IMG"])
    assert (second.new, second.superseded) == (0, 0)
    assert first.new == 2 * second.duplicate


def test_a_list_of_one_set_of_parameters_and_a_granule_of_another_are_two_versions(
    office: Any, granule: SimulatedGranule, listed: Path
) -> None:
    first = take_in(office, listed)
    second = take_in(office, granule.files["02IMG"], viirs={"absolute_night_bt_mir_k": 321.0})
    assert second.new == second.inside > 0
    # The later granule of the list is no version of this one: it stays.
    assert second.superseded == first.new // 2
