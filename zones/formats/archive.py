"""Zip archives and KMZ, unpacked without trusting names, sizes or paths inside."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from firewatch.core.errors import ZoneFileError
from zones.tables.encoding import text_encoding

# Far above any layer of zones (5,000 polygons of 200 vertices have 16 MB); a bomb of a few
# kilobytes unpacks to more. `zipfile` unpacks no member beyond the size it declares, so the
# declared sizes are what counts.
MAX_UNPACKED_BYTES = 1 << 30
MAX_MEMBERS = 10_000

_ZIP_UTF8 = 0x800
_ENCRYPTED = 0x1
# All files in such a folder belong to one layer, whatever their endings.
_FOLDER_ENDING = ".gdb"

_DAMAGE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, OSError, RuntimeError, NotImplementedError, ValueError, OverflowError,
)  # fmt: skip


def unpack(archive: Path, folder: Path, endings: Collection[str]) -> tuple[str, ...]:
    """Unpack the members with these endings; folders inside become numbered ones.

    Returns
    -------
    tuple of str
        The names of all files inside, for messages.

    Raises
    ------
    ZoneFileError
        If the archive is damaged, needs a password, or holds more than the limits.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [m for m in opened.infolist() if not m.is_dir()]
            _require_modest(members, archive)
            paths = [PurePosixPath(_name_in_zip(member)) for member in members]
            folders: dict[str, Path] = {}
            for member, inner in zip(members, paths, strict=True):
                if not _is_wanted(inner, endings):
                    continue
                _require_open(member, archive)
                place = _place(inner, folder, folders)
                (place / inner.name).write_bytes(opened.read(member))
    except _DAMAGE as error:
        raise ZoneFileError(
            f"压缩包损坏 / the archive is damaged: {error}",
            str(archive),
            expected="完整的 zip / a whole zip archive",
            remedy="请对方重新压缩后再发 / ask for it to be packed and sent again",
        ) from error
    return tuple(path.name for path in paths)


def _is_wanted(inner: PurePosixPath, endings: Collection[str]) -> bool:
    # macOS puts a shadow "._name" beside every file.
    if inner.name.startswith("."):
        return False
    return inner.suffix.lower() in endings or _in_folder_layer(inner)


def _in_folder_layer(inner: PurePosixPath) -> bool:
    return inner.parent.suffix.lower() == _FOLDER_ENDING


def _place(inner: PurePosixPath, folder: Path, folders: dict[str, Path]) -> Path:
    stem = f"{len(folders)}" + (inner.parent.name if _in_folder_layer(inner) else "")
    place = folders.setdefault(str(inner.parent), folder / stem)
    place.mkdir(exist_ok=True)
    return place


def _name_in_zip(member: zipfile.ZipInfo) -> str:
    """Return a member's path; without the UTF-8 flag Windows writes GBK, and others UTF-8."""
    name = member.filename
    if not member.flag_bits & _ZIP_UTF8:
        written = name.encode("cp437")
        name = written.decode(text_encoding(written), errors="replace")
    return name.replace("\\", "/")


def _require_modest(members: list[zipfile.ZipInfo], archive: Path) -> None:
    unpacked = sum(member.file_size for member in members)
    if len(members) <= MAX_MEMBERS and unpacked <= MAX_UNPACKED_BYTES:
        return
    raise ZoneFileError(
        f"压缩包内有 {len(members)} 个文件，解压后 {unpacked >> 20} MB，过大"
        " / too many or too large files in the archive",
        str(archive),
        expected=f"≤ {MAX_MEMBERS} 个文件 / files, ≤ {MAX_UNPACKED_BYTES >> 20} MB",
        remedy="只打包分区图层再导入 / pack the layer of zones only",
    )


def _require_open(member: zipfile.ZipInfo, archive: Path) -> None:
    if member.flag_bits & _ENCRYPTED:
        raise ZoneFileError(
            "压缩包有密码 / the archive needs a password",
            str(archive),
            expected="没有密码的 zip / a zip without password",
            remedy="用密码解压后导入其中的图层 / unpack it and import the layer inside",
        )
