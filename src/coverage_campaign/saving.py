"""Files are written whole or not at all: a save that fails leaves the old file as it was."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from coverage_campaign.errors import Problem, SaveError
from coverage_campaign.messages import Message, message

__all__ = ["make_folder", "replacing", "save_bytes", "unreadable"]

_FOLDER = (message("no such folder"), message("make the folder first, or name another"))
_MAY_NOT = message("name a folder that you may write to")
_FULL = message("make room, or name another disk")
_GIVE_A_FILE = message("give the path of a file")
_CAUSES = {
    errno.ENOENT: _FOLDER,
    errno.ENOTDIR: _FOLDER,
    errno.EACCES: (message("no permission to write there"), _MAY_NOT),
    errno.EPERM: (message("no permission to write there"), _MAY_NOT),
    errno.EROFS: (message("the disk is read-only"), _MAY_NOT),
    errno.ENOSPC: (message("the disk is full"), _FULL),
    errno.EDQUOT: (message("the quota is used up"), _FULL),
    errno.EFBIG: (message("the file is too large for this disk"), _FULL),
    errno.EISDIR: (message("a folder"), _GIVE_A_FILE),
    errno.ENAMETOOLONG: (message("the name is too long"), message("give a shorter name")),
}
_OWNER_READS_AND_WRITES = 0o666


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield the path of a new file beside `path`; it takes the place of `path` when all is well.

    The new file is flushed to the disk before it replaces the old one, in one step. Where anything
    fails the old file is untouched and the new one is gone.

    Raises:
        SaveError: The file cannot be written; it says why.
    """
    beside: Path | None = None
    try:
        target = _target(path)
        if target.exists() and not target.is_file():
            found = "a folder" if target.is_dir() else "no such file"
            raise SaveError(Problem(str(path), found, "give the path of a file"))
        # The name's beginning is short: the whole may be as long as the disk allows.
        handle, name = tempfile.mkstemp(
            suffix=target.suffix[:20], prefix=".new-", dir=target.parent
        )
        os.close(handle)
        beside = Path(name)
        yield beside
        _flush(beside)
        beside.chmod(_mode_of(target))
        beside.replace(target)
        beside = None
    except OSError as error:
        raise _save_error(path, error) from error
    finally:
        if beside is not None:
            with contextlib.suppress(OSError):
                beside.unlink()


def save_bytes(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a file of these bytes, whole or not at all, and return its path."""
    with replacing(path) as file:
        file.write_bytes(content)
    return Path(path)


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Return the path of a folder, which is made if it is not there."""
    folder = Path(path)
    _target(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _save_error(path, error) from error
    return folder


def _target(path: str | os.PathLike[str]) -> Path:
    """Return the file that is written: a link keeps pointing to the file that is replaced."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # half a character, or a zero byte
        found, fix = "no disk has such a name", "give another name"
        raise SaveError(Problem(repr(os.fspath(path)), found, fix)) from None


def _save_error(path: str | os.PathLike[str], error: OSError) -> SaveError:
    cause = (message("cannot be written ({error})", error=error.strerror or ""), _GIVE_A_FILE)
    found, fix = _CAUSES.get(error.errno or 0, cause)
    return SaveError(Problem(str(path), found, fix))


def unreadable(error: OSError | ValueError) -> Message:
    """Return why a file cannot be read."""
    if isinstance(error, FileNotFoundError):
        return message("no such file")
    if isinstance(error, IsADirectoryError):
        return message("a folder")
    if isinstance(error, PermissionError):
        return message("no permission to read it")
    return message("cannot be read ({error})", error=getattr(error, "strerror", None) or str(error))


def _flush(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _mode_of(target: Path) -> int:
    """Return the permissions of the file that is replaced, or those that a new file has."""
    try:
        return target.stat().st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return _OWNER_READS_AND_WRITES & ~mask
