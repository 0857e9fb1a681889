"""The plugin program that Terraform starts: see `external.provider`.

Imports only built-in modules, because it runs at each start of the provider. Arguments: the socket of the fork server,
the certificate, the folder of the tests, and the import path for serving without a fork server.
"""

import _signal  # type: ignore[import-not-found]
import os
import sys


def _serve(certificate: str, folders: list[str]) -> int:
    sys.path.extend(folders)
    from pathlib import Path

    from harness.external.provider import serve

    serve(Path(certificate))
    return 0


def main() -> int:
    if "TF_PLUGIN_MAGIC_COOKIE" not in os.environ:
        print("This program is a Terraform plugin: Terraform starts it.", file=sys.stderr)
        return 1
    # Ctrl-C reaches every process of the terminal; Terraform stops its plugins itself.
    _signal.signal(_signal.SIGINT, lambda *_: None)
    address, certificate, tests, *folders = sys.argv[1:]
    sys.path.insert(0, tests)
    from harness.forking.hand_over import hand_over

    status = hand_over(address, [])
    return _serve(certificate, folders) if status is None else status


if __name__ == "__main__":
    os._exit(main())
