"""The formats that firewatch reads; a further one is one more entry and its test."""

from __future__ import annotations

from imagery.lists.formats.declare import Format
from imagery.lists.formats.firms import FIRMS_MODIS, FIRMS_VIIRS
from imagery.lists.formats.own import OWN_DETECTION
from imagery.lists.formats.supervision import SUPERVISION

FORMATS: tuple[Format, ...] = (FIRMS_MODIS, FIRMS_VIIRS, SUPERVISION, OWN_DETECTION)
