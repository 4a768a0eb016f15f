"""Figures of a cortex: this library and nilearn, in turn on the same machine and with the same map on fsaverage5.

Usage: python Benchmarks/figures/run.py FiguresBenchmark PYTHON
`FiguresBenchmark` is the built executable, `PYTHON` an interpreter with nilearn 0.14.1, matplotlib and plotly, in whose
environment fsaverage5 is found. Each run is a process of its own; the table has the best time of three runs, each the
best of several figures. The pictures are kept with --keep FOLDER, to be looked at beside one another.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main():
    arguments = sys.argv[1:]
    keep = arguments.pop(arguments.index("--keep") + 1) if "--keep" in arguments else None
    arguments = [argument for argument in arguments if argument != "--keep"]
    swift, python = arguments
    peer = str(Path(__file__).with_name("peer.py"))
    environment = {**os.environ, "VIRTUAL_ENV": str(Path(python).absolute().parents[1])}
    # Neither side may lean on a screen.
    environment.pop("DISPLAY", None)
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or temporary
        best = {}
        for _ in range(3):
            for side, command in (("ours", [swift, folder]), ("theirs", [python, peer, folder])):
                result = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
                for name, value in json.loads(result.stdout.splitlines()[-1]).items():
                    best[side, name] = min(value, best.get((side, name), value))
    print("| figure | Gyrus | nilearn | ratio |")
    print("| --- | --- | --- | --- |")
    for title, name, unit, digits in (
            ("four views of both hemispheres, 17 cm at 300 dpi", "still, s", "s", 3),
            ("the same, bytes of the PNG", "still, bytes", "kB", 0),
            ("the same, nilearn's brains drawn as large as this library's", "large, bytes", "kB", 0),
            ("live view of both hemispheres", "live, s", "s", 3),
            ("the same, bytes of the HTML", "live, bytes", "kB", 0)):
        # What only nilearn has is compared with this library's picture, whose brains are large already.
        own = name if ("ours", name) in best else "still, bytes"
        ours, theirs = (best[key] / (1000 if unit == "kB" else 1) for key in (("ours", own), ("theirs", name)))
        print(f"| {title} | {ours:.{digits}f} {unit} | {theirs:.{digits}f} {unit} | {theirs / ours:.1f}x |")


if __name__ == "__main__":
    main()
