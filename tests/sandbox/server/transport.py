"""The HTTP server under the gateway: threads, keep-alive connections, one write for each response."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any, cast

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import DechunkedInput, ThreadedWSGIServer

if TYPE_CHECKING:
    from sandbox.protocol.errors import Response
    from sandbox.server.gateway import Gateway
    from sandbox.server.recording import Recorder

# https://httpwg.org/specs/rfc9110.html#rfc.section.6.4.1
_WITHOUT_BODY = (204, 304)
# Set here and not by moto; "status" is internal to moto.
_OWN_HEADERS = frozenset({"connection", "content-length", "date", "status", "transfer-encoding"})


class Handler(MotoRequestHandler):
    """A keep-alive connection: werkzeug's handler closes it after each response."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request."""
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        environment = self.make_environ()
        server = cast("Server", self.server)
        body = self._body(environment)
        # A client that was killed while it sent has asked for nothing.
        is_whole = len(body) >= int(environment.get("CONTENT_LENGTH") or 0)
        response = server.gateway.handle(environment, body) if is_whole else None
        if response is None:
            self.close_connection = True
            return
        self._send(response)

    def _body(self, environment: dict[str, Any]) -> bytes:
        source = environment["wsgi.input"]
        if isinstance(source, DechunkedInput):
            return bytes(source.read())
        return bytes(source.read(int(environment.get("CONTENT_LENGTH") or 0)))

    def _send(self, response: Response) -> None:
        phrase = self.responses.get(response.status, ("",))[0]
        lines = [f"HTTP/1.1 {response.status} {phrase}", f"Date: {self.date_time_string()}"]
        lines += [f"{name}: {value}" for name, value in response.headers if name.lower() not in _OWN_HEADERS]
        # To HEAD the length is that of the body which GET would have.
        length = dict(response.headers).get("Content-Length") if self.command == "HEAD" else None
        if response.status not in _WITHOUT_BODY:
            lines.append(f"Content-Length: {length or len(response.body)}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        has_body = self.command != "HEAD" and response.status not in _WITHOUT_BODY
        # One write: in two small ones the second waits 40 ms for the delayed acknowledgement of the first.
        self.wfile.write(head + response.body if has_body else head)


class Server(ThreadedWSGIServer):
    """Listens on 127.0.0.1; ``gateway`` answers. Raises OSError when the port is taken."""

    def __init__(self, gateway: Gateway, port: int) -> None:
        # werkzeug ends the process when it cannot bind; a socket of our own raises OSError.
        with socket.create_server(("127.0.0.1", port), backlog=128) as listening:
            super().__init__("127.0.0.1", port, cast("Any", gateway), handler=Handler, fd=listening.fileno())
        self.gateway: Gateway | Recorder = gateway
        self._lock = threading.Lock()
        self._connections: set[Any] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="sandbox", daemon=True)

    def start(self) -> None:
        """Serve requests on a separate thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and close the connections."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # The client was quicker; its thread closes the socket.
                continue

    def process_request(self, request: Any, client_address: Any) -> None:
        """Register a new connection."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Remove a closed connection."""
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)
