"""Atomic writes: a file is replaced as a whole, or stays as it is."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from systems_manager_organization.errors import QueryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The usual mode of a new file, before the user's umask.
_MODE = 0o666


def validate_path(name: str, key: str) -> Path:
    """The absolute path of the file `name`; validated before anything takes minutes. Raises UsageError."""
    path = Path(name).expanduser()
    if path.is_dir():
        raise UsageError(f'{key} is "{name}", but must be a file, and that is a directory.')
    if not path.parent.is_dir():
        raise UsageError(f'{key} is "{name}", but there is no directory "{path.parent}": make it first.')
    return path.resolve()


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """A file to write, which replaces `path` at the end. Raises QueryError when it cannot be written."""
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device must not be replaced.
            yield path
            return
        with _beside(path) as temporary:
            yield temporary
            temporary.replace(path)
    except OSError as error:
        raise QueryError(f"{path} cannot be written: {error.strerror or error}.") from error


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        os.fchmod(descriptor, _MODE & ~_umask())
        os.close(descriptor)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    # The only way to read it is to set it.
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
