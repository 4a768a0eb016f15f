"""Every Swift example in a doc comment, in README, in HOW_IT_WORKS and in the pages of the documentation compiles.

An example may use the names of `examples.swift`, which a reader has in mind, and must declare all others.
"""

import re
import subprocess

BLOCK = re.compile(r"```swift\n(.*?)```", re.DOTALL)
COMMENT = re.compile(r"^[ \t]*///[ ]?(.*)$")
TYPES = re.compile(r"(public )?(extension|struct|enum|actor|final class|protocol)\b")
# Whose examples are cells. What a folder besides them documents is code of the kernel, for those who build one.
CELLS = ["Sources/Library", "Sources/Runner/CellRuntime", "Sources/Support/JSON"]
KERNEL = ["Sources/Kernel/Jupyter"]


def blocks(text, name):
    """The Swift of a text, by the line where it begins."""
    for match in BLOCK.finditer(text):
        yield f"{name}:{text.count(chr(10), 0, match.start(1)) + 1}", match[1]


def comments(root, folders):
    """The examples in the doc comments of sources."""
    for folder in folders:
        for file in sorted((root / folder).rglob("*.swift")):
            lines = (COMMENT.match(line) for line in file.read_text().splitlines())
            text = "\n".join(line[1] if line else "" for line in lines)
            yield from blocks(text, file.relative_to(root).as_posix())


def pages(root):
    """The Swift of each page. Its blocks are the cells of a notebook: each may use and declare again earlier names."""
    files = [root / "README.md", root / "HOW_IT_WORKS.md", root / "CONTRIBUTING.md"]
    for file in [*files, *sorted((root / "Documentation").rglob("*.md"))]:
        text = file.read_text()
        # Blank lines stand for the prose between, so that an error names a line of the page.
        code, end, depth = "", 0, 0
        for match in BLOCK.finditer(text):
            code += "\n" * (text.count("\n", end, match.start(1)) - 1) + "do {\n" + match[1]
            end, depth = match.end(1), depth + 1
        if depth:
            yield f"{file.relative_to(root).as_posix()}:1", code + "}" * depth


def source(code, imports):
    """A file in which the example stands: types at its top, all else in a function. Lines keep their numbers."""
    head = "; ".join(f"import {module}" for module in imports)
    lines = code.splitlines()
    if not any(TYPES.match(line) for line in lines):
        return f"{head}; private func example() async throws {{\n{code}\n}}\n"
    inside = False
    top, function = [], []
    for line in lines:
        inside = inside or TYPES.match(line) is not None
        top.append(line if inside else "")
        function.append("" if inside else line)
        if inside and (line.rstrip() == "}" or line.count("{") == line.count("}") > 0):
            inside = False
    top, function = "\n".join(top), "\n".join(function)
    return f"{head}\n{top}\nprivate func example() async throws {{\n{function}\n}}\n"


def errors(examples, imports, flags, folder, *more):
    """What the compiler says of the examples, all in one compilation."""
    names = {}
    folder.mkdir()
    for index, (name, code) in enumerate(examples.items()):
        file = folder / f"Example{index}.swift"
        file.write_text(source(code, imports))
        names[file.name] = name
    answer = subprocess.run(
        ["swiftc", "-typecheck", "-wmo", "-parse-as-library", "-swift-version", "6", "-suppress-warnings",
         "-diagnostic-style", "llvm", *flags, *more, *(folder / name for name in names)],
        capture_output=True, text=True)
    said = []
    for line in answer.stderr.splitlines():
        if match := re.search(r"(Example\d+\.swift):(\d+):\d+: error: (.*)", line):
            file, first = names[match[1]].rsplit(":", 1)
            text = (folder / match[1]).read_text().splitlines()[int(match[2]) - 1]
            said.append(f"{file}:{int(first) + int(match[2]) - 2}: {match[3]}\n    {text.strip()}")
        elif "error:" in line:
            said.append(line)
    assert said or answer.returncode == 0, answer.stderr
    return said


def test_examples_compile(root, prefix, tmp_path):
    found = dict(comments(root, CELLS)) | dict(pages(root))
    assert len(found) > 120
    flags = subprocess.run([prefix / "bin/gyrus", "flags"], capture_output=True, text=True, check=True).stdout.split()
    said = errors(
        found, ["Foundation", "Gyrus"], flags, tmp_path / "cells", root / "Tests/Conformance/examples.swift")
    assert not said, f"{len(said)} errors\n" + "\n".join(said)


def test_examples_of_the_kernel_compile(root, tmp_path):
    found = dict(comments(root, KERNEL))
    assert found
    maps = [f"-I{file.parent}" for file in (root / "Sources").rglob("module.modulemap")]
    modules = root / ".build/release/Modules"
    said = errors(found, ["Foundation", "Jupyter"], [f"-I{modules}", *maps], tmp_path / "kernel")
    assert not said, f"{len(said)} errors\n" + "\n".join(said)
