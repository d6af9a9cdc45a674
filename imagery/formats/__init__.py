"""The formats that firewatch reads; a further one is one more entry and its test."""

from __future__ import annotations

from imagery.formats.declare import Format
from imagery.formats.firms import FIRMS_MODIS, FIRMS_VIIRS
from imagery.formats.supervision import SUPERVISION

FORMATS: tuple[Format, ...] = (FIRMS_MODIS, FIRMS_VIIRS, SUPERVISION)
