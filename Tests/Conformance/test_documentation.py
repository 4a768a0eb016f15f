"""The documentation builds without a broken link, its blocks compile, and a Jupyter server shows it, wherever its base is."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

BLOCK = re.compile(r"```swift\n(.*?)```", re.DOTALL)


def test_it_builds_without_a_broken_link(root, prefix, tmp_path):
    answer = subprocess.run(
        [sys.executable, root / "Documentation/build.py", "--strict", prefix / "bin/gyrus", tmp_path / "docs"],
        capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert (tmp_path / "docs/documentation/encoding/ridge/index.html").exists()


def test_links_between_pages_lead_somewhere(root):
    for page in [*root.glob("*.md"), *(root / "Benchmarks").rglob("*.md"), *(root / "Documentation").rglob("*.md")]:
        text = page.read_text()
        for link in [*re.findall(r"\]\(([^)#\s]+)\)", text), *re.findall(r'src="([^"]+)"', text)]:
            # The pictures of the documentation's pages are put beside them when they are built.
            if "://" not in link and not (page.parent.suffix == ".docc" and link.endswith(".png")):
                assert (page.parent / link).exists(), f"{page.relative_to(root)}: {link}"


def test_the_first_analysis_runs(root, fresh_kernel):
    for block in BLOCK.findall((root / "Documentation/Gyrus.docc/FirstAnalysis.md").read_text()):
        fresh_kernel.ok(block, timeout=120)


def test_the_first_notebook_of_readme_runs(root, fresh_kernel, tmp_path):
    section = (root / "README.md").read_text().split("## A first notebook")[1].split("\n## ")[0]
    fresh_kernel.ok(f"%cd {tmp_path}")
    for block in BLOCK.findall(section):
        fresh_kernel.ok(block, timeout=120)
    assert (tmp_path / "regions.pdf").read_bytes().startswith(b"%PDF")


def test_the_gallery_has_the_pictures_of_every_notebook(root, prefix):
    page = json.loads((prefix / "lib/gyrus/docs/data/documentation/gyrus/gallery.json").read_text())
    shown = [reference for reference in page["references"].values() if reference["type"] == "image"]
    notebooks = [path for path in (root / "Notebooks").glob("*.ipynb") if '"image/png"' in path.read_text()]
    assert len(notebooks) > 5
    for notebook in notebooks:
        assert any(notebook.stem in image["identifier"] for image in shown), notebook
    for image in shown:
        assert (prefix / "lib/gyrus/docs" / image["variants"][0]["url"].lstrip("/")).exists()


def test_what_comes_from_python_compiles(root, fresh_kernel):
    """Each section's blocks run; each expression of its table compiles in a function that nobody calls."""
    page = (root / "Documentation/Gyrus.docc/ComingFromPython.md").read_text()
    sections = re.split(r"^## ", page, flags=re.MULTILINE)[2:]
    assert len(sections) == 8
    for number, section in enumerate(sections):
        for block in BLOCK.findall(section):
            fresh_kernel.ok(block, timeout=120)
        cells = [line.split(" | ", 1)[1] for line in section.splitlines() if line.startswith("| `")]
        here = [code for cell in cells for code in re.findall(r"`([^`]+)`", cell)]
        assert len(here) >= 4, section
        # `nil` alone has no type, and words that only name a type are no expressions.
        tried = "".join(f"    do {{ {code}\n    }}\n" for code in here if code not in ("nil", "Float"))
        fresh_kernel.ok(f"func section{number}() throws {{\n{tried}}}", timeout=120)


@pytest.fixture
def server(prefix, tmp_path):
    """The address of a Jupyter server whose pages lie below another folder, as a hub's do."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = open(tmp_path / "log", "w")
    process = subprocess.Popen(
        [prefix / "bin/jupyter-server", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
         "--IdentityProvider.token=", "--ServerApp.base_url=/user/someone/", f"--ServerApp.root_dir={tmp_path}"],
        stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/user/someone/"
    for _ in range(600):
        try:
            urllib.request.urlopen(address + "api/status")
            break
        except OSError:
            assert process.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait()


def test_a_jupyter_server_shows_it(server):
    page = urllib.request.urlopen(server + "gyrus/docs/documentation/gyrus/").read().decode()
    assert 'baseUrl = "/user/someone/gyrus/docs/"' in page and '"/gyrus/docs/' not in page
    script = re.search(r'src="(/user/someone/gyrus/docs/js/index\.[^"]*)"', page)[1]
    base = server.removesuffix("/user/someone/")
    assert urllib.request.urlopen(base + script).status == 200
    data = urllib.request.urlopen(server + "gyrus/docs/data/documentation/encoding/ridge.json").read()
    assert b"Ridge regression" in data
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(server + "gyrus/docs/nothing")
