"""`python3`, which Terraform starts: one of the module's scripts in a fork of `harness.forking.scripts`.

Arguments: the folder of the tests, and python3's own. Whatever it cannot hand over, Python itself runs.
"""

import os
import sys

SCRIPTS = ("ensure.py", "observe.py", "report.py")


def main() -> None:
    folder, *arguments = sys.argv[1:]
    if arguments and arguments[0].rpartition("/")[2] in SCRIPTS:
        sys.path.insert(0, folder)
        from harness.forking.hand_over import hand_over

        status = hand_over(os.environ["SYSTEMS_MANAGER_ORGANIZATION_FORK_SERVER"], arguments)
        if status is not None:
            os._exit(status)
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - as this process was started


if __name__ == "__main__":
    main()
