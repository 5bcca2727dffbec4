"""An SMS gateway that sends nothing: a real HTTP server for trying out and for tests."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class TestGateway(ThreadingHTTPServer):
    """Keeps what it took in ``taken``. ``answer`` is its next status; 0: it takes the message and
    drops the connection without an answer."""

    __test__ = False
    daemon_threads = True

    def __init__(self, port: int = 0, on_taken=None):
        super().__init__(("127.0.0.1", port), _Handler)
        self.taken: list[dict] = []
        self.answer = 200
        self.on_taken = on_taken

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sms"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *args):
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: TestGateway

    def do_POST(self):  # noqa: N802 - the name the server calls
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.answer < 300 or self.server.answer >= 500:
            self.server.taken.append(body | {"authorization": self.headers["Authorization"]})
            if self.server.on_taken:
                self.server.on_taken(body)
        if self.server.answer == 0:
            self.close_connection = True
            return
        self.send_response(self.server.answer)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args):
        """Nothing but what was taken is told."""
