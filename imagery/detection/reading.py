"""Our own detection of a granule, as the reading of a file of fire points."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firewatch.core import schema
from firewatch.core.vocab import Source
from imagery.coverage.table import of_granule
from imagery.detection import modis, viirs
from imagery.detection.detect import DetectedGranule, Detectors
from imagery.detection.parameters import parameter_hash
from imagery.detection.product import DECIMALS, OVER_WATER, own_version, product_version
from imagery.level1.pairs import GranuleFiles
from imagery.reading import Look, Reading, both, rejection_table

FORMAT_NAMES = {"VIIRS_I": "viirs_level1", "MODIS": "modis_level1"}
SENSORS = {"VIIRS_I": "VIIRS", "MODIS": "MODIS"}
_POWER_BAND = "M13"
_UNRANKED = 0


def version_of(granule: DetectedGranule) -> str:
    """Return the product version of a granule's fires."""
    return product_version(
        granule.algorithm, granule.version, granule.parameter_hash, granule.missing
    )


def versions_in_force(detectors: Detectors) -> dict[str, str]:
    """Return, by product family, the version that these parameter sets make of a granule."""
    sets = {"VIIRS_I": (viirs, detectors.viirs), "MODIS": (modis, detectors.modis)}
    return {
        family: own_version(
            product_version(room.ALGORITHM, room.VERSION, parameter_hash(values), ())
        ).text
        for family, (room, values) in sets.items()
    }


def reading_of_detection(granule: DetectedGranule, cropland_version: str = "") -> Reading:
    """Return a granule's fires, where it looked and what it saw.

    Ranks are 0 until the ledger gives them: which of two versions of our own is the newer one is
    known there only. acquired_utc is the start of the granule, as in the provider's text.
    """
    version = version_of(granule)
    points = _points(granule, version)
    look = Look(
        granule.platform, SENSORS[granule.sensor], granule.sensor, version, _UNRANKED,
        granule.extent, granule.started_utc_s, max(granule.started_utc_s, granule.ended_utc_s - 1),
    )  # fmt: skip
    return Reading(
        path=granule.image,
        format_name=FORMAT_NAMES[granule.sensor],
        points=points,
        rejections=rejection_table([]),
        rows=len(points),
        extent=granule.extent,
        period_utc_s=(look.first_s, look.last_s),
        simulated=granule.simulated,
        looks=(look,),
        coverage=None
        if granule.coverage is None
        else of_granule(
            granule.coverage,
            granule.platform,
            granule.sensor,
            version,
            _UNRANKED,
            granule.started_utc_s,
            granule.ended_utc_s,
            cropland_version,
        ),
        own={(granule.sensor, version): own_version(version)},
        remark=_remark(granule, points),
    )


def _remark(granule: DetectedGranule, points: pd.DataFrame) -> str:
    """Return what the user should know of a granule: no fire in it, no M13 or none of use."""
    remarks = [] if len(points) else [both("detected.none")]
    if granule.set_aside:
        told = both("detected.set_aside")
        remarks += [f"{told}: {fault.where}: {fault.what}" for fault in granule.set_aside]
    elif _POWER_BAND in granule.missing and isinstance(granule.files, GranuleFiles):
        remarks.append(both("detected.power_band"))
    return "; ".join(remarks)


def _points(granule: DetectedGranule, version: str) -> pd.DataFrame:
    fires = granule.fires.assign(
        source_row=np.arange(1, len(granule.fires) + 1),
        source=str(Source.SATELLITE),
        product_family=granule.sensor,
        product_version=version,
        product_rank=_UNRANKED,
        platform=granule.platform,
        sensor=SENSORS[granule.sensor],
        confidence_raw=granule.fires["confidence"],
        provider_type=np.where(granule.fires["water"].to_numpy(dtype=bool), OVER_WATER, ""),
    )
    return schema.conform(fires, "read").round(DECIMALS)
