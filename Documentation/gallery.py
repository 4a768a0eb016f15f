"""The gallery of the documentation: every picture that a notebook shows, with the code that draws it."""

import base64
import json
import re

HEAD = """# Gallery

What the notebooks show, with the code that draws it.

## Overview

Every picture is an output of a notebook as it stands in `Notebooks`.
"""


def text(field):
    """A field of a notebook, which may be a list of lines."""
    return "".join(field)


def pictures(cell):
    """The pictures that a cell shows."""
    for output in cell.get("outputs", []):
        if image := output.get("data", {}).get("image/png"):
            yield base64.b64decode(text(image))


def heading(cell):
    """The last heading of a cell of Markdown."""
    found = re.findall(r"^#+ +(.+)$", text(cell["source"]), re.MULTILINE)
    return found[-1] if found else None


def statements(code):
    """The statements of a cell: a line that begins one, and those that are indented or close it."""
    found = []
    for line in code.rstrip().splitlines():
        if found and (not line or line[0].isspace() or line[0] in "})].{"):
            found[-1] += "\n" + line
        else:
            found.append(line)
    return [statement.rstrip() for statement in found]


def last_statement(code):
    """The statement at the end of a cell, which draws; where it is only a name, the one that gives the name its value."""
    *before, last = statements(code)
    named = [one for one in before if re.match(rf"(let|var) {re.escape(last)}\b", one)] if last.isidentifier() else []
    return named[-1] if named else last


def write(notebooks, catalog):
    """Writes the page and its pictures into a folder of articles."""
    (catalog / "Resources").mkdir(exist_ok=True)
    page = [HEAD]
    for file in sorted(notebooks.glob("*.ipynb")):
        cells = json.loads(file.read_text())["cells"]
        title = about = next(filter(None, (heading(cell) for cell in cells if cell["cell_type"] == "markdown")), file.stem)
        page.append(f"### {title}\n\n`Notebooks/{file.name}`\n")
        for number, cell in enumerate(cells):
            if cell["cell_type"] == "markdown":
                about = heading(cell) or about
            for index, image in enumerate(pictures(cell)):
                # A picture of a few pixels is an image that a model sees, not a figure.
                if int.from_bytes(image[16:20], "big") < 500:
                    continue
                name = f"{file.stem}-{number}-{index}"
                (catalog / f"Resources/{name}.png").write_bytes(image)
                page.append(f"{about}:\n\n![{about}]({name}.png)\n\n```swift\n{last_statement(text(cell['source']))}\n```\n")
    (catalog / "Gallery.md").write_text("\n".join(page))
