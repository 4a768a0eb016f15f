"""`jupyter nbconvert --to script`: a Swift program that imports what cells import by themselves."""

import re

from nbconvert.exporters import ScriptExporter

IMPORTS = ["Foundation", "Gyrus"]
LINE_MAGIC = re.compile(r"^(\s*)(%%?[a-z]+\b.*|!\s*[\w./~].*)$")
# What a magic times is run by a program, too.
TIMED = re.compile(r"^(\s*)%time\s+(\S.*)$")
# Behind such an end the next line goes on with an expression.
OPEN_END = re.compile(r"[-+*/%&|^<>=?:,.(\[]\s*$")
CELL_MAGIC = re.compile(r"^\s*%%")
# Those whose cell is Swift.
SWIFT_MAGIC = re.compile(r"^\s*%%(time|timeit|capture)\b")


def as_swift(source):
    """A cell's source with its magics as comments (`//%time`), which the kernel reads as magics still."""
    lines = source.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if CELL_MAGIC.match(first) and not SWIFT_MAGIC.match(first):
        return "\n".join("//" + line for line in lines)
    done, previous, in_string = [], "", False
    for line in lines:
        goes_on = in_string or OPEN_END.search(previous)
        done.append(line if goes_on else LINE_MAGIC.sub(r"\1//\2", TIMED.sub(r"\1\2  // %time", line)))
        in_string ^= line.count('"""') % 2 == 1
        previous = line if line.strip() else previous
    return "\n".join(done)


class SwiftExporter(ScriptExporter):
    """Code cells one after the other, Markdown cells as comments; `gyrus flags` prints what compiles the result."""

    export_from_notebook = None

    def from_notebook_node(self, nb, resources=None, **kw):
        parts = ["\n".join(f"import {name}" for name in IMPORTS)]
        for cell in nb.cells:
            source = "".join(cell.source).strip("\n")
            if cell.cell_type == "code" and source:
                parts.append(as_swift(source))
            elif cell.cell_type == "markdown" and source:
                parts.append("\n".join(f"// {line}".rstrip() for line in source.splitlines()))
        resources = self._init_resources(resources)
        resources["output_extension"] = ".swift"
        return "\n\n".join(parts) + "\n", resources
