"""Images: this library and Pillow, in turn on the same machine and on the same files.

Usage: python Benchmarks/images/run.py ImagesBenchmark PYTHON
`ImagesBenchmark` is the built executable, `PYTHON` an interpreter with pillow 13.0.0 and numpy 2.4.6. Both sides run in a process of
their own with one thread, and once more with all cores; three times in turn. The table has the best median of each.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS = "1.5"
ROWS = {
    "jpeg": "decode a JPEG of 1024 x 768",
    "png": "decode a PNG of 1024 x 768",
    "resize": "resize 1024 x 768 to 512 x 384, bicubic",
    "transform": "an image of 100: JPEG to 3 x 384 x 384 numbers",
}


def main():
    swift, python = sys.argv[1:]
    peer = str(Path(__file__).with_name("peer.py"))
    cores = str(len(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, peer, "make", folder], check=True)
        sides = {(name, threads): [*command, folder, threads, SECONDS]
                 for threads in ("1", cores) for name, command in (("ours", [swift]), ("theirs", [python, peer]))}
        best = {}
        for _ in range(3):
            for side, command in sides.items():
                found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
                best[side] = {row: min(found[row], best.get(side, found)[row]) for row in ROWS}
    print(f"| milliseconds | Gyrus, 1 thread | Pillow, 1 thread | Pillow / Gyrus | Gyrus, {cores} threads | Pillow, {cores} threads |")
    print("| --- | --- | --- | --- | --- | --- |")
    for row, name in ROWS.items():
        ours, theirs = best["ours", "1"][row], best["theirs", "1"][row]
        many = [f"{best[side, cores][row]:.2f}" if row == "transform" else "" for side in ("ours", "theirs")]
        print(f"| {name} | {ours:.2f} | {theirs:.2f} | {theirs / ours:.2f}x | {' | '.join(many)} |")


if __name__ == "__main__":
    main()
