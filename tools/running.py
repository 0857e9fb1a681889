"""`python -m tools.running NAME COMMAND…`: runs a command of others, with a line meanwhile.

It needs no package, because it also runs while packages are installed.
"""

from __future__ import annotations

import subprocess
import sys

from tools.entry_point import activity


def main() -> int:
    """Print what the command prints, all of it to standard output. Returns its exit status. Raises OSError."""
    name, *command = sys.argv[1:]
    with (
        activity(name),
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
        return process.wait()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
