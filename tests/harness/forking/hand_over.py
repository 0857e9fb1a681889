"""Hands the process that it runs in over to a fork server. Imports built-in modules alone: each start runs it."""

import _socket
import marshal
import os
import sys


def hand_over(address: str, arguments: list[str]) -> int | None:
    """Have a fork run as this process. Returns its exit status, or None without a fork server.

    The fork ends when this process is killed.
    """
    server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        server.connect(address)
    except OSError:
        return None
    process = {"directory": os.getcwd(), "environment": dict(os.environ), "arguments": arguments}  # noqa: PTH109
    document = marshal.dumps(process)
    streams = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
    server.sendmsg([len(document).to_bytes(8, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
    server.sendall(document)
    return (server.recv(1) or b"\1")[0]
