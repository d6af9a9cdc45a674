"""The level-2 fire products that are read, as tables: names, satellites, variables.

Sources: the VNP14IMG collection 2 files and the MOD14 collection 6.1 files themselves. No 750 m
VIIRS file was at hand: its fire mask and its FP_line, FP_sample, FP_longitude, FP_latitude, FP_T13,
FP_T15, FP_power and FP_confidence are named so by public programs that read it (openwfm/JPSSdata,
albhasan/processactivefires); that it also holds M7 reflectance, the statistics of the background,
the number of valid pixels and a land flag says the description of VNP14_NRT by its provider, and
the names of these, which are all optional, follow MOD14, whose algorithm it continues.

That confidence is a class of the fire mask at 375 m and a percentage at 750 m says satpy's reader
of the same products as NOAA distributes them (AFIMG: 7, 8, 9 are low, medium, high and 0 is fill;
AFMOD: percent, 255 is fill). A file of NASA that states either was not at hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from firewatch.core.vocab import Confidence, Source
from imagery.lists.formats.declare import ConfidenceScale, FileColumn, Format
from imagery.lists.formats.firms import MODIS_SATELLITES, VERSIONS, VIIRS_SATELLITES


@dataclass(frozen=True)
class Layout:
    """What one family of level-2 files calls its variables.

    Parameters
    ----------
    format
        The declared format its rows are checked by; roles as in every other format.
    names
        Candidates for each variable of a fire pixel, the preferred first.
    required
        Variables without which a file with fires is refused.
    water_bit, duplicate_bit
        Bits of `algorithm QA`: fire over water, residual bow-tie pixel; None where unknown.
    """

    format: Format
    names: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    water_bit: int | None = None
    duplicate_bit: int | None = None


_REQUIRED = ("line", "sample", "lon", "lat", "bt_mir_k", "bt_tir_k", "confidence")
_COLUMNS = tuple(
    FileColumn(role, (role,), "number", unit=unit)
    for role, unit in (
        ("lon", "degree"), ("lat", "degree"), ("scan_km", "km"), ("track_km", "km"),
        ("bt_mir_k", "K"), ("bt_tir_k", "K"), ("frp_mw", "MW"),
    )
) + tuple(
    FileColumn(role, (role,))
    for role in ("moment_utc", "product", "version", "confidence", "day_night", "provider_type")
)  # fmt: skip
_COMMON: Mapping[str, tuple[str, ...]] = {
    "line": ("FP_line",),
    "sample": ("FP_sample",),
    "lon": ("FP_longitude",),
    "lat": ("FP_latitude",),
    "frp_mw": ("FP_power",),
    "confidence": ("FP_confidence",),
    "day": ("FP_day",),
    "window": ("FP_WinSize",),
    "n_valid": ("FP_NumValid",),
    "adjacent_cloud": ("FP_AdjCloud",),
    "adjacent_water": ("FP_AdjWater",),
    "solar_zenith_deg": ("FP_SolZenAng",),
    "view_zenith_deg": ("FP_ViewZenAng",),
    "mean_dt_k": ("FP_MeanDT",),
    "mad_dt_k": ("FP_MAD_DT",),
}


def _bands(mir: tuple[str, ...], tir: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the candidates for what depends on the names of the two bands."""
    named = {"bt_{}_k": "FP_{}", "mean_{}_k": "FP_Mean{}", "mad_{}_k": "FP_MAD_{}"}
    return {
        ours.format(band): tuple(theirs.format(code) for code in codes)
        for ours, theirs in named.items()
        for band, codes in (("mir", mir), ("tir", tir))
    }


# The provider's own level-2 file supersedes FIRMS text of the same collection: one step higher.
_VERSIONS = replace(VERSIONS, levels=(("L2", 3), ("NRTL2", 2)), order_step=1)
_MASK_CLASSES = (("7", Confidence.LOW), ("8", Confidence.NOMINAL), ("9", Confidence.HIGH))
"""Fire classes of the fire mask, which the list of a 375 m file repeats as confidence."""

_MODIS_FORMAT = Format(
    name="modis_level2",
    title="MOD14/MYD14",
    source=Source.SATELLITE,
    columns=_COLUMNS,
    products=MODIS_SATELLITES,
    confidence=ConfidenceScale((), nominal_from=30, high_from=80),
    versions=_VERSIONS,
)
_VIIRS_FORMAT = Format(
    name="viirs_level2",
    title="VNP14IMG/VJ114IMG/VJ214IMG",
    source=Source.SATELLITE,
    columns=_COLUMNS,
    products=VIIRS_SATELLITES,
    confidence=ConfidenceScale(_MASK_CLASSES),
    versions=_VERSIONS,
)
MODIS_LAYOUT = Layout(
    format=_MODIS_FORMAT,
    names={**_COMMON, **_bands(("T21",), ("T31",)), "rho_nir": ("FP_R2",), "land": ("FP_land",)},
    required=_REQUIRED,
)
VIIRS_375M_LAYOUT = Layout(
    format=_VIIRS_FORMAT,
    names={
        **_COMMON,
        **_bands(("T4",), ("T5",)),
        "radiance_m13": ("FP_Rad13",),
        "mean_radiance_m13": ("FP_MeanRad13",),
    },
    required=_REQUIRED,
    water_bit=19,
    duplicate_bit=22,
)
VIIRS_750M_LAYOUT = Layout(
    format=replace(
        _VIIRS_FORMAT,
        name="viirs_750m_level2",
        title="VNP14/VJ114/VJ214",
        products=tuple(replace(product, family="VIIRS_M") for product in VIIRS_SATELLITES),
        # Percent, as in MOD14; the 7, 8 and 9 of the fire mask would be read as low confidence.
        confidence=ConfidenceScale((), nominal_from=30, high_from=80),
    ),
    names={
        **_COMMON,
        **_bands(("T13",), ("T15",)),
        "rho_nir": ("FP_R7",),
        "land": ("FP_land",),
    },
    required=_REQUIRED,
)


@dataclass(frozen=True)
class Product:
    """One product by its short name."""

    short_name: str
    platform: str
    layout: Layout
    near_real_time: bool = False

    @property
    def family(self) -> str:
        """Return the product family: MODIS, VIIRS_I or VIIRS_M."""
        return self.layout.format.products[0].family


_NAME = re.compile(r"(M[OY]D14|V(?:NP|J1|J2)14(?:IMG)?)(_?NRT)?(?![A-Z0-9])")
_PLATFORMS = {"MOD": "Terra", "MYD": "Aqua", "VNP": "S-NPP", "VJ1": "NOAA-20", "VJ2": "NOAA-21"}


def product_named(text: str) -> Product | None:
    """Return the product that a short name or the beginning of a file name stands for.

    The gridded and daily relatives (MOD14A1, MOD14CRS) are other products: None.
    """
    found = _NAME.match(text.strip())
    if not found:
        return None
    name = found[1]
    if name.startswith("M"):
        layout = MODIS_LAYOUT
    else:
        layout = VIIRS_375M_LAYOUT if name.endswith("IMG") else VIIRS_750M_LAYOUT
    return Product(name, _PLATFORMS[name[:3]], layout, bool(found[2]))
