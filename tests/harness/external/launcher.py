"""The plugin program that Terraform starts: see `external.provider`.

Imports only built-in modules, because it runs at each start of the provider. Arguments: the socket of the fork server,
the certificate, and the import path for serving without a fork server.
"""

import _signal  # type: ignore[import-not-found]
import _socket
import marshal
import os
import sys


def _hand_over(address: str) -> int | None:
    """Pass this process to the fork server. Returns the exit status of the fork, or None without a fork server."""
    server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        server.connect(address)
    except OSError:
        return None
    document = marshal.dumps({"directory": os.getcwd(), "environment": dict(os.environ)})  # noqa: PTH109
    streams = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
    server.sendmsg([len(document).to_bytes(8, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
    server.sendall(document)
    return (server.recv(1) or b"\1")[0]


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
    status = _hand_over(sys.argv[1])
    return _serve(sys.argv[2], sys.argv[3:]) if status is None else status


if __name__ == "__main__":
    os._exit(main())
