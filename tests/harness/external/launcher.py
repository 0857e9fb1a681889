"""What Terraform starts as the plugin: see `external.provider`.

Only built-in modules are imported: every millisecond is paid at each start. Arguments: the socket of the warm process,
the certificate, and the folders to import from when there is no warm process.
"""

import _signal  # type: ignore[import-not-found]
import _socket
import marshal
import os
import sys


def _hand_over(address: str) -> int | None:
    """Let the warm process serve; its exit status, or None where there is no warm process."""
    warm = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        warm.connect(address)
    except OSError:
        return None
    document = marshal.dumps({"directory": os.getcwd(), "environment": dict(os.environ)})  # noqa: PTH109
    streams = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
    warm.sendmsg([len(document).to_bytes(8, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
    warm.sendall(document)
    return (warm.recv(1) or b"\1")[0]


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
    # Ctrl-C reaches every process of the terminal; Terraform tells its plugins itself when they have to stop.
    _signal.signal(_signal.SIGINT, lambda *_: None)
    status = _hand_over(sys.argv[1])
    return _serve(sys.argv[2], sys.argv[3:]) if status is None else status


if __name__ == "__main__":
    os._exit(main())
