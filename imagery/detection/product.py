"""Our own detection as a product: its version in the table of fire points, and its values there."""

from __future__ import annotations

from collections.abc import Sequence

from imagery.reading import OwnVersion

OVER_WATER = "3"
"""`provider_type` of a fire over water, as FIRMS numbers it (offshore)."""
DECIMALS = {"bt_mir_k": 2, "bt_tir_k": 2, "frp_mw": 2, "scan_km": 3, "track_km": 3}
"""Decimals of values, as finely as official text gives them or finer."""
HASH_DIGITS = 8
"""Digits of the hash of the parameters that stand in a version."""

_CLOUD_MASK = "cloud_mask"
_WITHOUT, _WITH_CLOUD_MASK = "-no-", f"-with-{_CLOUD_MASK}"


def product_version(
    algorithm: str, version: str, parameter_hash: str, missing: Sequence[str]
) -> str:
    """Return the version with what made a granule's detection differ from a complete one.

    The algorithm does without a missing band in its own documented way, and uses a cloud mask
    where there is one: both make another product.
    """
    text = f"{algorithm}-{version}+{parameter_hash[:HASH_DIGITS]}"
    lacking = [name for name in missing if name != _CLOUD_MASK]
    text += _WITHOUT + "-".join(lacking) if lacking else ""
    return text if _CLOUD_MASK in missing else text + _WITH_CLOUD_MASK


def own_version(product_version: str) -> OwnVersion:
    """Return the version of the detection that a product version is of."""
    text = product_version.removesuffix(_WITH_CLOUD_MASK)
    text, _, lacking = text.partition(_WITHOUT)
    return OwnVersion(text, complete=not lacking)
