"""Cell latency and memory over a session of 400 cells, Gyrus against xeus-python and ipykernel in the same run.

Run: make bench (or .venv/bin/python Benchmarks/long_session.py [CELLS]). Prints a Markdown table; asserts nothing.

Every cell declares what a notebook's cell does (a constant, a variable, a function or a type), uses what earlier cells
declared, and shows a value. Memory is the resident set
of the kernel's process and of all its children.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
os.environ["JUPYTER_PATH"] = str(Path(os.environ.get("GYRUS_PREFIX", ROOT / ".venv")) / "share/jupyter")
# With a cache of its own no cell comes from an earlier run.
CACHE = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
os.environ["XDG_CACHE_HOME"] = CACHE.name

import psutil  # noqa: E402

from latency import Kernel  # noqa: E402

SWIFT = [
    "let value{0} = [Double](repeating: {0}, count: 100)\nvalue{0}.count + value{1}.count",
    "func total{0}(_ xs: [Double]) -> Double {{ xs.reduce(0, +) }}\ntotal{0}(value{1})",
    "struct Point{0} {{ var x = 0.0, y = 0.0 }}\nvar point{0} = Point{0}(x: value{1}[0])\npoint{0}.x += total{2}(value{1})\npoint{0}",
    "point{2}.y = Double({0})\nprint(\"cell {0}\", point{2})\nvalue{1}.map {{ $0 * 2 }}.max()",
]
PYTHON = [
    "value{0} = [float({0})] * 100\nlen(value{0}) + len(value{1})",
    "def total{0}(xs): return sum(xs)\ntotal{0}(value{1})",
    "class Point{0}:\n    def __init__(self, x=0.0, y=0.0): self.x, self.y = x, y\n"
    "point{0} = Point{0}(x=value{1}[0])\npoint{0}.x += total{2}(value{1})\npoint{0}.x",
    "point{2}.y = float({0})\nprint('cell {0}', point{2}.x)\nmax(x * 2 for x in value{1})",
]


def cell(templates, number):
    """The source of one cell; it uses the newest constant, and the newest function or point."""
    kind = number % 4
    constant = number - kind if kind else max(0, number - 4)
    newest = number - (1 if kind in (2, 3) else 0)
    return templates[kind].format(number, constant, newest)


def memory(kernel):
    process = psutil.Process(kernel.manager.provisioner.pid)
    return sum(p.memory_info().rss for p in [process, *process.children(recursive=True)])


def median(seconds):
    return 1000 * statistics.median(seconds)


def main(count):
    names = {"gyrus": SWIFT, "xpython": PYTHON, "python3": PYTHON}
    print(f"A session of {count} cells beside a fresh one, {os.cpu_count()} cores\n")
    print("| | median of cells 1 to 20 (ms) | of the last 20 (ms) | ratio | memory at cell 10 (MB) | grown by (MB) |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, templates in names.items():
        old = Kernel(name)
        for number in range(count - 20):
            old.run(cell(templates, number))
            if number == 10:
                size = memory(old)
        # In turns with a fresh session, so that a busy machine slows both; completion prepares itself behind a cell,
        # so the other session waits until it has.
        fresh = Kernel(name)
        times = {"early": [], "late": []}
        # A comment of its own: the old session's cells would be found in the cache.
        mark = "  // fresh" if name == "gyrus" else "  # fresh"
        for block in range(0, 20, 5):
            time.sleep(2)
            times["early"] += [fresh.run(cell(templates, number) + mark) for number in range(block, block + 5)]
            time.sleep(2)
            times["late"] += [old.run(cell(templates, count - 20 + number)) for number in range(block, block + 5)]
        time.sleep(2)
        early, late = median(times["early"]), median(times["late"])
        print(f"| {name} | {early:.0f} | {late:.0f} | {late / early:.2f} | {size / 1e6:.0f} "
              f"| {(memory(old) - size) / 1e6:.0f} |")
        old.close()
        fresh.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
