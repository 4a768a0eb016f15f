"""What scipy.io and mat73 read from MATLAB files that others wrote, and small MATLAB files, for MATLABTests.swift.

Run:  python Tests/Oracles/matlab.py FOLDER     (../shared/data/real-files; those files are not committed)
With: numpy 2.4.6, scipy 1.17.1, mat73 0.65, h5py 3.16.0.
Writes Tests/Library/Formats/Fixtures/matlab/: expected.json, for each real file its tree or null if it must be refused,
and tree.mat (version 5, compressed), big.mat (version 5 of big-endian computers), four.mat (version 4), seven.mat
and empty-structs.mat (version 7.3, as MATLAB has it).

A number array is its shape and the sum over its elements in row-major order of element * (index % 97 + 1), not finite
ones left out and counted. mat73 leaves out extents of 1, so its arrays are compared without them.
"""

import json
import struct
import sys
import warnings
import zlib
from pathlib import Path

import h5py
import mat73
import numpy as np
import scipy.io
import scipy.sparse
from scipy.io.matlab import MatlabFunction, MatlabObject, MatlabOpaque

FOLDER = Path(sys.argv[1])
TARGET = Path(__file__).parent.parent / "Library" / "Formats" / "Fixtures" / "matlab"


def checksum(values):
    values = np.asarray(values, dtype=np.float64)
    flat = values.ravel()
    weights = np.arange(flat.size) % 97 + 1
    finite = np.isfinite(flat)
    return {
        "shape": [int(n) for n in values.shape],
        "sum": float((flat[finite] * weights[finite]).sum()),
        "others": int((~finite).sum()),
    }


def numbers(values):
    if np.iscomplexobj(values):
        return {"number": checksum(values.real), "imaginary": checksum(values.imag)}
    return {"number": checksum(values)}


def scipy_node(value):
    if isinstance(value, (MatlabFunction, MatlabOpaque)):
        return {"unreadable": True}
    if scipy.sparse.issparse(value):
        return numbers(value.toarray())
    if value.dtype.names:
        items = [[scipy_node(element[name]) for name in value.dtype.names] for element in value.ravel(order="F")]
        return {"fields": list(value.dtype.names), "shape": list(value.shape), "items": items}
    if value.dtype == object:
        # A struct without fields is an empty array of None.
        if value.size and all(element is None for element in value.ravel()):
            return {"fields": [], "shape": list(value.shape), "items": [[] for _ in value.ravel()]}
        return {"cells": [scipy_node(element) for element in value.ravel(order="F")], "shape": list(value.shape)}
    if value.dtype.kind == "U":
        return {"text": [str(text).rstrip(" \0") for text in value.ravel()]}
    return numbers(value)


def mat73_node(value):
    if value is None:
        return {"empty": True}
    if isinstance(value, str):
        return {"text": [value.rstrip(" \0")]}
    if isinstance(value, dict):
        return {"fields": list(value), "items": [[mat73_node(v) for v in value.values()]]}
    if isinstance(value, list):
        return {"list": [mat73_node(v) for v in value]}
    if scipy.sparse.issparse(value):
        return numbers(value.toarray())
    return numbers(np.asarray(value))


def real_file(path):
    try:
        if h5py.is_hdf5(path):
            return {"squeezed": True, "tree": {k: mat73_node(v) for k, v in mat73.loadmat(path).items()}}
    except Exception:
        return None
    try:
        content = scipy.io.loadmat(path, mat_dtype=False)
        return {"tree": {k: scipy_node(v) for k, v in content.items() if not k.startswith("__") and k != "None"}}
    except TypeError:
        # scipy cannot take the names of objects of classes apart; Gyrus names them.
        return {"tree": {}}
    except Exception:
        return None


warnings.simplefilter("ignore")
TARGET.mkdir(exist_ok=True)
expected = {}
for folder in ["scipy", "mat73"]:
    for path in sorted((FOLDER / folder).glob("*.mat")):
        expected[f"{folder}/{path.name}"] = real_file(path)
expected["pytables/test_ref_array2.mat"] = real_file(FOLDER / "pytables/test_ref_array2.mat")
(TARGET / "expected.json").write_text(json.dumps(expected, allow_nan=False, sort_keys=True))

# A tree of every kind, as Pereira's files are in small.
tree = {
    "examples": np.arange(12, dtype=float).reshape(3, 4) / 8 - 1,
    "meta": {
        "colToCoord": np.array([[1, 2, 3], [4, 5, 6], [7, 8, 300], [2, 2, 2]], dtype=float),
        "roisGordon": np.array(["Visual", "Default mode", ""], dtype=object).reshape(3, 1),
        "indicesIn3D": np.array([[5], [70000], [9], [11]], dtype=np.int32),
        "roiMultimaskAAL": np.array([np.array([[1.0], [3.0]]), np.zeros((0, 0)), np.array([[2.0]])], dtype=object),
    },
    "keySentences": np.array(["Ein Käse.", "日本 text", "plain"], dtype=object),
    "flags": np.array([[True, False, True]]),
    "single": np.float32([[1.5, -2.25]]),
    "wave": np.array([[1 + 2j, -3.5j]]),
    "sparse": scipy.sparse.csc_matrix(np.array([[0, 2.5, 0], [0, 0, -1], [4, 0, 0]])),
    "nothing": np.zeros((0, 3)),
    "cube": np.arange(24, dtype=np.int16).reshape(2, 3, 4),
    "large": np.array([[2**60 + 1]], dtype=np.int64),
    "runs": np.array([(1.0, "a"), (2.0, "bc")], dtype=[("onset", object), ("label", object)]).reshape(1, 2),
    "letters": np.array(["ab", "cde"]),
}
scipy.io.savemat(TARGET / "tree.mat", tree, do_compression=True)
scipy.io.savemat(TARGET / "plain.mat", tree, do_compression=False)
scipy.io.savemat(
    TARGET / "four.mat",
    {"x": np.arange(6.0).reshape(2, 3), "t": np.array(["ab", "cd"]), "z": np.array([[1 + 2j]]), "s": tree["sparse"]},
    format="4",
)


def element(kind, data):
    return struct.pack(">II", kind, len(data)) + data + bytes(-len(data) % 8)


def matrix(name, code, dims, parts, flags=0):
    body = element(6, struct.pack(">II", code | flags, 0))
    body += element(5, struct.pack(f">{len(dims)}i", *dims)) + element(1, name.encode())
    return element(14, body + b"".join(parts))


# Big-endian, with UTF-16 text, an opaque object, a function handle, and a small element in a tag.
header = b"MATLAB 5.0 MAT-file, written by Tests/Oracles/matlab.py".ljust(116) + bytes(8) + b"\x01\x00MI"
small = struct.pack(">HH", 2, 2) + b"\x07\x08\0\0"
parts = [
    matrix("numbers", 6, [2, 2], [element(9, struct.pack(">4d", 1, 2, 3, 4.5))]),
    matrix("text", 4, [1, 4], [element(17, "a日é ".encode("utf-16-be"))]),
    matrix("bytes", 9, [1, 2], [small]),
    element(14, element(6, struct.pack(">II", 17, 0)) + element(1, b"thing") + element(1, b"MCOS") + element(1, b"string")
            + matrix("", 13, [1, 1], [element(6, struct.pack(">I", 1))])),
    matrix("handle", 16, [1, 1], [matrix("", 2, [1, 1], [element(5, struct.pack(">i", 8)), element(1, b"")])]),
    matrix("old", 3, [1, 1], [element(1, b"inline"), element(5, struct.pack(">i", 8)), element(1, b"expr\0\0\0\0"),
                              matrix("", 4, [1, 1], [element(4, "x".encode("utf-16-be"))])]),
]
inner = matrix("packed", 6, [1, 3], [element(9, struct.pack(">3d", 7, 8, 9))])
parts.insert(3, struct.pack(">II", 15, len(zlib.compress(inner))) + zlib.compress(inner))
(TARGET / "big.mat").write_bytes(header + b"".join(parts))


def mark(item, name, **more):
    item.attrs["MATLAB_class"] = np.bytes_(name)
    for key, value in more.items():
        item.attrs[key] = value


# Version 7.3: HDF5 behind a block of 512 bytes, arrays in the reverse order, cells and arrays of structs by references.
path = TARGET / "seven.mat"
with h5py.File(path, "w", userblock_size=512, libver=("earliest", "v108")) as file:
    refs = file.create_group("#refs#")

    def data(group, name, values, kind="double", **more):
        item = group.create_dataset(name, data=np.asarray(values).T)
        mark(item, kind, **more)
        return item

    def text(group, name, value):
        return data(group, name, np.array([[ord(c) for c in value]], dtype=np.uint16), "char", MATLAB_int_decode=np.int32(2))

    data(file, "examples", tree["examples"])
    text(file, "title", "Käse 日本")
    data(file, "flags", np.array([[1, 0, 1]], dtype=np.uint8), "logical", MATLAB_int_decode=np.int32(1))
    data(file, "nothing", np.array([0, 3], dtype=np.uint64), "double", MATLAB_empty=np.uint8(1))
    wave = np.array([(1.0, 2.0), (0.0, -3.5)], dtype=[("real", "<f8"), ("imag", "<f8")])
    data(file, "wave", wave.reshape(1, 2))
    cells = [text(refs, "a", "one"), data(refs, "b", [[1.0, 2.0], [3.0, 4.0]]), text(refs, "c", "three")]
    item = file.create_dataset("cells", data=np.array([[c.ref] for c in cells], dtype=h5py.ref_dtype))
    mark(item, "cell")
    meta = file.create_group("meta")
    mark(meta, "struct")
    data(meta, "colToCoord", tree["meta"]["colToCoord"])
    runs = file.create_group("runs")
    mark(runs, "struct")
    for field, values in [("onset", [data(refs, "d", [[1.0]]), data(refs, "e", [[2.0]])]),
                          ("label", [text(refs, "f", "a"), text(refs, "g", "bc")])]:
        runs.create_dataset(field, data=np.array([[v.ref] for v in values], dtype=h5py.ref_dtype))
    sparse = file.create_group("sparse")
    mark(sparse, "double", MATLAB_sparse=np.uint64(3))
    sparse.create_dataset("data", data=tree["sparse"].data)
    sparse.create_dataset("ir", data=tree["sparse"].indices.astype(np.uint64))
    sparse.create_dataset("jc", data=tree["sparse"].indptr.astype(np.uint64))
    handle = file.create_dataset("handle", data=np.zeros((1, 1)))
    mark(handle, "function_handle", MATLAB_object_decode=np.int32(1))
    thing = file.create_dataset("thing", data=np.zeros((1, 6), dtype=np.uint32))
    mark(thing, "string", MATLAB_object_decode=np.int32(3))
# `struct("onset", {}, "label", {})`.
empty = TARGET / "empty-structs.mat"
with h5py.File(empty, "w", userblock_size=512, libver=("earliest", "v108")) as file:
    trials = file.create_dataset("trials", data=np.array([0, 0], dtype=np.uint64))
    mark(trials, "struct", MATLAB_empty=np.uint8(1))
    names = np.empty(2, dtype=object)
    names[:] = [np.array(list(name), dtype="S1") for name in ["onset", "label"]]
    trials.attrs.create("MATLAB_fields", names, dtype=h5py.vlen_dtype(np.dtype("S1")))
for path in [path, empty]:
    content = bytearray(path.read_bytes())
    content[:512] = b"MATLAB 7.3 MAT-file, HDF5 schema 1.00 .".ljust(124) + b"\x00\x02IM" + bytes(384)
    path.write_bytes(content)
print({name: entry is None for name, entry in expected.items() if entry is None})
