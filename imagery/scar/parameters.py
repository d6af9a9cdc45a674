"""Thresholds of burn scars and of evidence, with their sources in JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from imagery.detection.parameters import load_parameters, parameter_hash

_PACKAGE = "imagery.scar"
VERSION = "1"


@dataclass(frozen=True)
class ScarParameters:
    """When ground has burned; `scar.json` says why each value is as it is.

    Reflectance is 0..1, NBR -1..1, MIRBI without a unit, the fall of NIR a share of NIR before.
    """

    nbr_fall: float
    nbr_after: float
    nir_after: float
    nir_fall_share: float
    swir2_after: float
    mirbi_after: float
    mirbi_rise: float
    cloud_margin_m: float
    min_area_m2: float

    @property
    def title(self) -> str:
        """Return name, version and hash of the values, as a product is named."""
        return f"scar-{VERSION}-{parameter_hash(self)}"


@dataclass(frozen=True)
class EvidenceParameters:
    """Which scenes bear on a fire; `evidence.json` says why each value is as it is."""

    during_days: float
    window_days: float
    trace_days: float
    clear_share: float
    full_share: float
    most_scenes: int
    margin_m: float
    around_m: float
    earlier_days: float
    earlier_scenes: int
    earlier_cloud_pct: float


@cache
def scar_parameters() -> ScarParameters:
    """Return the shipped thresholds of burn scars."""
    return load_parameters(ScarParameters, "scar", _PACKAGE)


@cache
def evidence_parameters() -> EvidenceParameters:
    """Return the shipped choice of scenes."""
    return load_parameters(EvidenceParameters, "evidence", _PACKAGE)
