"""Checks of a file of zones before it is imported.

Method
------
`read_zones` refuses what cannot be a zone; what can is looked at here, check by check
(`table.CHECKS`). Every finding has a place, an amount and a remedy; only errors keep a file out.
"""

from zones.check.finding import Finding, Severity
from zones.check.places import write_places
from zones.check.report import CheckReport
from zones.check.run import check_zones, unreadable
from zones.check.table import CHECKS, Check

__all__ = [
    "CHECKS",
    "Check",
    "CheckReport",
    "Finding",
    "Severity",
    "check_zones",
    "unreadable",
    "write_places",
]
