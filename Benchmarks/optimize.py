"""What compiling a cell with -O costs, and what it gains.

Run: .venv/bin/python Benchmarks/optimize.py [ROUNDS]. Prints a Markdown table; asserts nothing.

Cells of several kinds are run under `%optimize off`, `on` and `auto` in turn, each with a text of its own so that nothing is reused.
"to compile" and "to run" are what `%%time` says of them, medians in milliseconds.
"""

import os
import re
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
os.environ["JUPYTER_PATH"] = str(Path(os.environ.get("GYRUS_PREFIX", ROOT / ".venv")) / "share/jupyter")
# With a cache of its own no cell comes from an earlier run.
CACHE = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
os.environ["XDG_CACHE_HOME"] = CACHE.name
sys.path.insert(0, str(ROOT / "Tests/Conformance"))

from session import Session  # noqa: E402

CELLS = {
    "an expression": "{0} + 1",
    "a call of the library": "Matrix<Float>(rows: 3, columns: 3, repeating: {0}).rows",
    "closures": "(0..<200_000).map {{ $0 &* {0} }}.filter {{ $0 & 3 == 0 }}.count",
    "a loop": "var sum{1} = 0\nfor i in 0..<1_000_000 {{ sum{1} &+= i % 7 &* {0} }}\nsum{1}",
    "a loop over a top-level array": "var a{1} = [Double](repeating: {0}, count: 100_000)\nfor k in 0..<10 {{ for i in a{1}.indices {{ a{1}[i] += Double(k) }} }}\na{1}[5]",
    "a function": "func f{1}(_ n: Int) -> Int {{ n < 2 ? n : f{1}(n - 1) + f{1}(n - 2) }}\nf{1}(25) + {0}",
    "a type": "struct P{1} {{ var x = {0}; func twice() -> Int {{ x * 2 }} }}\nP{1}().twice()",
}
TIMES = re.compile(r"Wall time: (\S+) (\S+) \(and (\S+) (\S+) to compile\)")
UNITS = {"s": 1000, "ms": 1, "µs": 0.001}


def main(rounds):
    kernel = Session("gyrus")
    modes = ["off", "on", "auto"]
    times = {(mode, cell): [] for mode in modes for cell in CELLS}
    number = 0
    for _ in range(rounds + 1):
        for name, code in CELLS.items():
            for mode in modes:
                number += 1
                kernel.ok(f"%optimize {mode}")
                text = kernel.ok("%%time\n" + code.format(number, f"_{number}")).text()
                wall, unit, compiling, other = TIMES.search(text).groups()
                times[mode, name].append((float(wall) * UNITS[unit], float(compiling) * UNITS[other]))
    kernel.close()
    print(f"Milliseconds, median of {rounds} rounds, {os.cpu_count()} cores\n")
    print("| | " + " | ".join(f"{mode}: to compile | to run" for mode in modes) + " |")
    print("| --- |" + " --- |" * (2 * len(modes)))
    for name in CELLS:
        # The first round warms the machine.
        medians = [[statistics.median(column) for column in zip(*times[mode, name][1:])] for mode in modes]
        print(f"| {name} | " + " | ".join(f"{compiling:.0f} | {wall:.2f}" for wall, compiling in medians) + " |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
