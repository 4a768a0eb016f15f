"""What a notebook's cells say, and whether two executions of it say the same.

Pictures and their data are left out: another processor rounds the last digits otherwise. So are times and rates, the
lengths of bars and rules, and small differences of numbers.
"""

import re

PROGRESS = re.compile(r"^(.+?): ([\d,]+)/([\d,]+) (.+?), [\d.,e+]+ \4/s, (?:took .*|.* left|starting)$")
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
TOKEN = re.compile(rf"{NUMBER.pattern}|[^\s\d]+")


def told(text):
    """The text without what differs from run to run."""
    lines = []
    for line in text.splitlines():
        bar = PROGRESS.match(line)
        if bar:
            line = f"{bar[1]}: {bar[2]}/{bar[3]} {bar[4]}"
        line = re.sub(r"/(?:tmp|var|private|home|root|work)/[^\s\"']*", "PATH", line)
        line = re.sub(r"\b\d[\d.,]*(?:e-?\d+)? ?(?:s|ms|µs|us|seconds|minutes)\b", "TIME", line)
        line = re.sub(r"\b\d[\d.,]* [^\s]+/s\b", "RATE", line)
        line = re.sub(r"[█▏▎▍▌▋▊▉░]+", "", line)
        line = re.sub(r"─{3,}", "", line)
        lines.append(line)
    return "\n".join(lines)


def unfinished(text):
    """The lines of progress bars that stopped before their end."""
    bars = [PROGRESS.match(line) for line in text.splitlines()]
    return [bar[0] for bar in bars if bar and bar[2] != bar[3]]


def texts(cell):
    """What a code cell printed, stream by stream, and the plain text of all that it showed, in order."""
    found = []
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream":
            if found and found[-1][0] == output["name"]:
                found[-1] = (output["name"], found[-1][1] + output["text"])
            else:
                found.append((output["name"], output["text"]))
        elif "data" in output:
            found.append((output["output_type"], output["data"].get("text/plain", "")))
        else:
            found.append(("error", output.get("evalue", "")))
    return found


def number(token):
    return float(token.replace(",", ""))


def same(first, second):
    """Whether two texts say the same, numbers to two percent or 0.005."""
    a, b = TOKEN.findall(told(first)), TOKEN.findall(told(second))
    if len(a) != len(b):
        return False
    for left, right in zip(a, b):
        if left == right:
            continue
        if not (NUMBER.fullmatch(left) and NUMBER.fullmatch(right)):
            return False
        if abs(number(left) - number(right)) > max(0.005, 0.02 * abs(number(right))):
            return False
    return True


def differences(committed, executed):
    """Where a notebook's saved outputs are not those of an execution: one line for each, with its cell."""
    found = []
    cells = [cell for cell in committed.cells if cell.cell_type == "code"]
    again = [cell for cell in executed.cells if cell.cell_type == "code"]
    if [cell.source for cell in cells] != [cell.source for cell in again]:
        return ["the cells are not the same"]
    for count, (cell, other) in enumerate(zip(cells, again), 1):
        saved, new = texts(cell), texts(other)
        for kind, text in saved:
            found += [f"code cell {count}: saved with an unfinished bar: {line}" for line in unfinished(text)]
        if [kind for kind, _ in saved] != [kind for kind, _ in new]:
            found.append(f"code cell {count}: saved {[k for k, _ in saved]}, this build gives {[k for k, _ in new]}")
            continue
        for (kind, text), (_, fresh) in zip(saved, new):
            if not same(text, fresh):
                found.append(f"code cell {count}, {kind}: saved {clip(text)}, this build gives {clip(fresh)}")
    return found


def clip(text):
    return repr(text if len(text) <= 400 else text[:400] + "…")
