"""Small files at the limits of what can be read, for Tests/Library/Formats: integers that no Float holds, datasets of every
kind that is no number, empty ones, false claims, damaged gzip and zip files.

Run:  python Tests/Oracles/formats_limits.py
With: numpy 2.4.6, h5py 3.16.0, nibabel 5.4.2.
Writes Tests/Library/Formats/Fixtures.
"""

import gzip
import sys
from itertools import islice
from pathlib import Path

import h5py
import nibabel
import numpy as np

FIXTURES = Path(__file__).parent.parent / "Library" / "Formats" / "Fixtures"


def integers():
    with h5py.File(FIXTURES / "exact.h5", "w") as file:
        file["labels"] = np.array([3, 2**24 + 1], "int32")
        file["unsigned"] = np.array([7, 2**63 + 5], "uint64")
        file["long"] = np.array([2**53 + 1], "int64")
        file["double"] = np.array([1.0, 1e300])
        kinds = h5py.enum_dtype({"NONE": 0, "LEFT": 1, "RIGHT": 300}, basetype="int16")
        file.create_dataset("enumeration", data=np.array([0, 1, 300], "int16"), dtype=kinds)
        file["labels"].attrs["hash"] = np.uint64(2**63 + 5)
    labels = np.array([0, 997, 614454277, 3], "int32").reshape(2, 2, 1)
    save("labels.nii.gz", labels)
    save("tiny-mask.nii.gz", np.array([0, 1e-60, 0, 0]).reshape(2, 2, 1))


def save(name, data):
    image = nibabel.Nifti1Image(data, np.eye(4))
    image.header.set_slope_inter(1, 0)
    (FIXTURES / name).write_bytes(gzip.compress(image.to_bytes(), mtime=0))


def kinds(name, libver):
    random = np.random.default_rng(0)
    with h5py.File(FIXTURES / name, "w", libver=libver) as file:
        file["a number"] = np.float32([1, 2])
        file.create_dataset("lzf", data=np.arange(400).reshape(50, 8), chunks=(10, 8), compression="lzf")
        file.create_dataset("gzip", data=np.arange(400).reshape(50, 8), chunks=(7, 3), compression="gzip",
                            shuffle=True, fletcher32=True)
        file.create_dataset("extensible", data=random.random((6, 4)), chunks=(2, 4), maxshape=(None, 4))
        file.create_dataset("scaled", data=np.arange(40), chunks=(10,), scaleoffset=0)
        file["complex"] = np.zeros(3, complex)
        file["records"] = np.zeros(2, [("x", "<f4"), ("name", "S3")])
        file["small arrays"] = np.zeros(2, [("x", "<f4", (3,))])["x"]
        file["opaque"] = np.array([b"ab", b"cd"], "V2")
        file["long double"] = np.zeros(2, "g")
        file.create_dataset("sequences", (2,), dtype=h5py.vlen_dtype("int32"))
        file.create_dataset("references", data=[file["lzf"].ref], dtype=h5py.ref_dtype)
        file.create_dataset("nothing", data=h5py.Empty("f4"))
        file.create_dataset("no text", data=h5py.Empty(h5py.string_dtype()))
        layout = h5py.VirtualLayout(shape=(3,), dtype="f4")
        layout[:] = h5py.VirtualSource("nowhere.h5", "x", shape=(3,))
        file.create_virtual_dataset("virtual", layout)
        space = h5py.h5s.create_simple((4,))
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((4,))
        # Nobody's filter, which may be left out when it is written.
        properties.set_filter(32026, h5py.h5z.FLAG_OPTIONAL, (1,))
        h5py.h5d.create(file.id, b"blosc2", h5py.h5t.IEEE_F32LE, space, properties)
        # MATLAB's empty arrays are their extents, in MATLAB's order.
        for path, code in [("matlab/double", "double"), ("matlab/char", "char"), ("matlab/cell", "cell")]:
            file[path] = np.array([0, 3], "uint64")
            file[path].attrs["MATLAB_class"] = np.bytes_(code)
            file[path].attrs["MATLAB_empty"] = np.uint8(1)
        file["matlab/whole"] = np.array([[1.0, 2.0]])
        file["matlab/whole"].attrs["MATLAB_class"] = np.bytes_("double")


def claims():
    """2 kB that claim 17 GB, and 1 MB of zeros that claim no more than they are."""
    with h5py.File(FIXTURES / "claims.h5", "w") as file:
        file.create_dataset("x", (65536, 65536), "f4", chunks=(256, 256))
        file["whole"] = np.float32([1, 2])


def virtual():
    """6 kB with a virtual dataset of more than a gigabyte, of which five bytes are mapped."""
    with h5py.File(FIXTURES / "virtual.h5", "w") as file:
        file["five"] = np.arange(1, 6, dtype="u1")
        layout = h5py.VirtualLayout((1_090_000_000,), "u1")
        layout[1_089_999_990:1_089_999_995] = h5py.VirtualSource(".", "five", (5,))
        file.create_virtual_dataset("long", layout)


def crashes():
    """A damaged copy of types.h5 on which libhdf5 1.10.8 crashes; found by trying 3,000."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "Conformance"))
    from mutations import mutations

    copies = mutations((FIXTURES / "types.h5").read_bytes(), 1000, "crashtypes.h5")
    [(_, data)] = islice(copies, 983, 984)
    (FIXTURES / "crashes.h5").write_bytes(data)


def links():
    """Links that lead nowhere: in the file, on the way, and into a file that is not there."""
    with h5py.File(FIXTURES / "links.h5", "w") as file:
        file["numbers"] = np.float32([1, 2])
        file["alive"] = h5py.SoftLink("/numbers")
        file["dead"] = file["group/dead"] = h5py.SoftLink("/nowhere")
        file["outside"] = h5py.ExternalLink("gone.h5", "/x")


integers()
links()
kinds("kinds.h5", "earliest")
kinds("kinds-v110.h5", ("earliest", "v110"))
kinds("kinds-latest.h5", "latest")
claims()
virtual()
crashes()
