"""build.py [--strict] GYRUS TARGET: the documentation of an installed library as a static site in the folder TARGET.

GYRUS is the command of the installation. A broken link fails under --strict alone, so that no one is kept from working
by one. The compiler's own tools read the modules that are installed, so there is no second build of all modules, and no
package to fetch, as with swift-docc-plugin: seconds instead of minutes. The gallery is made from the notebooks.
"""

import json
import pathlib
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import gallery

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Where a Jupyter server shows the site (Kernelspec/python/gyrus_jupyter/documentation.py).
PLACE = "gyrus/docs"


def modules():
    """The modules whose names a cell sees."""
    source = (ROOT / "Sources/Library/Gyrus/Gyrus.swift").read_text()
    return [*re.findall(r"@_exported import (\w+)", source), "Gyrus"]


def write_symbols(gyrus, tools, folder):
    """Writes what is public, with its comments, as symbol graphs."""
    flags = shlex.split(subprocess.run([gyrus, "flags"], capture_output=True, text=True, check=True).stdout)
    paths = [part for pair in zip(flags, flags[1:]) if pair[0] in ("-I", "-Xcc") for part in pair]
    for module in modules():
        subprocess.run(
            [tools / "swift-symbolgraph-extract", "-module-name", module, *paths,
             "-target", f"{platform.machine()}-unknown-linux-gnu", "-output-dir", folder,
             "-minimum-access-level", "public", "-skip-synthesized-members"],
            check=True)


# Most comments describe parameters in their sentences, and those that list them name the labels, which a caller sees.
HARMLESS = ("missing documentation", "External name")


def problems(file):
    """What DocC complains of: links that lead nowhere, above all."""
    for said in json.loads(file.read_text())["diagnostics"]:
        if said["severity"] in ("error", "warning") and not any(text in said["summary"] for text in HARMLESS):
            line = said.get("range", {}).get("start", {}).get("line", "?")
            yield f"{said.get('source', '?')}:{line}: {said['summary']}"


def write_index(site):
    """Writes which page each symbol has: the kernel names it where the symbol is inspected (DocumentationPages.swift)."""
    pages = {}
    for file in (site / "data/documentation").rglob("*.json"):
        symbol = json.loads(file.read_text())["metadata"].get("externalID")
        page = file.relative_to(site / "data").with_suffix("")
        if symbol and (site / page / "index.html").exists():
            pages[symbol] = str(page)
    (site / "symbols.json").write_text(json.dumps(pages))


def build(gyrus, target):
    """Builds the site; the problems that were found."""
    tools = pathlib.Path(shutil.which("swift") or "swift").resolve().parent
    if not (tools / "docc").exists():
        return [f"docc was not found in {tools}, so there is no documentation; swift.org's toolchains have it"]
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        (work / "symbols").mkdir()
        catalog = work / "Gyrus.docc"
        shutil.copytree(ROOT / "Documentation/Gyrus.docc", catalog)
        (catalog / "Resources").mkdir(exist_ok=True)
        shutil.copy(ROOT / "Documentation/brain.png", catalog / "Resources")
        gallery.write(ROOT / "Notebooks", catalog)
        write_symbols(gyrus, tools, work / "symbols")
        answer = subprocess.run(
            [tools / "docc", "convert", catalog,
             "--additional-symbol-graph-dir", work / "symbols", "--output-path", work / "site",
             "--transform-for-static-hosting", "--hosting-base-path", PLACE,
             "--diagnostics-file", work / "diagnostics.json",
             "--fallback-display-name", "Gyrus", "--fallback-bundle-identifier", "gyrus"],
            capture_output=True, text=True)
        if answer.returncode != 0:
            sys.exit(answer.stdout + answer.stderr)
        broken = list(problems(work / "diagnostics.json"))
        write_index(work / "site")
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(work / "site", target)
    return broken


if __name__ == "__main__":
    strict = "--strict" in sys.argv
    gyrus, target = [argument for argument in sys.argv[1:] if argument != "--strict"]
    found = build(gyrus, pathlib.Path(target))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found and strict else 0)
