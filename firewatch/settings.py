"""Settings: the shipped defaults are the winter 2020 – spring 2021 campaign of Guangxi.

Read from `firewatch.toml` in the working directory (or the file named by `FIREWATCH_CONFIG`),
overridden by environment variables such as `FIREWATCH_EVENTS__GAP_H=12` or
`FIREWATCH_DETECTION__VIIRS__CANDIDATE_DAY_DT_K=26`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from firewatch.core.errors import SettingsError
from firewatch.core.time import SeasonCalendar

CONFIG_VARIABLE = "FIREWATCH_CONFIG"
DEFAULT_CONFIG = "firewatch.toml"


_TRUTH = {"true": True, "false": False}


def _from_text(value: object) -> object:
    """Return what a text stands for: environment variables hold nothing else."""
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return _TRUTH.get(value.lower(), value)


Threshold = Annotated[bool | float | str, BeforeValidator(_from_text)]
"""A value of a parameter set; whether it fits is known where the set is."""


class _Section(BaseModel):
    """A section of the settings; names it does not know are refused, for they change nothing."""

    model_config = ConfigDict(extra="forbid")


class RegionSettings(_Section):
    """Which territory is watched, and whose boundaries are used."""

    adcode: int = 450000
    boundaries: str = "amap"
    """`amap`, `tianditu`, or the path of the user's official layer."""
    townships: Path | None = None
    """The user's layer of townships; without one a point's township is unknown."""
    villages: Path | None = None
    """The user's layer of villages."""


class ZoneSettings(_Section):
    """How zones rule."""

    precedence: Path | None = None
    """The user's own table of which zone kind decides, in place of `precedence.csv`."""


class CampaignSettings(_Section):
    """Window and target of the campaign plan, section 4(2) on straw burning."""

    season_start: tuple[int, int] = (10, 1)
    season_end: tuple[int, int] = (2, 28)
    start_year: int = 2020
    target_num: int = Field(9, ge=0)
    target_den: int = Field(10, ge=1)

    @property
    def calendar(self) -> SeasonCalendar:
        return SeasonCalendar(self.season_start, self.season_end)


class SupersessionSettings(_Section):
    """How points of two product versions of one overpass are matched."""

    reach_pixels: float = Field(1.0, gt=0)
    """Largest distance of a match, in pixel sizes; below the distance of two neighbours' centres
    plus the difference between predicted and definitive orbits."""
    overpass_gap_min: int = Field(30, ge=1)
    """A longer silence of one platform over the region begins a new overpass."""


class DetectionSettings(_Section):
    """Our own detection of fires in level-1 imagery."""

    rank: Literal["below_nrt", "above_nrt", "above_standard"] = "below_nrt"
    """Where our own detections stand beside the provider's products of the same overpass: official
    points take the place of our own by default, as standard ones take that of near-real-time."""
    modis_collection: Literal["c6", "c5"] = "c6"
    viirs: dict[str, Threshold] = {}
    """Thresholds in place of those in `imagery/detection/viirs_iband.json`, by name."""
    modis: dict[str, Threshold] = {}
    """Thresholds in place of those in `imagery/detection/modis_c6.json` (`modis_c5.json`)."""
    stack_platform: Literal["S-NPP", "NOAA-20", "NOAA-21"] = "S-NPP"
    """Whose images calibrated GeoTIFFs are if they do not say."""


class CoverageSettings(_Section):
    """What counts as cropland in the ground that imagery has seen."""

    cropland: Path | None = None
    """The user's land-cover map (GeoTIFF)."""
    cropland_values: list[int] = [40]
    """Its classes that are cropland; 40 in ESA WorldCover."""


class MapSettings(_Section):
    """What the map shows beside the ledger."""

    approval_number: str = ""
    """审图号 of the boundary layer; empty prints 示意图."""
    cropland_area: Path | None = None
    """The user's table (CSV or Excel) of cropland by county, with the unit in its heading; without
    one it is what a look at the whole of a county measured by `coverage.cropland`."""
    rivers: Path | None = None
    """The user's layer of rivers and lakes."""
    dem: Path | None = None
    """The user's elevation model (GeoTIFF), drawn as a shaded relief."""
    tianditu_key: SecretStr = SecretStr("")
    """The user's key of Tianditu; it stands in maps made with its tiles, and nowhere else."""


class EventSettings(_Section):
    """When two points belong to one fire."""

    reach_km: float = Field(1.0, gt=0)
    reach_pixels: float = Field(0.5, ge=0)
    gap_h: float = Field(12.0, gt=0)


class AlertSettings(_Section):
    max_age_h: float = Field(24.0, gt=0)


class CountSettings(_Section):
    """The counting rule's name; the rules themselves stand in `count/rules.json`."""

    rule: str = "event_day"


class FirmsFeedSettings(_Section):
    """How NASA FIRMS is asked; its key comes from FIREWATCH_FIRMS_MAP_KEY only."""

    url: str = "https://firms.modaps.eosdis.nasa.gov"
    sources: list[str] = ["VIIRS_SNPP", "VIIRS_NOAA20", "VIIRS_NOAA21", "MODIS"]
    """Sensors (standard product first) or products such as VIIRS_SNPP_NRT."""
    days_per_request: int = Field(5, ge=1)
    settled_after_h: float = Field(48.0, ge=0)
    """Hours after which near-real-time data of a day are complete; until then they are fetched
    again."""


class SentinelHubFeedSettings(_Section):
    """How Sentinel Hub is asked; credentials come from SH_CLIENT_ID and SH_CLIENT_SECRET, or
    from a profile of the package `sentinelhub`."""

    service: Literal["copernicus", "sentinel-hub"] = "copernicus"
    url: str = ""
    """Another address than the service's."""
    token_url: str = ""
    profile: str = ""
    collections: list[Literal["sentinel-2-l1c", "landsat-ot-l1"]] = [
        "sentinel-2-l1c",
        "landsat-ot-l1",
    ]
    ask_above_pu: float = Field(100.0, ge=0)
    """Processing units of one command above which it asks; the free account has 10,000 a month."""


class FeedSettings(_Section):
    """Services that data are fetched from, and where they are kept."""

    folder: Path = Path("feeds")
    attempts: int = Field(5, ge=1)
    first_wait_s: float = Field(2.0, ge=0)
    """Pause after a failed attempt; doubled after each further one."""
    timeout_s: float = Field(120.0, gt=0)
    firms: FirmsFeedSettings = FirmsFeedSettings()
    sentinelhub: SentinelHubFeedSettings = SentinelHubFeedSettings()


class Settings(BaseSettings):
    """Everything a user may set."""

    model_config = SettingsConfigDict(
        env_prefix="FIREWATCH_", env_nested_delimiter="__", extra="forbid"
    )

    language: Literal["zh", "en"] = "zh"
    region: RegionSettings = RegionSettings()
    zones: ZoneSettings = ZoneSettings()
    campaign: CampaignSettings = CampaignSettings()
    supersession: SupersessionSettings = SupersessionSettings()
    detection: DetectionSettings = DetectionSettings()
    coverage: CoverageSettings = CoverageSettings()
    map: MapSettings = MapSettings()
    events: EventSettings = EventSettings()
    alerts: AlertSettings = AlertSettings()
    count: CountSettings = CountSettings()
    feeds: FeedSettings = FeedSettings()
    works: Path | None = None
    """List of industrial works (CSV or Excel with name, lon, lat, radius_km)."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, toml_file=_config_file())
        return init_settings, env_settings, toml


def load_settings() -> Settings:
    """Return the settings in force.

    Raises
    ------
    SettingsError
        If the file is not TOML or a value is not what it must be; names file and key.
    """
    try:
        return Settings()
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"不是有效的 TOML：{error} / not valid TOML", where=str(_config_file())
        ) from error
    except ValidationError as error:
        raise _refused(error.errors()[0]) from error


def setting_error(key: str, what: str, expected: str) -> SettingsError:
    """Return the error of a setting that cannot be: which, what is wrong, what would be right."""
    return SettingsError(
        f"{key}: {what}",
        where=f"{_config_file()} 或环境变量 FIREWATCH_*",
        expected=expected,
        remedy="改正该项或删除以采用默认值 / correct it, or delete it for the default",
    )


def _refused(first: Mapping[str, Any]) -> SettingsError:
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        *section, _ = first["loc"]
        return setting_error(key, "没有这样的设置 / no such setting", ", ".join(_names_in(section)))
    found = repr(first.get("input"))
    expected = str(first.get("ctx", {}).get("expected", first["msg"]))
    return setting_error(key, f"不能是 {found} / cannot be {found}", expected)


def _names_in(section: Sequence[str | int]) -> list[str]:
    """Return the names that a section of the settings knows."""
    kind: Any = Settings
    for part in section:
        kind = kind.model_fields[part].annotation
    return sorted(kind.model_fields)


def _config_file() -> Path:
    return Path(os.environ.get(CONFIG_VARIABLE, DEFAULT_CONFIG))
