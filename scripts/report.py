# /// script
# requires-python = ">=3.10"
# dependencies = ["boto3>=1.40", "duckdb>=1.4", "rich>=13"]
# ///
"""Reports about Quick Setup, and recovery from failures: `python3 report.py --help`."""

import sys

# Everything up to here is also valid in old versions of Python, which get this message instead of a syntax error.
if sys.version_info < (3, 10):  # noqa: UP036
    sys.exit(
        "report.py needs Python 3.10 or newer, as boto3 does, but "
        + (sys.executable + " is Python " + sys.version.split()[0])
        + ": name a newer one in python_command."
    )

from pathlib import Path

# Python leaves the script's directory out when it is run with -P, -I or PYTHONSAFEPATH.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from systems_manager_organization.programs.report import main

if __name__ == "__main__":
    sys.exit(main())
