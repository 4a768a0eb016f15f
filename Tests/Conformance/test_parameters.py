"""Every public initializer says what each of its parameters is, and so does every method with more than two."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

KINDS = {"swift.init", "swift.method", "swift.type.method", "swift.func"}


def documented(lines):
    """The parameters that a comment describes: `- Parameter x: …`, or the items below `- Parameters:`."""
    names, is_in_list = set(), False
    for line in lines:
        if single := re.match(r"\s*- Parameter\s+`?(\w+)`?\s*:\s*\S", line):
            names.add(single[1])
        elif re.match(r"\s*- Parameters\s*:", line):
            is_in_list = True
        elif re.match(r"\s?- Returns\s*:", line):
            is_in_list = False
        elif is_in_list and (item := re.match(r"\s+- `?(\w+)`?\s*:\s*\S", line)):
            names.add(item[1])
        elif re.match(r"\s?\S", line):
            is_in_list = False
    return names


def missing(symbol):
    """The parameters of a symbol that its comment does not describe, by their labels or by their inner names."""
    parameters = symbol.get("functionSignature", {}).get("parameters", [])
    if symbol["kind"]["identifier"] not in KINDS or symbol["names"]["title"].startswith("_"):
        return []
    if symbol["kind"]["identifier"] != "swift.init" and len(parameters) <= 2:
        return []
    if any(version.get("isUnconditionallyUnavailable") for version in symbol.get("availability", [])):
        return []
    known = documented(line["text"] for line in symbol.get("docComment", {}).get("lines", []))
    return [parameter["name"] for parameter in parameters
            if not {parameter["name"], parameter.get("internalName")} & known]


@pytest.fixture(scope="module")
def symbols(root, prefix, tmp_path_factory):
    sys.path.insert(0, str(root / "Documentation"))
    import build

    folder = tmp_path_factory.mktemp("symbols")
    build.write_symbols(prefix / "bin/gyrus", Path(shutil.which("swift")).resolve().parent, folder)
    return [symbol for file in folder.glob("*.json") for symbol in json.loads(file.read_text())["symbols"]]


def test_every_parameter_is_documented(symbols):
    initializers = [symbol for symbol in symbols if symbol["kind"]["identifier"] == "swift.init"]
    assert len(initializers) > 150
    found = {".".join(symbol["pathComponents"]): missing(symbol) for symbol in symbols if missing(symbol)}
    assert not found, "\n".join(f"{name}: {', '.join(names)}" for name, names in sorted(found.items()))


def test_what_a_comment_describes():
    assert documented([" Makes it.", "", " - Parameter a: how many"]) == {"a"}
    assert documented([" - Parameters:", "   - a: one", "   - `b`: two", "     lines", "", " Throws `c: d`."]) == {"a", "b"}
    assert documented([" - Parameters:", "   - a:", " - Returns: b"]) == set()
