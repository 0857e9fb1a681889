"""Sends the same request to the benchmark's server, to measure its maximum rate.

    python -m tools.bench.load PORT SECONDS CONNECTIONS

prints the responses per second.
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


def responses_per_second(port: int, seconds: float, connections: int) -> float:
    """Each connection repeats the request after the response. Raises ConnectionError for an error response."""
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(_REQUEST)
        selector.register(connection, selectors.EVENT_READ, connection)
    responses, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        for key, _ in selector.select(timeout=seconds):
            response = key.data.recv(65536)
            if not response.startswith(b"HTTP/1.1 200 "):
                raise ConnectionError(f"the server responded {response!r}")
            responses += 1
            key.data.sendall(_REQUEST)
    rate = responses / (time.perf_counter() - began)
    for key in list(selector.get_map().values()):
        key.data.close()
    selector.close()
    return rate


if __name__ == "__main__":
    print(responses_per_second(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
