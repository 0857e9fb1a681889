"""Files that a command reads: what is the matter with one is said with its name, and is no failure of the command."""

from __future__ import annotations

import csv
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from systems_manager_organization.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def input_path(name: str, key: str) -> Path:
    """The path of a file or folder that an option names. Raises UsageError for the home of an unknown user."""
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise UsageError(f'{key} is "{name}", but there is no such user: name it without ~.') from error


@contextmanager
def errors_of_input(name: str | Path, key: str) -> Iterator[None]:
    """Raises UsageError for what reading a file raises: no such file, another encoding, damaged compression or CSV.

    `key`: the option that names the file.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 ({error.reason} at byte {error.start}): save it as UTF-8"
    except (EOFError, zlib.error) as error:
        reason = f"it is damaged ({error}): get it again"
    except csv.Error as error:
        reason = f"it is no CSV ({error}): get it again"
    except OSError as error:
        # gzip has no number of an error of the operating system.
        reason = error.strerror or f"it is damaged ({error}): get it again"
    else:
        return
    raise UsageError(f'{key} is "{name}", but cannot be read: {reason.rstrip(".")}.')
