"""What can be detected among files: swath granules and stacks of calibrated images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from firewatch.core.errors import UnreadableFileError
from imagery.level1.pairs import GranuleFiles, grouped
from imagery.level1.stack import DEFAULT_PLATFORM, StackFiles, stacks
from imagery.level1.unnamed import unnamed_fault

SceneFiles: TypeAlias = GranuleFiles | StackFiles


@dataclass(frozen=True)
class Scenes:
    """Files sorted into scenes.

    Parameters
    ----------
    found
        Granules in order of time, then stacks.
    others
        Files that are no level-1 granule's; images of the stacks are still among them, and so
        are granules under another name.
    faults
        Files whose partner is missing, and what to fetch; files that are granules by their
        content and not by their name.
    """

    found: tuple[SceneFiles, ...]
    others: tuple[Path, ...]
    faults: Mapping[Path, UnreadableFileError]


def scenes_among(paths: Iterable[Path], stack_platform: str = DEFAULT_PLATFORM) -> Scenes:
    """Return the scenes among files; companions are looked for in the folders of images too.

    Parameters
    ----------
    stack_platform
        Whose image a stack is if it does not say.
    """
    among = grouped(paths)
    found: list[SceneFiles] = [*among.granules, *stacks(among.others, stack_platform)]
    unnamed = {path: fault for path in among.others if (fault := unnamed_fault(path)) is not None}
    return Scenes(tuple(found), tuple(among.others), {**among.faults, **unnamed})
