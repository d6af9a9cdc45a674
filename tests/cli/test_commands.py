"""The command line as users type it, on real files."""

from __future__ import annotations

import json
import subprocess
import sys
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest
from commands_apart import run_apart

from firewatch.core.errors import SettingsError
from firewatch.settings import load_settings

ROW = "22.82000,108.32000,335.0,0.4,0.4,2020-11-05,0612,N,VIIRS,n,2.0NRT,295.0,5.0,D"
PROGRAM = str(Path(sys.executable).parent / "firewatch")
AS_OF = "2020-11-05T18:00"
LOADED = ("pandas", "pyogrio", "firewatch.count.tally", "firewatch.rulebook")


def test_ingest_prints_one_json_document_and_nothing_else(firewatch: Any) -> None:
    path = firewatch.file("a.csv", ROW, ROW.replace("22.82", "12.82"))
    assert firewatch.json("ingest", path) == {
        "files": [
            {
                "path": str(path),
                "rows": 2,
                "inside": 1,
                "outside": 1,
                "rejected": 0,
                "duplicate": 0,
                "superseded": 0,
                "new": 1,
            }
        ],
        "by_city": {"南宁市": 1},
        "simulated": False,
    }


def test_folders_and_globs_are_accepted(firewatch: Any) -> None:
    firewatch.file("a.csv", ROW)
    firewatch.file("b.csv", ROW.replace("0612", "1812"))
    assert len(firewatch.json("ingest", "*.csv")["files"]) == 2
    other = firewatch.json("ingest", firewatch.folder, "--ledger", firewatch.folder / "x.db")
    assert [Path(file["path"]).name for file in other["files"]][:2] == ["a.csv", "b.csv"]


def test_a_failed_file_among_good_ones_gives_exit_code_1_and_the_good_ones_are_in(
    firewatch: Any,
) -> None:
    (firewatch.folder / "bad.csv").write_text("<html>Access denied</html>")
    firewatch.file("good.csv", ROW)
    done = firewatch.run("ingest", "bad.csv", "good.csv", "--json")
    assert done.returncode == 1
    assert "bad.csv" in done.stderr
    assert json.loads(done.stdout)["by_city"] == {"南宁市": 1}


@pytest.mark.parametrize(
    "line",
    [
        ["ingest"],
        ["ingest", "no-such-file-*.csv"],
        ["tally", "--by", "continent"],
        ["tally", "--season", "2020-22"],
        ["tally", "--as-of", "tomorrow"],
        ["frobnicate"],
    ],
)
def test_wrong_usage_gives_exit_code_2(firewatch: Any, line: list[str]) -> None:
    done = firewatch.run(*line)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_ledger_that_is_none_is_refused_without_a_traceback(firewatch: Any) -> None:
    (firewatch.folder / "notes.txt").write_text("not a ledger" * 500)
    done = firewatch.run("tally", "--ledger", "notes.txt")
    assert done.returncode == 1
    assert "notes.txt" in done.stderr and "Traceback" not in done.stderr


def test_points_come_ruled_to_standard_output(firewatch: Any) -> None:
    firewatch("ingest", firewatch.file("a.csv", ROW))
    text = firewatch("points")
    assert "S-NPP_VIIRS_I_2.0NRT_20201105T0612_10832000_2282000" in text
    assert "南宁市" in text and "unzoned" in text
    features = json.loads(firewatch("points", "--format", "geojson"))["features"]
    assert features[0]["geometry"]["coordinates"] == [108.32, 22.82]
    firewatch("points", "--format", "gpkg", code=2)


def test_the_suffix_of_the_output_chooses_its_format(firewatch: Any) -> None:
    firewatch("ingest", firewatch.file("a.csv", ROW))
    firewatch("points", "--out", "points.gpkg")
    assert (firewatch.folder / "points.gpkg").read_bytes().startswith(b"SQLite format 3")
    firewatch("points", "--out", "points.xyz", code=2)


def test_points_of_another_season_are_left_out(firewatch: Any) -> None:
    firewatch("ingest", firewatch.file("a.csv", ROW))
    assert "S-NPP" not in firewatch("points", "--season", "2019-20")


def test_zones_are_imported_and_points_decided_again(firewatch: Any) -> None:
    firewatch("ingest", firewatch.file("a.csv", ROW))
    box = [[108, 22.5], [108.6, 22.5], [108.6, 23.1], [108, 23.1], [108, 22.5]]
    zone = {
        "type": "Feature",
        "properties": {"name": "南宁禁烧区"},
        "geometry": {"type": "Polygon", "coordinates": [box]},
    }
    (firewatch.folder / "ban.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [zone]}), encoding="utf-8"
    )
    notice = ["--kind", "ban", "--notice", "南府〔2020〕1号", "--from", "2020-11-01"]
    firewatch("zones", "import", "ban.geojson", *notice)
    listed = firewatch.json("zones", "list", "--on", "2020-11-05")["zones"]
    assert [row["notice"] for row in listed] == ["南府〔2020〕1号"]
    assert firewatch.json("zones", "list", "--on", "2020-10-31")["zones"] == []
    changes = firewatch.json("redecide")["changes"]
    rulings = [change for change in changes if change["column"] == "ruling"]
    assert rulings[0]["after"] == "ban_violation"
    reasons = firewatch("points")
    assert "南府〔2020〕1号" in reasons


def test_alerts_are_told_once_and_old_ones_are_late(firewatch: Any) -> None:
    firewatch("ingest", firewatch.file("a.csv", ROW, ROW.replace("2020-11-05", "2020-11-01")))
    first = firewatch.json("alerts", "send", "--as-of", AS_OF)
    assert first["states"] == {"due": 1, "late": 1}
    assert (firewatch.folder / "alerts").is_dir()
    again = firewatch.json("alerts", "send", "--as-of", "2020-11-05T18:30")
    assert again["states"] == {"told": 2}


def test_an_alert_stays_told_when_a_newer_version_takes_the_points_place(
    firewatch: Any,
) -> None:
    firewatch("ingest", firewatch.file("nrt.csv", ROW))
    firewatch("alerts", "send", "--as-of", AS_OF)
    newer = ROW.replace("2.0NRT", "2").replace("108.32000", "108.32040")
    firewatch("ingest", firewatch.file("standard.csv", newer))
    assert firewatch.json("alerts", "preview", "--as-of", AS_OF)["states"] == {"told": 1}


def test_explain_shows_every_fact_behind_a_point(firewatch: Any) -> None:
    firewatch("ingest", firewatch.file("a.csv", ROW))
    point = "S-NPP_VIIRS_I_2.0NRT_20201105T0612_10832000_2282000"
    found = firewatch.json("explain", point)
    assert found["sightings"][0]["source_row"] == 2
    assert found["decisions"][0]["trigger"] == "ingest 1"
    firewatch("explain", "S-NPP_nowhere_1_2", code=2)


def test_rejections_say_what_to_do(firewatch: Any) -> None:
    firewatch("ingest", firewatch.file("a.csv", ROW, ROW.replace(",N,", ",XX,")))
    row = firewatch.json("rejections")["rejections"][0]
    assert (row["file"], row["source_row"]) == ("a.csv", 3)
    assert row["remedy"]


def test_tally_by_every_key_carries_the_rule_that_counted(firewatch: Any) -> None:
    firewatch("ingest", firewatch.file("a.csv", ROW))
    for key in ("city", "county", "day", "week", "month", "zone", "source", "status"):
        document = firewatch.json("tally", "--by", key, "--as-of", "2021-03-01")
        assert document["rule"] == "event_day v1"
        assert document["rows"] and document["notes"]


def test_english_on_request(firewatch: Any) -> None:
    firewatch("ingest", firewatch.file("a.csv", ROW))
    assert "Counting rule" in firewatch("tally", "--lang", "en")
    assert "计数规则" in firewatch("tally")


@pytest.mark.parametrize(
    ("line", "key", "expected"),
    [
        ("[events]\ngap_h = 'long'", "events.gap_h", "number"),
        ("[detection]\nviir = {}", "detection.viir", "viirs"),
        ("[coverage]\ncroplands = 'x.tif'", "coverage.croplands", "cropland_values"),
        ("[detection]\nrank = 'top'", "detection.rank", "above_nrt"),
        ("[detection.viirs]\nframes = 1", "detection.viirs.frames", "candidate_day_dt_k"),
        ("[detection.viirs]\nlow_dt_k = true", "detection.viirs.low_dt_k", "number"),
        ("[detection.viirs]\nwindow_last = false", "detection.viirs.window_last", "int"),
        ("[detection.modis]\ncandidate_rule = 3", "detection.modis.candidate_rule", "adaptive-own"),
    ],
)
def test_a_setting_that_cannot_be_is_wrong_usage_and_says_where_and_what_would_be_right(
    firewatch: Any, line: str, key: str, expected: str
) -> None:
    (firewatch.folder / "firewatch.toml").write_text(line + "\n")
    done = firewatch.run("ingest", firewatch.file("a.csv", ROW))
    assert (done.returncode, done.stdout) == (2, "")
    for said in (key, "firewatch.toml", "expected", expected, "do:"):
        assert said in done.stderr
    assert not firewatch.folder.joinpath("firewatch.db-journal").exists()


def test_thresholds_may_be_environment_variables_each_by_its_name(
    firewatch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from firewatch.rulebook import detectors_of

    (firewatch.folder / "firewatch.toml").write_text("[detection.viirs]\nlow_dt_k = 29\n")
    variables = {
        "VIIRS__CANDIDATE_DAY_DT_K": "26.5",
        "VIIRS__WINDOW_LAST": "21",
        "VIIRS__MIN_VALID": "all",
        "MODIS__CANDIDATE_RULE": "adaptive-own",
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"FIREWATCH_DETECTION__{name}", value)
    monkeypatch.chdir(firewatch.folder)
    found = detectors_of(load_settings().detection)
    assert (found.viirs.candidate_day_dt_k, found.viirs.window_last) == (26.5, 21)
    assert (found.viirs.low_dt_k, found.viirs.min_valid) == (29.0, "all")
    assert found.modis.candidate_rule == "adaptive-own"
    monkeypatch.setenv("FIREWATCH_DETECTION__VIIRS__LOW_DT_K", "true")
    with pytest.raises(SettingsError, match=r"detection\.viirs\.low_dt_k"):
        detectors_of(load_settings().detection)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["tally", "--by", "continent"], 2),
        (["frobnicate"], 2),
        (["tally", "--season", "2020-22"], 2),
        (["ingest", "no-such-file.csv"], 2),
        (["detect", "no-such-file.nc"], 2),
        (["tally", "--ledger", "notes.txt"], 1),
        (["map", "--ledger", "new.db", "--out", "notes.txt/map.html"], 1),
        (["coverage", "--ledger", "new.db", "--out", "x.pdf"], 2),
    ],
)
def test_with_json_an_error_is_the_one_document_on_standard_output(
    firewatch: Any, line: list[str], code: int
) -> None:
    (firewatch.folder / "notes.txt").write_text("not a ledger" * 500)
    done = firewatch.run(*line, "--json")
    assert done.returncode == code
    document = json.loads(done.stdout)
    assert set(document) == {"error"}
    assert set(document["error"]) == {"what", "where", "expected", "remedy"}
    assert document["error"]["what"] in done.stderr


def test_a_reader_that_goes_away_ends_the_program_in_silence(firewatch: Any) -> None:
    firewatch("ingest", firewatch.file("a.csv", ROW))
    with subprocess.Popen(
        [PROGRAM, "points"], cwd=firewatch.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None and program.stderr is not None
        program.stdout.close()
        said = program.stderr.read()
    assert (program.returncode, said) == (141, b"")


@pytest.mark.parametrize("line", [["points", "--json"], ["tally"], ["doctor", "--json"]])
def test_a_reader_that_goes_away_ends_every_command_in_silence(
    firewatch: Any, line: list[str]
) -> None:
    firewatch("ingest", firewatch.file("a.csv", ROW))
    ledger = str(firewatch.folder / "firewatch.db")
    reader, writer = Pipe(duplex=False)
    reader.close()
    with writer:
        line = [*line, "--ledger", ledger]
        ended = run_apart(line, firewatch.folder / "said.txt", *LOADED, output=writer)
    assert (ended.returncode, ended.stderr) == (141, "")


def test_a_full_disk_is_said_plainly_and_leaves_the_old_file(firewatch: Any) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    firewatch("ingest", firewatch.file("a.csv", ROW))
    limit = f"ulimit -f 1; exec {PROGRAM} map --out map.html"
    (firewatch.folder / "map.html").write_text("old")
    done = subprocess.run(
        ["bash", "-c", limit], cwd=firewatch.folder, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert (firewatch.folder / "map.html").read_text() == "old"


def test_doctor_says_what_is_missing(firewatch: Any) -> None:
    document = firewatch.json("doctor")
    assert document["boundaries"].endswith("14 / 111 / 0 / 0")
    assert any("firewatch.db" in remark for remark in document["to_do"])


@pytest.mark.parametrize("out", [["--out", "a.csv"], ["--out=./a.csv"]])
def test_an_output_never_takes_the_place_of_an_input(firewatch: Any, out: list[str]) -> None:
    path = firewatch.file("a.csv", ROW)
    before = path.read_bytes()
    said = firewatch.said("compare", "a.csv", "a.csv", *out, "--lang", "en", code=2)
    assert "would replace an input" in said
    assert path.read_bytes() == before
