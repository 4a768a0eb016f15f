"""What "restart and run all" takes, with the cells of an earlier session at hand and without.

Run: .venv/bin/python Benchmarks/rerun.py [ROUNDS] [CELLS]. Prints a Markdown table; asserts nothing.

Each round starts kernels with a cache of their own: the first compiles a notebook of CELLS cells (a third each: values, functions with
loops, expressions that use them), the second runs the same one again in a new kernel. The time is from sending the first cell
until the last has ended; the start of the kernel and its warming are not part of it.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
os.environ["JUPYTER_PATH"] = str(Path(os.environ.get("GYRUS_PREFIX", ROOT / ".venv")) / "share/jupyter")
sys.path.insert(0, str(ROOT / "Tests/Conformance"))

from session import Session  # noqa: E402


def notebook(count):
    cells = []
    for n in range(count):
        cells.append(
            [
                f"let value{n} = [Double](repeating: {n}, count: 100)",
                f"func total{n}(_ xs: [Double]) -> Double {{\n    var sum = 0.0\n    for x in xs {{ sum += x }}\n    return sum\n}}",
                f"total{n - 1}(value{n - 2}) + {n}",
            ][n % 3]
        )
    return cells


def run(cells):
    """Seconds for all cells, and for each, in a new kernel."""
    kernel = Session("gyrus")
    try:
        time.sleep(3)  # The kernel warms itself behind the first reply.
        each = [kernel.ok(cell).seconds for cell in cells]
        return each
    finally:
        kernel.close()


def main(rounds, count):
    cells = notebook(count)
    times = {"first run": [], "run again in a new kernel": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            os.environ["XDG_CACHE_HOME"] = cache
            for name in times:
                times[name].append(run(cells))
    print(f"{count} cells, median of {rounds} rounds, {os.cpu_count()} cores\n")
    print("| | whole notebook, s | a cell, ms (median) |\n| --- | --- | --- |")
    for name, found in times.items():
        whole = statistics.median(sum(each) for each in found)
        cell = statistics.median(seconds for each in found for seconds in each)
        print(f"| {name} | {whole:.2f} | {1000 * cell:.0f} |")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]), *[3, 60][len(sys.argv) - 1 :])
