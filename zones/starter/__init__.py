"""Zones drawn by rule from what the user has: distances of published notices round known things.

The drawing shows how the program works where no city has sent its polygons yet. It is nobody's
decision: every zone is marked illustrative, and every output says so.
"""

from zones.starter.classes import InputClass, input_class
from zones.starter.draw import NOTICE, Drawing, draw_starter
from zones.starter.files import read_inputs
from zones.starter.inputs import InputFile, StarterInputs, inputs_from
from zones.starter.packaged import packaged_inputs
from zones.starter.rules import read_rules, starter_rules, with_wind

__all__ = [
    "NOTICE",
    "Drawing",
    "InputClass",
    "InputFile",
    "StarterInputs",
    "draw_starter",
    "input_class",
    "inputs_from",
    "packaged_inputs",
    "read_inputs",
    "read_rules",
    "starter_rules",
    "with_wind",
]
