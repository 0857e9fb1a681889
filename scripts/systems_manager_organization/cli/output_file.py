"""Files that a command writes: checked before the work begins, and replaced as a whole or left as they are."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from systems_manager_organization.errors import QueryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The usual mode of a new file, before the user's umask.
_MODE = 0o666
# A stream of this process, which may be a file that somebody else has opened to append to.
_STREAM = re.compile(r"/dev/(stdout|stderr|fd/\d+)|/proc/(self|\d+)/fd/\d+")
# Enough for the file system to have to allocate it.
_PROBE = bytes(4096)


def output_path(name: str, key: str) -> Path:
    """The absolute path of the file `name`, in which a file was just created for a test. Raises UsageError."""
    try:
        path = Path(name).expanduser().absolute()
        reason = _refusal(path)
        if not reason and not _is_written_in_place(path):
            path = path.resolve()
            with _beside(path) as temporary:
                temporary.write_bytes(_PROBE)
    except (OSError, RuntimeError) as error:
        # Path raises RuntimeError for an unknown user and for a loop of links.
        text = str(getattr(error, "strerror", None) or error).rstrip(".")
        reason = f"it cannot be written: {text}. Name a file elsewhere"
    if reason:
        raise UsageError(f'{key} is "{name}", but {reason}.')
    return path


@contextmanager
def open_output(path: Path | None, stdout: TextIO) -> Iterator[TextIO]:
    """The text file to write, which replaces `path` at the end; None: `stdout`. Raises QueryError."""
    if path is None:
        yield stdout
        return
    with _errors_of(path):
        if _is_written_in_place(path):
            with path.open("a", encoding="utf-8", newline="") as file:
                yield file
            return
        with _replacement(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            yield file


@contextmanager
def output_file(path: Path) -> Iterator[Path]:
    """A file to write by its name, which replaces `path`, or is copied to it, at the end. Raises QueryError."""
    with _errors_of(path):
        if not _is_written_in_place(path):
            with _replacement(path) as temporary:
                yield temporary
            return
        with tempfile.TemporaryDirectory() as directory:
            temporary = Path(directory) / path.name
            yield temporary
            with temporary.open("rb") as source, path.open("ab") as file:
                shutil.copyfileobj(source, file)


def _refusal(path: Path) -> str:
    """Why no file can be written there; empty if one can."""
    if path.is_dir():
        return "must be a file, and that is a directory"
    if not path.parent.is_dir():
        if path.parent.exists():
            return f'"{path.parent}" is no directory'
        return f'there is no directory "{path.parent}": make it first'
    if not path.exists():
        return ""
    if stat.S_ISBLK(path.stat().st_mode) or path.is_socket():
        return "must be a file, a pipe or a terminal"
    return "" if os.access(path, os.W_OK) else "it is read-only"


def _is_written_in_place(path: Path) -> bool:
    """Whether it must not be replaced: a pipe, a device, a stream of this process."""
    return path.exists() and (not path.is_file() or bool(_STREAM.fullmatch(str(path))))


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise QueryError(f"{path} cannot be written: {error.strerror or error}.") from error


@contextmanager
def _replacement(path: Path) -> Iterator[Path]:
    with _beside(path) as temporary:
        yield temporary
        temporary.replace(path)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    temporary = Path(name)
    try:
        os.fchmod(descriptor, stat.S_IMODE(path.stat().st_mode) if path.exists() else _MODE & ~_umask())
        os.close(descriptor)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    # The only way to read it is to set it.
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
