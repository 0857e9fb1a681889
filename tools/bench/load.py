"""Asks the benchmark's server the same question as fast as it answers, and does nothing else.

    python -m tools.bench.load PORT SECONDS CONNECTIONS

prints how many answers came a second.
"""

from __future__ import annotations

import selectors
import socket
import sys
import time

_REQUEST = (
    b"POST / HTTP/1.1\r\nHost: bench\r\nX-Amz-Target: AWSCloud9WorkspaceManagementService.ListEnvironments\r\n"
    b"Authorization: AWS4-HMAC-SHA256 Credential=ASIA500000000000/20260101/us-east-1/cloud9/aws4_request\r\n"
    b"Content-Length: 2\r\n\r\n{}"
)


def answers_a_second(port: int, seconds: float, connections: int) -> float:
    """Each connection asks again when it has its answer. Raises ConnectionError for what is none."""
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(_REQUEST)
        selector.register(connection, selectors.EVENT_READ, connection)
    answers, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        for key, _ in selector.select(timeout=seconds):
            answer = key.data.recv(65536)
            if not answer.startswith(b"HTTP/1.1 200 "):
                raise ConnectionError(f"the server answered {answer!r}")
            answers += 1
            key.data.sendall(_REQUEST)
    rate = answers / (time.perf_counter() - began)
    for key in list(selector.get_map().values()):
        key.data.close()
    selector.close()
    return rate


if __name__ == "__main__":
    print(answers_a_second(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
