"""Errors that say what happened, where, what was expected and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class FirewatchError(Exception):
    """A failure that a user can act on.

    Parameters
    ----------
    what
        What is wrong, in one sentence.
    where
        File, and the line, row, band or field inside it; empty if no file is involved.
    expected
        What would have been right.
    remedy
        What the user can do next.
    """

    what: str
    where: str = ""
    expected: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        tail = [f"应为 / expected: {self.expected}"] if self.expected else []
        tail += [f"请 / do: {self.remedy}"] if self.remedy else []
        return "\n  ".join([head, *tail])


class UnreadableFileError(FirewatchError):
    """A file that is not what its reader needs; the other files still go in."""


class ZoneFileError(FirewatchError):
    """A zone or area layer that cannot be used."""


class NotWrittenError(FirewatchError):
    """A file that could not be written; what stood there before is as it was."""


class SettingsError(FirewatchError):
    """A setting that is missing or contradicts another."""


class LedgerError(FirewatchError):
    """The ledger cannot be opened, is newer than this program, or is in use."""


class UsageError(FirewatchError):
    """The command line asks for something that does not exist."""
