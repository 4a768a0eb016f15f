"""Data as studies have them: this library beside nilearn, h5py and scipy.io, in turn on one machine and the same files.

Usage: python Benchmarks/data/run.py DataBenchmark PYTHON [RUNS]
`DataBenchmark` is the built executable, `PYTHON` an interpreter with nilearn 0.14.1, h5py 3.16.0 and scipy 1.17.1. Each
run is a process of its own; the table has the best times of RUNS (2) and the lowest peaks. Both sides use all cores.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

TASKS = {
    "bold": ("300 volumes of 2 mm (.nii.gz), masked; linear trend, 24 confounds, 0.01 to 0.1 Hz", "nilearn",
             ["bold.nii.gz", "mask.nii.gz", "confounds.tsv"]),
    "betas": ("750 betas of 20,000 voxels, a chunk each (HDF5)", "h5py", ["betas.hdf5", "voxels.npy"]),
    "matlab": ("627 x 60,000 numbers and 627 sentences, compressed (.mat)", "scipy.io", ["examples.mat"]),
}


def main():
    swift, python, *runs = sys.argv[1:]
    peer = str(Path(__file__).with_name("peer.py"))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, peer, "make", folder], check=True)
        best = {}
        for _ in range(int(runs[0]) if runs else 2):
            for task, (_, _, files) in TASKS.items():
                for side, command in (("ours", [swift]), ("theirs", [python, peer])):
                    command = [*command, task, *(f"{folder}/{file}" for file in files)]
                    found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
                    known = best.get((task, side), found)
                    best[task, side] = {key: min(found[key], known[key]) for key in found}
    print("| task | peer | step | Gyrus, s | peer, s | ratio | peak: Gyrus, MB | peer, MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for task, (title, name, _) in TASKS.items():
        ours, theirs = best[task, "ours"], best[task, "theirs"]
        assert abs(ours["size"] - theirs["size"]) <= 1e-3 * theirs["size"], (task, ours["size"], theirs["size"])
        for step in ("read", "clean"):
            if step in ours:
                print(f"| {title} | {name} | {step} | {ours[step]:.2f} | {theirs[step]:.2f} | {theirs[step] / ours[step]:.1f}x "
                      f"| {ours['peak']:.0f} | {theirs['peak']:.0f} |")


if __name__ == "__main__":
    main()
