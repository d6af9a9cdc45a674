"""The user's own table of precedence."""

from __future__ import annotations

from pathlib import Path

import pytest

from firewatch.core.errors import SettingsError
from firewatch.core.vocab import Ruling, ZoneKind
from zones.ruling.precedence import default_precedence, read_precedence

HEADING = "kind,effect,ruling,rank\n"


def written(folder: Path, *rows: str, heading: str = HEADING) -> Path:
    path = folder / "precedence.csv"
    path.write_text(heading + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_a_temporary_ban_rules_like_a_ban_and_road_sides_are_marks() -> None:
    shipped = default_precedence()
    assert shipped.ruling[ZoneKind.TEMPORARY_BAN] == Ruling.BAN_VIOLATION
    for kind in (ZoneKind.TRUNK_ROAD_SIDE, ZoneKind.AIRPORT, ZoneKind.DENSE_AREA):
        assert shipped.is_mark(kind)


def test_a_kind_of_the_users_own_decides_as_the_table_says(tmp_path: Path) -> None:
    path = written(tmp_path, "ban,ruling,ban_violation,2", "高铁沿线,ruling,ban_violation,1",
                   "restricted,ruling,restricted_unpermitted,3", "湿地,mark,,")  # fmt: skip
    own = read_precedence(path)
    assert own.rank["高铁沿线"] < own.rank["ban"]
    assert own.is_mark("湿地") and own.version != default_precedence().version
    assert own.described()["高铁沿线"] == "1 ban_violation"


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("ban,rules,ban_violation,1", "effect"),
        ("ban,ruling,restricted_permitted,1", "ruling"),
        ("ban,ruling,ban_violation,first", "rank"),
        (",mark,,", "kind"),
        ("ban,ruling,ban_violation,1\nban,mark,,", "kind"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, row: str, place: str) -> None:
    with pytest.raises(SettingsError, match=rf"precedence\.csv.*\n?.*{place}"):
        read_precedence(written(tmp_path, *row.split("\n")))


def test_a_table_without_its_columns_or_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="rank"):
        read_precedence(written(tmp_path, "ban,ruling", heading="kind,effect\n"))
    with pytest.raises(SettingsError, match="absent"):
        read_precedence(tmp_path / "absent.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(SettingsError, match="empty"):
        read_precedence(tmp_path / "empty.csv")
