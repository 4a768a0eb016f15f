"""Files of HDF5 whose elements lie in heaps, for HDF5HeapTests.swift: texts, lists, attributes, regions, a value for what was
never written, and virtual datasets of numbers and texts from this and another file.

Run:  python Tests/Oracles/heaps.py
With: numpy 2.4.6, h5py 3.16.0.
"""

from pathlib import Path

import h5py
import numpy as np

FOLDER = Path(__file__).parent.parent / "Library" / "Formats" / "Fixtures" / "heaps"
FOLDER.mkdir(exist_ok=True)
text = h5py.string_dtype()
names = ["V1", "Käse", "", "fusiform face area"]

with h5py.File(FOLDER / "source.h5", "w", libver=("earliest", "v110")) as file:
    file["numbers"] = np.arange(4.0)
    file.create_dataset("names", data=names, dtype=text)

# An event of a film: a time, its words, and what was counted in it.
event = np.dtype([("onset", "<f8"), ("words", h5py.vlen_dtype(text)), ("label", text), ("counts", h5py.vlen_dtype("<i2"))])

for name, libver in [("heaps.h5", ("earliest", "v110")), ("heaps-latest.h5", ("v110", "v110"))]:
    with h5py.File(FOLDER / name, "w", libver=libver) as file:
        file.create_dataset("names", data=names, dtype=text)
        file.create_dataset("pairs", data=np.array([["a", "b"], ["c", "d"]], dtype=object), dtype=text, chunks=(1, 2),
                            compression="gzip")
        lists = file.create_dataset("lists", (3,), dtype=h5py.vlen_dtype("<f8"))
        lists[0], lists[2] = np.arange(3.0), np.arange(700.0)  # one is larger than a heap usually is
        events = file.create_dataset("events", (2,), dtype=event)
        for i, words in enumerate([["the", "cat"], []]):
            events[i] = (i + 0.5, np.array(words, dtype=object), ["first", "second"][i], np.arange(i + 1, dtype="<i2"))
        grid = file.create_dataset("grid", data=np.arange(12.0).reshape(3, 4))
        regions = file.create_dataset("regions", (4,), dtype=h5py.regionref_dtype)
        regions[0] = grid.regionref[0:2, 1:3]
        regions[1] = grid.regionref[::2, ::2]
        regions[2] = grid.regionref[...]
        grid.attrs["units"] = "percent"
        grid.attrs.create("labels", ["left", "right"], dtype=text)
        file.create_dataset("filled", (3,), dtype=text, fillvalue="none", chunks=(1,))[1] = "some"
        for kind, dtype in [("numbers", "<f8"), ("names", text)]:
            layout = h5py.VirtualLayout((8,), dtype=dtype)
            layout[:4] = h5py.VirtualSource("source.h5", kind, (4,))
            if kind == "names":
                layout[4:] = h5py.VirtualSource(".", "names", (4,))
            file.create_virtual_dataset(f"virtual-{kind}", layout)
