# /// script
# requires-python = ">=3.10"
# dependencies = ["boto3>=1.40", "rich>=13"]
# ///
"""Reads from AWS what no Terraform data source reads: `python3 observe.py --help`."""

import sys

# Everything up to here is also valid in old versions of Python, which get this message instead of a syntax error.
if sys.version_info < (3, 10):  # noqa: UP036
    sys.exit(
        "observe.py needs Python 3.10 or newer, as boto3 does, but "
        + (sys.executable + " is Python " + sys.version.split()[0])
        + ": name a newer one in python_command."
    )

from pathlib import Path

# Python leaves the script's directory out when it is run with -P, -I or PYTHONSAFEPATH.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from systems_manager_organization.programs.observe import main

if __name__ == "__main__":
    sys.exit(main())
