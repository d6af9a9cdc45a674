"""Scenes side by side in processes, of which the system may kill one, for want of memory say."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Generic, TypeVar

from firewatch.core.errors import UnreadableFileError
from imagery.level1.scenes import SceneFiles
from imagery.reading import unreadable

ResultType = TypeVar("ResultType")


def side_by_side(
    work: Callable[[SceneFiles], ResultType], found: Sequence[SceneFiles], executor: Executor
) -> Iterator[ResultType | UnreadableFileError]:
    """Yield the results of scenes in order, for one that kills its process an error.

    When a process is killed, its executor loses all that is not done and cannot tell by which
    scene. These are then tried one at a time in a process apart, which leaves them more memory
    and shows whose fault it was.
    """
    waiting = deque((files, _submitted(executor, work, files)) for files in found)
    alone = _Alone(work)
    try:
        while waiting:
            files, future = waiting.popleft()
            try:
                result = None if future is None else future.result()
            except BrokenExecutor:
                result = None
            yield alone.result(files) if result is None else result
    finally:
        alone.close()
        for _, future in waiting:
            if future is not None:
                future.cancel()


def _submitted(
    executor: Executor, work: Callable[[SceneFiles], ResultType], files: SceneFiles
) -> Future[ResultType] | None:
    """Return the future of a scene, None where the executor is broken already."""
    try:
        return executor.submit(work, files)
    except BrokenExecutor:
        return None


class _Alone(Generic[ResultType]):
    """One process for one scene after the other, another one when it was killed."""

    def __init__(self, work: Callable[[SceneFiles], ResultType]) -> None:
        self._work = work
        self._pool: ProcessPoolExecutor | None = None

    def result(self, files: SceneFiles) -> ResultType | UnreadableFileError:
        self._pool = self._pool or ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        try:
            return self._pool.submit(self._work, files).result()
        except BrokenExecutor:
            self.close()
            return unreadable(files.image, "granule_killed")

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
        self._pool = None
