"""Tables: this library and pandas' C engine, in turn on the same machine and on the same files of 90 to 110 MB.

Usage: python Benchmarks/tables/run.py TablesBenchmark PYTHON
`TablesBenchmark` is the built executable, `PYTHON` an interpreter with pandas 3.1.1 and numpy 2.4.6. Each run is a process of its own;
each side reads every file three times and writes it once a run; the table has the best times and the lowest peaks. Gyrus
uses all cores, as it does in a notebook; pandas has no threads here.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FILES = {
    "short": "numbers of nine decimals",
    "exact": "numbers of sixteen digits",
    "mixed": "texts with quotes, integers, numbers with missing values, Booleans",
}


def main():
    swift, python = sys.argv[1:]
    peer = str(Path(__file__).with_name("peer.py"))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, peer, "make", folder], check=True)
        best = {}
        for _ in range(3):
            for name in FILES:
                for side, command in (("ours", [swift]), ("theirs", [python, peer])):
                    command = [*command, "write", f"{folder}/{name}.csv", f"{folder}/{side}.csv"]
                    found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
                    known = best.get((name, side), found)
                    assert found["rows"] == known["rows"]
                    best[name, side] = {key: min(found[key], known[key]) for key in found}
        sizes = {name: os.path.getsize(f"{folder}/{name}.csv") / 1e6 for name in FILES}
    print("| file | MB | read: Gyrus, s | pandas, s | ratio | peak: Gyrus, MB | pandas, MB | write: Gyrus, s | pandas, s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, title in FILES.items():
        ours, theirs = best[name, "ours"], best[name, "theirs"]
        assert ours["rows"] == theirs["rows"]
        print(f"| {title} | {sizes[name]:.0f} | {ours['read']:.2f} | {theirs['read']:.2f} | {theirs['read'] / ours['read']:.1f}x "
              f"| {ours['peak']:.0f} | {theirs['peak']:.0f} | {ours['write']:.2f} | {theirs['write']:.2f} |")


if __name__ == "__main__":
    main()
