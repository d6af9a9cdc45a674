"""Zones from the files that cities send, checked before they can rule anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firewatch.core.errors import ZoneFileError
from firewatch.core.geo import Extent
from firewatch.core.i18n import texts
from firewatch.core.time import day_number
from firewatch.core.vocab import Language
from zones.combinations import SEPARATOR
from zones.crs import GUANGXI_EXTENT, to_wgs84
from zones.dates import is_open, written_days
from zones.headings import find_columns, kind_codes, known_headings
from zones.layer import Layer, read_layer
from zones.polygons import Repair, features, repaired, require_polygons
from zones.register import OPEN_END, Register, register_from

_COLUMNS = ("kind", "name", "notice", "authority", "valid_from", "valid_to", "illustrative")
_TRUE_WORDS = ("1", "true", "yes", "是", "1.0")


@dataclass(frozen=True, eq=False)
class ZoneReading:
    """The zones of one file, and what its reader had to mend.

    Parameters
    ----------
    register
        The zones, in WGS-84.
    repairs
        Polygons that crossed themselves.
    names
        The name of each feature of the file, in its order.
    path
        The user's file.
    """

    register: Register
    repairs: tuple[Repair, ...]
    names: tuple[str, ...]
    path: Path

    def notes(self, language: Language) -> tuple[str, ...]:
        """Return one sentence a repair: where it was and how the area changed."""
        say = texts("zones", language)
        return tuple(
            say(
                "note.repaired",
                where=self.path.name,
                feature=repair.feature,
                name=self.names[repair.feature - 1],
                place=f"{repair.lon:.5f} E, {repair.lat:.5f} N",
                change_km2=f"{repair.change_km2:+.4f}",
            )
            for repair in self.repairs
        )


@dataclass(frozen=True)
class Declared:
    """What the user says of all zones of a file; wins over the file's own columns."""

    kind: str | None = None
    notice: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    authority: str = ""


def read_zones(
    path: Path,
    *,
    kind: str | None = None,
    notice: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    authority: str = "",
    crs: str | None = None,
    region: Extent = GUANGXI_EXTENT,
) -> ZoneReading:
    """Read zones from GeoPackage, shapefile (folder or zip too) or GeoJSON.

    Parameters
    ----------
    path
        The file.
    kind, notice, valid_from, valid_to, authority
        Hold for all zones of the file. Where one is None or empty, the file's own column counts;
        its heading and kinds may be Chinese or English (`headings.csv`, `kinds.csv`).
    crs
        The coordinate system, such as "EPSG:4490", where the file declares none or a wrong one.
    region
        Where zones can be, WGS-84 degrees.

    Returns
    -------
    ZoneReading
        The register of these zones, and what was mended in them.

    Raises
    ------
    ZoneFileError
        Naming file, feature and remedy. Nothing is taken from a file that has an error.
    """
    layer = read_layer(path)
    require_polygons(layer.geometry, layer.path)
    shapes, repairs = repaired(to_wgs84(layer, crs, region), layer.path)
    declared = Declared(kind, notice, valid_from, valid_to, authority)
    zones = _zones(layer, declared)
    return ZoneReading(register_from(zones, shapes), repairs, tuple(zones["name"]), layer.path)


def _zones(layer: Layer, declared: Declared) -> pd.DataFrame:
    own = _own_columns(layer)
    path = layer.path
    zones = pd.DataFrame(
        {
            "kind": _kinds(own, declared.kind, path),
            "name": _names(own, path),
            "notice": _texts(own, "notice", declared.notice or ""),
            "authority": _texts(own, "authority", declared.authority),
            "valid_from": _first_days(own, declared.valid_from, path),
            "valid_to": _last_days(own, declared.valid_to, path),
            "illustrative": _texts(own, "illustrative", "").str.lower().isin(_TRUE_WORDS),
            "source_file": path.name,
            "source_sha256": layer.sha256,
        }
    )
    unnumbered = (zones["notice"] == "").to_numpy()
    _refuse(unnumbered, path, "没有文号", "no notice number", "notice", "notice=文号")
    reversed_ = (zones["valid_to"] < zones["valid_from"]).to_numpy()
    _refuse(reversed_, path, "失效早于生效", "ends before it starts", "valid_to", "核对日期")
    return zones


def _own_columns(layer: Layer) -> pd.DataFrame:
    found = find_columns([str(name) for name in layer.attributes], _COLUMNS)
    return pd.DataFrame(
        {column: layer.attributes[heading].to_numpy() for column, heading in found.items()},
        index=range(1, len(layer.geometry) + 1),
    )


def _texts(own: pd.DataFrame, column: str, declared: str) -> pd.Series:
    if declared or column not in own:
        return pd.Series(declared, index=own.index, dtype="str")
    return own[column].astype("str").fillna("").str.strip()


def _kinds(own: pd.DataFrame, declared: str | None, path: Path) -> pd.Series:
    kinds = kind_codes(_texts(own, "kind", declared or ""))
    unknown = (kinds == "").to_numpy()
    _refuse(unknown, path, "没有区划类型", "no zone kind", "kind", "kind=ban|restricted|…")
    unusable = kinds.str.contains(SEPARATOR, regex=False).to_numpy()
    _refuse(unusable, path, f"类型含“{SEPARATOR}”", f"kind holds a {SEPARATOR}", "kind", "改名")
    return kinds


def _names(own: pd.DataFrame, path: Path) -> pd.Series:
    names = _texts(own, "name", "")
    numbered = [f"{path.stem}-{number}" for number in own.index]
    return names.where(names != "", pd.Series(numbered, index=own.index, dtype="str"))


def _first_days(own: pd.DataFrame, declared: date | None, path: Path) -> pd.Series:
    days = _days(own, "valid_from", declared)
    absent = days.isna().to_numpy()
    _refuse(absent, path, "没有可读的生效日期", "no start date", "valid_from", "valid_from=日期")
    return days.astype("int64")


def _last_days(own: pd.DataFrame, declared: date | None, path: Path) -> pd.Series:
    days = _days(own, "valid_to", declared)
    if declared is None and "valid_to" in own:
        days = days.mask(is_open(own["valid_to"]), OPEN_END)
        unread = days.isna().to_numpy()
        _refuse(unread, path, "失效日期不可读", "end date not read", "valid_to", "valid_to=日期")
    return days.fillna(OPEN_END).astype("int64")


def _days(own: pd.DataFrame, column: str, declared: date | None) -> pd.Series:
    if declared is not None:
        return pd.Series(float(day_number(declared)), index=own.index)
    if column not in own:
        return pd.Series(np.nan, index=own.index)
    return written_days(own[column])


def _refuse(
    wrong: NDArray[np.bool_], path: Path, what_zh: str, what_en: str, column: str, argument: str
) -> None:
    if not wrong.any():
        return
    raise ZoneFileError(
        f"{features(wrong)}{what_zh} / {what_en}",
        str(path),
        expected=f"列 / column: {known_headings(column)}",
        remedy=f"在文件中补上该列，或导入时给出 {argument} / add the column or give the argument",
    )
