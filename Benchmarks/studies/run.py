"""The text and the film study of Lu et al. (2022): one subject and some layers at full size, and the same recipe with himalaya on
a part, extrapolated.

Usage: python Benchmarks/studies/run.py StudiesBenchmark PYTHON [text|film] [LAYERS]
`StudiesBenchmark` is the built executable, `PYTHON` an interpreter with himalaya 0.4.11 and scikit-learn 1.9.1.

himalaya's seconds are measured for two numbers of voxels; the line through both gives what a fit costs whatever the voxels (its
decompositions), and what a voxel costs. It runs on one thread, and half its time is counted, as if two cores were twice as
fast. Of ours the wall clock is given and half of the seconds of both processors, which other work on the machine changes less.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# Samples (of a run), voxels, layers, fits of a layer, subjects, and the voxels of himalaya's two parts.
STUDIES = {
    "text": (627, 180_000, 12, 5, 8, (500, 2000)),
    "film": (300, 84_038, 14, 1, 1, (500, 2000)),
}


def measured(command, **variables):
    environment = dict(os.environ, **variables)
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True).stdout)


def main():
    swift, python = sys.argv[1:3]
    names = [sys.argv[3]] if len(sys.argv) > 3 else list(STUDIES)
    layers = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    peer = str(Path(__file__).with_name("peer.py"))
    for name in names:
        samples, voxels, all_layers, fits, subjects, parts = STUDIES[name]
        with tempfile.TemporaryDirectory() as folder:
            ours = measured([swift, name, str(samples), str(voxels), str(layers), folder])
        print(f"{name}: peak {ours['peakGB']:.2f} GB, {layers} of {all_layers} layers and 1 of {subjects} subjects measured")
        for key, title, cores in ("seconds", "wall clock", 1), ("processorSeconds", "processors / 2", 2):
            layer = ours[key] / layers / cores
            whole = layer * all_layers * subjects / 3600
            print(f"  {title}: {layer:.0f} s a layer of {voxels:,} voxels x {all_layers} layers x {subjects} subjects = {whole:.1f} h",
                  flush=True)
        total = samples * (12 if name == "film" else 1)
        few, many = (measured([python, "-W", "ignore", peer, name, str(total), str(part)], OMP_NUM_THREADS="1",
                              OPENBLAS_NUM_THREADS="1")["processorSeconds"] / 2 for part in parts)
        slope = (many - few) / (parts[1] - parts[0])
        fixed = few - slope * parts[0]
        fit = fixed + slope * voxels
        theirs = fit * fits * all_layers * subjects / 3600
        print(f"  himalaya, processor / 2: {few:.1f} s for {parts[0]} voxels and {many:.1f} s for {parts[1]}, so {fixed:.1f} s + "
              f"{1000 * slope:.2f} ms a voxel, {fit:.0f} s for {voxels:,}, x {fits} folds x {all_layers} layers x {subjects} "
              f"subjects = {theirs:.0f} h: {theirs / whole:.1f} times as long", flush=True)


if __name__ == "__main__":
    main()
