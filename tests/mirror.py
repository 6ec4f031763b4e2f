"""A real web server on this machine that delivers files well or badly, by the folder asked for."""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Mirror(ThreadingHTTPServer):
    """files: bytes by name, what every folder has. asked: the paths that were requested.

    good/ delivers the file, cut/ only its first half, wrong/ as many other bytes, none/ a 404,
    silent/ two bytes and then nothing more, slow/ one byte every hundredth of a second.
    """

    daemon_threads = True

    def __init__(self, files: dict[str, bytes]):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files, self.asked, self.over = files, [], threading.Event()

    def url(self, folder: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{folder}/"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        _, folder, name = self.path.split("/")
        if folder == "none":
            self.send_error(404)
            return
        content = self.server.files[name]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        getattr(self, f"_{folder}")(content)

    def _good(self, content):
        self.wfile.write(content)

    def _cut(self, content):
        self.wfile.write(content[: len(content) // 2])

    def _wrong(self, content):
        self.wfile.write(bytes(len(content)))

    def _silent(self, content):
        self.wfile.write(content[:2])
        self.server.over.wait(30)

    def _slow(self, content):
        for byte in content:
            self.wfile.write(bytes([byte]))
            time.sleep(0.01)

    def log_message(self, *_):
        """Keeps requests out of the tests' output."""


@contextmanager
def running(files: dict[str, bytes]):
    """A mirror that answers until the block ends."""
    with Mirror(files) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()
