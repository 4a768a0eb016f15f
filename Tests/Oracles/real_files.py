"""What h5py and nibabel read from files that others wrote, as checksums for Tests/Library/Formats/RealFileTests.swift.

Run:  python Tests/Oracles/real_files.py FOLDER     (../shared/data/real-files; the files themselves are not committed)
With: numpy 2.4.6, h5py 3.16.0, nibabel 5.4.2.
Writes Tests/Library/Formats/Fixtures/real-files.json: for each file its datasets or its image, or null if it must be
refused. The checksum of an array is the sum over its elements in row-major order of element * (index % 97 + 1), not
finite ones left out and counted.
"""

import json
import sys
import warnings
from pathlib import Path

import h5py
import nibabel
import numpy as np

FOLDER = Path(sys.argv[1])
TARGET = Path(__file__).parent.parent / "Library" / "Formats" / "Fixtures" / "real-files.json"
MOST = 40


def checksum(values):
    values = np.asarray(values, dtype=np.float64).ravel()
    weights = np.arange(values.size) % 97 + 1
    finite = np.isfinite(values)
    return {"sum": float((values[finite] * weights[finite]).sum()), "others": int((~finite).sum())}


def matlab_is_empty(dataset):
    return "MATLAB_class" in dataset.attrs and bool(np.any(dataset.attrs.get("MATLAB_empty", 0)))


def dataset_entry(dataset):
    # What h5py makes of opaque bytes and bit fields is a guess; Gyrus names them.
    if dataset.id.get_type().get_class() in (h5py.h5t.OPAQUE, h5py.h5t.BITFIELD):
        return {"problem": True}
    if matlab_is_empty(dataset):
        shape = [int(n) for n in dataset[()]][::-1]
        code = dataset.attrs["MATLAB_class"].decode()
        if code in ("cell", "struct"):
            return {"problem": True}
        return {"shape": shape, "text": 0} if code == "char" else {"shape": shape, "sum": 0.0, "others": 0}
    if dataset.shape is None:
        text = h5py.check_string_dtype(dataset.dtype)
        return {"shape": [0], "text": 0} if text else {"shape": [0], "sum": 0.0, "others": 0}
    shape = [int(n) for n in dataset.shape]
    text = h5py.check_string_dtype(dataset.dtype)
    if text:
        values = np.asarray(dataset[()], dtype=object).ravel()
        return {"shape": shape, "text": sum(len(v if isinstance(v, bytes) else v.encode()) for v in values)}
    if dataset.dtype.kind in "iufb" and dataset.dtype.itemsize <= 8 and h5py.check_ref_dtype(dataset.dtype) is None:
        return {"shape": shape, **checksum(dataset[()])}
    return {"shape": shape, "problem": True}


def hdf5(path):
    try:
        file = h5py.File(path)
    except OSError:
        return None
    datasets = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and len(datasets) < MOST:
            try:
                datasets["/" + name] = dataset_entry(item)
            except Exception as error:
                datasets["/" + name] = {"problem": True, "why": str(error)[:100]}

    with file:
        file.visititems(visit)
    return {"datasets": datasets}


def nifti(path):
    try:
        image = nibabel.load(path)
        if type(image) not in (nibabel.Nifti1Image, nibabel.Nifti2Image, nibabel.MGHImage):
            return None
        values = image.get_fdata()
    except Exception:
        return None
    return {"shape": [int(n) for n in image.shape], "affine": image.affine.ravel().tolist(), **checksum(values)}


def gifti(path):
    image = nibabel.GiftiImage.from_bytes(path.read_bytes()) if path.suffix == ".gii" else nibabel.load(path)
    return {
        "arrays": [{"shape": list(a.data.shape), **checksum(a.data)} for a in image.darrays],
        "labels": [f"{label.key} {label.label}" for label in image.labeltable.labels],
    }


warnings.simplefilter("ignore")
expected = {}
for path in sorted(FOLDER.rglob("*")):
    name = str(path.relative_to(FOLDER))
    if not path.is_file() or path.suffix in (".tsv", ".csv", ".md", ".json"):
        continue
    if path.name.endswith((".gii", ".gii.gz")):
        expected[name] = gifti(path)
    elif path.name.endswith((".nii", ".nii.gz", ".hdr", ".mgh", ".mgz")):
        expected[name] = nifti(path)
    elif path.suffix in (".h5", ".hdf5") or (path.suffix == ".mat"):
        expected[name] = hdf5(path)
    else:
        expected[name] = None
TARGET.write_text(json.dumps(expected, indent=0, sort_keys=True, allow_nan=False))
print(len(expected), "files,", sum(entry is None for entry in expected.values()), "to be refused,", TARGET.stat().st_size, "bytes")
