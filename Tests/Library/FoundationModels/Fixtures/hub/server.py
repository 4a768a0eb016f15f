"""A small Hugging Face hub for the tests: the API of models, files with redirections to a store of large files, ranges, faults.

Run: python3 server.py FOLDER   (a folder of models OWNER/NAME/FILES; the port is printed; ends when its standard input does)
GET /control?KEY=VALUE&… sets a fault: `cut` bytes after which the next `times` answers of the store break off, `pause` milliseconds
between each 4 kB of the store's answers, `corrupt`, `noranges`, `token` that is required. GET /log gives all requests since the last as JSON, with their range and authorization.
"""
import hashlib
import json
import pathlib
import socketserver
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = pathlib.Path(sys.argv[1])
REVISION = "0123456789abcdef0123456789abcdef01234567"
faults, log = {}, []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name == "Content-Length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        parts = urllib.parse.unquote(url.path).strip("/").split("/")
        if parts == ["control"]:
            faults.update(urllib.parse.parse_qsl(url.query))
            return self.answer(200)
        if parts == ["log"]:
            body = json.dumps(log).encode()
            log.clear()
            return self.answer(200, body)
        log.append({"method": self.command, "path": url.path, "range": self.headers.get("Range") or "",
                    "authorization": self.headers.get("Authorization") or ""})
        if faults.get("token") and parts[0] != "store" and self.headers.get("Authorization") != f"Bearer {faults['token']}":
            return self.answer(401)
        if parts[:2] == ["api", "models"] and parts[4:] and parts[4] == "revision":
            return self.model("/".join(parts[2:4]), parts[5])
        if len(parts) > 4 and parts[2] == "resolve":
            return self.resolve("/".join(parts[:2]), "/".join(parts[4:]))
        if parts[0] == "store":
            return self.store(ROOT.joinpath(*parts[1:]))
        self.answer(404)

    def model(self, name, revision):
        folder = ROOT / name
        if not folder.is_dir() or revision not in ("main", REVISION):
            return self.answer(404, b'{"error":"Repository not found"}')
        files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        body = json.dumps({"id": name, "sha": REVISION, "siblings": [{"rfilename": file} for file in files + ["../../escape.txt"]]})
        self.answer(200, body.encode())

    def resolve(self, name, file):
        if name == "old/name":
            return self.answer(307, headers=[("Location", f"/test/bert/resolve/{REVISION}/{file}")])
        path = ROOT / name / file
        if not path.is_file():
            return self.answer(404)
        data = path.read_bytes()
        commit = ("X-Repo-Commit", REVISION)
        if len(data) < 30000:
            tag = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            return self.answer(200, data, [commit, ("ETag", f'"{tag}"')])
        tag = hashlib.sha256(data).hexdigest()
        # Another host name, to which no token may go.
        store = f"http://localhost:{self.server.server_address[1]}/store/{name}/{file}"
        self.answer(302, headers=[commit, ("X-Linked-ETag", f'"{tag}"'), ("X-Linked-Size", str(len(data))), ("ETag", '"00"'), ("Location", store)])

    def store(self, path):
        data = path.read_bytes()
        if faults.get("corrupt"):
            data = data[:-1] + bytes([data[-1] ^ 1])
        start, status = 0, 200
        requested = self.headers.get("Range")
        if requested and not faults.get("noranges"):
            start, status = int(requested[len("bytes="):-1]), 206
        self.send_response(status)
        self.send_header("Content-Length", str(len(data) - start))
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        cut = int(faults.get("cut", 0))
        if cut and int(faults.get("times", 1)) > 0:
            faults["times"] = str(int(faults.get("times", 1)) - 1)
            self.wfile.write(data[start:start + cut])
            self.wfile.flush()
            self.close_connection = True
            return
        pause = int(faults.get("pause", 0)) / 1000
        try:
            for piece in range(start, len(data), 4096 if pause else len(data)):
                self.wfile.write(data[piece:piece + 4096] if pause else data[piece:])
                time.sleep(pause)
        except ConnectionError:  # whoever asked has gone
            self.close_connection = True


class Server(ThreadingHTTPServer):
    def server_bind(self):  # without HTTPServer's search for the machine's name, which can take seconds
        socketserver.TCPServer.server_bind(self)


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
