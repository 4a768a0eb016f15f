"""Files of HDF5 with attributes of all kinds, for HDF5AttributeTests.swift: in the header of an object, in a heap as soon as
there are many or large ones, and of a type that lies elsewhere in the file.

Run:  python Tests/Oracles/attributes.py
With: numpy 2.4.6, h5py 3.16.0.
"""

from pathlib import Path

import h5py
import numpy as np

FOLDER = Path(__file__).parent.parent / "Library" / "Formats" / "Fixtures" / "attributes"
FOLDER.mkdir(exist_ok=True)
text = h5py.string_dtype()

for name, libver in [("attributes.h5", ("earliest", "v110")), ("attributes-latest.h5", ("v110", "v110"))]:
    with h5py.File(FOLDER / name, "w", libver=libver) as file:
        file["onset type"] = np.dtype("<f8")
        few = file.create_group("few")
        few.attrs["units"] = "percent"
        few.attrs.create("onset", 1.5, dtype=file["onset type"])
        few.attrs["shape"] = np.array([[1, 2, 3], [4, 5, 6]])
        few.attrs["event"] = np.array([(0.5, 7)], dtype=[("onset", "<f8"), ("trial", "<i4")])
        few.attrs["flag"] = np.bool_(True)
        few.attrs["nothing"] = h5py.Empty("<f8")
        few.attrs["pairs"] = np.array([[1, 2], [3, 4]], dtype="<i2")
        few.attrs.create("fixed", np.bytes_(b"V1"))
        few.attrs["names"] = np.array(["left", "right"], dtype=object)
        few.attrs["target"] = few.ref
        # So many do not fit into one block of the heap.
        many = file.create_group("many")
        for index in range(60):
            many.attrs[f"number {index}"] = index
        if libver[0] != "earliest":
            many.attrs["large"] = np.arange(1000.0)  # lies outside of the heap's blocks
