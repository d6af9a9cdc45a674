"""Evidence pictures of fires, made small enough to travel inside the map."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from firewatch.chips import chip_mark
from firewatch.core.errors import FirewatchError, UsageError

WIDEST_PX = 540
MOST_BYTES = 2_000_000
_QUALITY = 80
_WHITE = (255, 255, 255)


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures by event_id (JPEG), and what is missing of those in the folder.

    Parameters
    ----------
    left_out
        How many did not fit any more.
    unreadable
        Names of files that are no pictures.
    """

    images: Mapping[str, bytes]
    left_out: int = 0
    unreadable: tuple[str, ...] = ()


def pictures_of(folder: Path, event_ids: Iterable[str], most_bytes: int = MOST_BYTES) -> Pictures:
    """Return the pictures that `firewatch confirm` made of some events, at most `WIDEST_PX` wide.

    Parameters
    ----------
    event_ids
        The most important first: once `most_bytes` are reached the others are left out.

    Raises
    ------
    FirewatchError
        If there is no such folder, or the package Pillow is not installed.
    """
    if not folder.is_dir():
        raise UsageError(
            "没有这个文件夹 / no such folder",
            where=str(folder),
            expected="firewatch confirm 的输出文件夹 / the folder that firewatch confirm wrote",
            remedy="检查 --chips / check --chips",
        )
    # A picture's name ends with the mark of its event; of several the one made last counts.
    made = {path.stem.rpartition("_")[2]: path for path in _by_age(folder)}
    images: dict[str, bytes] = {}
    left_out, unreadable, total = 0, [], 0
    for event_id in dict.fromkeys(event_ids):
        path = made.get(chip_mark(event_id))
        if path is None:
            continue
        image = b"" if left_out else _small(path)
        if image is None:
            unreadable.append(path.name)
        elif left_out or total + len(image) > most_bytes:
            left_out += 1
        else:
            images[event_id] = image
            total += len(image)
    return Pictures(images, left_out, tuple(unreadable))


def _by_age(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.png"), key=lambda path: (path.stat().st_mtime, path.name))


def _small(path: Path) -> bytes | None:
    """Return a picture as a small JPEG, None if it cannot be read."""
    try:
        from PIL import Image
    except ModuleNotFoundError as error:
        raise FirewatchError(
            "缩小影像图需要程序包 Pillow / pictures need the package Pillow",
            where=str(path),
            remedy='运行 pip install "firewatch[pictures]" / run it',
        ) from error
    try:
        with Image.open(path) as opened:
            picture = opened.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    # What is transparent in a PNG would turn black.
    plain = Image.new("RGB", picture.size, _WHITE)
    plain.paste(picture, mask=picture.getchannel("A"))
    if plain.width > WIDEST_PX:
        height = max(1, round(plain.height * WIDEST_PX / plain.width))
        plain = plain.resize((WIDEST_PX, height), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    plain.save(stream, "JPEG", quality=_QUALITY, optimize=True)
    return stream.getvalue()
