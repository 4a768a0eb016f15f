"""The toolchain is fetched from a server of the test's own, whose connections are cut, and checked by its signature."""

import http.server
import shutil
import subprocess
import sys
import tarfile
import threading

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("gpg"), reason="gpg is not installed")


class CuttingServer(http.server.BaseHTTPRequestHandler):
    """Gives files of a dictionary; the first answer for an archive ends in its middle."""

    files, ranges = {}, []

    def do_GET(self):
        content = self.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        begin = int(self.headers.get("Range", "bytes=0-")[6:-1])
        first = self.path.endswith(".gz") and not any(path == self.path for path, _ in self.ranges)
        self.ranges.append((self.path, begin))
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        end = (len(content) + begin) // 2 if first else len(content)
        self.wfile.write(content[begin:end])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path, root):
    """Its address, the fingerprint of the key that signed its archive, and the class that records requests."""
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--batch", "--quiet", "--homedir", str(home), "--passphrase", ""]
    subprocess.run([*gpg, "--quick-gen-key", "Test <test@example.org>", "rsa2048"], check=True, capture_output=True)
    listing = subprocess.run([*gpg, "--list-keys", "--with-colons"], check=True, capture_output=True, text=True)
    fingerprint = next(line.split(":")[9] for line in listing.stdout.splitlines() if line.startswith("fpr"))
    compiler = tmp_path / "swift-6/usr/bin/swiftc"
    compiler.parent.mkdir(parents=True)
    compiler.write_bytes(b"a compiler" * 50_000)
    archive = tmp_path / "swift.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=0) as tar:
        tar.add(tmp_path / "swift-6", "swift-6")
    subprocess.run([*gpg, "--detach-sign", str(archive)], check=True)
    keys = subprocess.run([*gpg, "--export", "--armor"], check=True, capture_output=True).stdout
    sys.path.insert(0, str(root / "Kernelspec"))
    import fetch_swift

    name, version = fetch_swift.release(), fetch_swift.VERSION
    stem = f"swift-{version}-RELEASE"
    path = f"/swift-{version}-release/{name.replace('.', '')}/{stem}/{stem}-{name}.tar.gz"
    handler = type("Handler", (CuttingServer,), {
        "files": {path: archive.read_bytes(), path + ".sig": (tmp_path / "swift.tar.gz.sig").read_bytes(),
                  "/keys.asc": keys},
        "ranges": []})
    http_server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=http_server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http_server.server_port}", fingerprint, handler
    http_server.shutdown()


def fetch(root, folder, address, fingerprint):
    return subprocess.run(
        [sys.executable, root / "Kernelspec/fetch_swift.py", "--yes", "--without-packages", "--folder", folder, "--server", address,
         "--keys", address + "/keys.asc", "--fingerprint", fingerprint],
        capture_output=True, text=True)


def test_a_cut_download_goes_on_where_it_stopped(root, tmp_path, server):
    address, fingerprint, handler = server
    answer = fetch(root, tmp_path / "data/swift", address, fingerprint)
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "data/swift/usr/bin/swiftc").read_bytes() == b"a compiler" * 50_000
    archive = [begin for path, begin in handler.ranges if path.endswith(".gz")]
    assert len(archive) == 2 and archive[0] == 0 and archive[1] > 0
    assert not (tmp_path / "data/downloads").exists()


def test_a_signature_by_another_key_is_refused(root, tmp_path, server):
    address, fingerprint, _ = server
    answer = fetch(root, tmp_path / "data/swift", address, fingerprint[::-1])
    assert answer.returncode != 0
    assert "is not by the key" in answer.stderr
    assert not (tmp_path / "data/swift").exists()


def test_a_changed_archive_is_refused_and_removed(root, tmp_path, server):
    address, fingerprint, handler = server
    path = next(path for path in handler.files if path.endswith(".gz"))
    handler.files[path] = handler.files[path][:-1] + b"x"
    answer = fetch(root, tmp_path / "data/swift", address, fingerprint)
    assert answer.returncode != 0 and "the file was removed" in answer.stderr
    assert not (tmp_path / "data/swift").exists()
    assert not list((tmp_path / "data/downloads").glob("*.gz"))


def test_without_a_terminal_it_says_what_to_do(root, tmp_path, server):
    answer = subprocess.run(
        [sys.executable, root / "Kernelspec/fetch_swift.py", "--folder", tmp_path / "swift"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert answer.returncode != 0
    assert "python3 Kernelspec/fetch_swift.py --yes" in answer.stderr and "swift.org/install" in answer.stderr
