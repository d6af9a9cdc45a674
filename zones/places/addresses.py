"""The county that a written address begins with: 南宁市武鸣区城厢镇, or 武鸣县城厢镇 of old."""

from __future__ import annotations

from zones.places.areas import Areas
from zones.places.names import plain_name, stem_of

_PROVINCES = ("广西壮族自治区", "广西")
Counties = frozenset[int]
ANYWHERE: Counties = frozenset()


def split_address(text: str, areas: Areas) -> tuple[Counties, str]:
    """Return the counties that an address names, and what follows them.

    Parameters
    ----------
    text
        A name, with or without province, city and county before it; old county names and short
        ones (三江县) count.

    Returns
    -------
    tuple
        County adcodes (all of a city where only the city is named, empty without either) and the
        rest of the text, "" if the address is a city or county itself.
    """
    rest, counties = plain_name(text), ANYWHERE
    for province in _PROVINCES:
        if _leaves_a_name(rest, province):
            rest = rest[len(province) :]
            break
    while prefix := _longest_alias(rest, areas):
        named = areas.counties_with(areas.aliases[prefix])
        if counties and not counties & named:
            break
        counties, rest = (counties & named or named), rest[len(prefix) :]
    return counties, rest


def _longest_alias(text: str, areas: Areas) -> str:
    fitting = [alias for alias in areas.aliases if _leaves_a_name(text, alias, whole=True)]
    return max(fitting, key=len, default="")


def _leaves_a_name(text: str, prefix: str, whole: bool = False) -> bool:
    """Say whether a text begins with a prefix and goes on with a name, not a bare 街道 or 镇."""
    if not text.startswith(prefix):
        return False
    rest = text[len(prefix) :]
    return bool(stem_of(rest)[1]) or (whole and rest == "")


def area_named(text: str, areas: Areas) -> int:
    """Return the adcode of a city or county by its name with or without 县, 市 or 区, else 0.

    Old and short names count; a bare name that fits two areas gives 0.
    """
    name = plain_name(text)
    if name in areas.aliases:
        return areas.aliases[name]
    codes = {areas.aliases[name + end] for end in "县市区" if name + end in areas.aliases}
    return codes.pop() if len(codes) == 1 else 0
