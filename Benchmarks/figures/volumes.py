"""Glass brain and mosaic of one map: this library through the kernel, and nilearn, in turn in the same run.

Usage: .venv/bin/python Benchmarks/figures/volumes.py PYTHON_WITH_NILEARN [ROUNDS]

The map is smoothed noise in MNI152's mask of 3 mm (69,765 voxels). What is timed begins with the values in memory and
ends with what a notebook keeps: nilearn draws and makes its PNG at 100 dpi, as Jupyter does, or the page of `view_img`;
Gyrus makes its whole bundle (a PNG at twice the screen's resolution, Vega-Lite with hover, text). The best of all rounds
is printed. `still` is one PNG at the same width in pixels on both sides; `live` is what answers the mouse.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("JUPYTER_PATH", str(ROOT / ".venv/share/jupyter"))
sys.path.insert(0, str(ROOT / "Tests/Conformance"))

PEER = r'''
import io, json, sys, time, warnings
warnings.filterwarnings("ignore")
import matplotlib; matplotlib.use("agg")
import nibabel as nib, numpy as np
from nilearn import datasets, plotting
from scipy.ndimage import gaussian_filter
folder, rounds = sys.argv[1], int(sys.argv[2])
mask = datasets.load_mni152_brain_mask(resolution=3)
inside = mask.get_fdata() > 0
values = gaussian_filter(np.random.default_rng(0).normal(size=inside.shape), 2.5)
image = nib.Nifti1Image((values / values.std() * inside).astype("f4"), mask.affine)
nib.save(image, folder + "/map.nii"); nib.save(mask, folder + "/mask.nii")
def png(make, width=None):
    display = make()
    figure = display.frame_axes.figure
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100 if width is None else width / figure.get_size_inches()[0])
    display.close()
    return len(file.getvalue())
makes = {
    "glass brain": lambda: plotting.plot_glass_brain(image, threshold=2, colorbar=True, plot_abs=False),
    "mosaic": lambda: plotting.plot_stat_map(image, threshold=2, display_mode="mosaic"),
}
answers = {}
widths = json.loads(sys.argv[3])
for name, make in makes.items():
    times = []
    for _ in range(rounds + 1):
        begin = time.perf_counter(); size = png(make); times.append(time.perf_counter() - begin)
    answers[name] = dict(seconds=min(times[1:]), bytes=size, same=png(make, widths[name]))
begin = time.perf_counter(); page = str(plotting.view_img(image, threshold=2)); seconds = time.perf_counter() - begin
answers["view_img"] = dict(seconds=seconds, bytes=len(page))
print(json.dumps(answers))
'''
SWIFT = '''
let space = try VoxelSpace(mask: NIfTI.open("FOLDER/mask.nii"))
let volume = try NIfTI.open("FOLDER/map.nii").meanVolume()
let values = space.indices.map { volume[$0] }
func best(_ rounds: Int, _ work: () throws -> Void) rethrows -> Double {
    try work()
    var least = Double.infinity
    for _ in 0..<rounds {
        let begin = ContinuousClock.now
        try work()
        least = min(least, (ContinuousClock.now - begin) / .seconds(1))
    }
    return least
}
'''
FIGURES = {
    "glass brain": 'try space.glassBrain(values, scoreName: "z", threshold: 2)',
    "mosaic": 'try space.mosaic(values, scoreName: "z", threshold: 2)',
}


def main(python, rounds):
    from session import Session

    with tempfile.TemporaryDirectory() as folder:
        widths = {name: 1368 for name in FIGURES}
        peer = [python, "-c", PEER, folder, str(rounds)]
        subprocess.run([*peer, json.dumps(widths)], check=True, stdout=subprocess.DEVNULL)
        session = Session()
        try:
            session.ok(SWIFT.replace("FOLDER", folder), timeout=120)
            own = {}
            for name, code in FIGURES.items():
                data = session.ok(code).of("execute_result")[0]["data"]
                png = base64.b64decode(data["image/png"])
                widths[name] = int.from_bytes(png[16:20], "big")
                sizes = {kind: len(text if isinstance(text, str) else json.dumps(text)) for kind, text in data.items()}
                seconds = float(session.ok(f"print(try best({rounds}) {{ _ = ({code}).mimeBundle }})", timeout=300).text())
                own[name] = dict(seconds=seconds, still=len(png), live=sum(sizes.values()))
        finally:
            session.close()
        theirs = json.loads(subprocess.run([*peer, json.dumps(widths)], check=True, capture_output=True, text=True).stdout)
    print("| figure | Gyrus ms | nilearn ms | times faster | Gyrus still kB | nilearn still kB | Gyrus live kB | view_img kB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    live = theirs["view_img"]["bytes"]
    for name, mine in own.items():
        other = theirs[name]
        print(f"| {name} | {mine['seconds'] * 1e3:.0f} | {other['seconds'] * 1e3:.0f} | "
              f"{other['seconds'] / mine['seconds']:.1f} | {mine['still'] / 1e3:.0f} | {other['same'] / 1e3:.0f} | "
              f"{mine['live'] / 1e3:.0f} | {live / 1e3:.0f} |")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5)
