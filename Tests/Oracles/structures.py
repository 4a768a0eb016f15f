"""Small files of structures, for StructureTests.swift and PandasTests.swift: HDF5 of compound and other types, arrays of
NumPy of text, records and objects, pickles of every protocol, and frames of pandas in both formats.

Run:  python Tests/Oracles/structures.py
With: numpy 2.4.6, h5py 3.16.0, pandas 3.1.1, tables 3.11.1.
"""

import pickle
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

LIBRARY = Path(__file__).parent.parent / "Library"
FORMATS = LIBRARY / "Formats" / "Fixtures" / "structures"
TABLES = LIBRARY / "Tables" / "Fixtures" / "pandas"
FORMATS.mkdir(exist_ok=True)
TABLES.mkdir(exist_ok=True)

# HDF5
condition = h5py.enum_dtype({"face": 1, "house": 2}, basetype="i2")
inner = np.dtype([("x", "<f4"), ("y", ">i2")])
trial = np.dtype([
    ("onset", "<f8"), ("condition", condition), ("name", h5py.string_dtype()), ("code", "S4"),
    ("position", "<f4", (3,)), ("place", inner), ("correct", "?"),
])
trials = np.zeros(3, dtype=trial)
for i, (name, code) in enumerate([("Käse", b"ab"), ("", b"cdef"), ("z", b"")]):
    trials[i] = (i + 0.5, [1, 2, 7][i], name, code, [i, i + 1, i + 2], (i / 4, -i), i % 2 == 0)
with h5py.File(FORMATS / "structures.h5", "w") as file:
    table = file.create_dataset("trials", data=trials)
    file.create_dataset("grid", data=np.array([[(1, 2), (3, 4)]], dtype=inner))
    lists = file.create_dataset("lists", (3,), dtype=h5py.vlen_dtype("i4"))
    for i, values in enumerate([[1, 2, 3], [], [-4]]):
        lists[i] = values
    words = file.create_dataset("words", (2,), dtype=h5py.vlen_dtype(h5py.string_dtype()))
    words[0] = np.array(["the", "cat"], dtype=object)
    words[1] = np.array([], dtype=object)
    file.create_dataset("labels", data=np.array([1, 2, 1, 9]), dtype=condition)
    small = file.create_dataset("small", (2,), dtype=np.dtype(("<i4", (3,))))
    small[...] = np.arange(6).reshape(2, 3)
    data = file.create_dataset("data", data=np.arange(12.0).reshape(3, 4))
    file.create_dataset("references", data=np.array([data.ref, table.ref], dtype=h5py.ref_dtype))
    region = file.create_dataset("regions", (2,), dtype=h5py.regionref_dtype)
    region[0] = data.regionref[0:2, 1:3]
    file["scalar"] = np.array((5.0, 6), dtype=inner)

# NumPy
np.save(FORMATS / "unicode.npy", np.array([["a", "日本é"], ["", "four"]]))
np.save(FORMATS / "fortran-text.npy", np.asfortranarray(np.array([["a", "b", "c"], ["d", "e", "f"]])))
np.save(FORMATS / "bytes.npy", np.array([b"caf\xc3\xa9", b"x", b"\xe9"]))
np.save(FORMATS / "big-text.npy", np.array(["ab", "c"]).astype(">U2"))
records = np.array([(1, 2.5, "ab", [1, 2]), (-3, 0.5, "c", [3, 4])],
                   dtype=np.dtype([("id", "<i8"), ("r", ">f4"), ("name", "<U3"), ("pair", "<u2", (2,))], align=True))
np.save(FORMATS / "records.npy", records)
np.save(FORMATS / "complex.npy", np.array([[1 + 2j, -3.5j]], dtype=np.complex64))
np.save(FORMATS / "mapping.npy", {0: "Unknown", 1: "OFA", 2: "FFA-1"}, allow_pickle=True)
np.save(FORMATS / "object-array.npy", np.array([[1, "two"], [None, np.arange(3.0)]], dtype=object), allow_pickle=True)
objects = np.array([[1, "two", 3.5], [None, "five", 6]], dtype=object)
np.save(FORMATS / "fortran-objects.npy", np.asfortranarray(objects), allow_pickle=True)
np.savez(FORMATS / "mixed.npz", names=np.array(["V1", "V4"]), numbers=np.arange(3), info=np.array({"a": 1}, dtype=object))

betas = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
content = (
    betas, ["clip1", "clip2"],
    {"scalar": np.float64(2.5), "int": np.int32(7), "flag": np.bool_(True), "big": np.arange(3, dtype=">i4"),
     "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)), "text": np.array(["a", "bc"]), "records": records,
     "none": None, "nested": [(1, 2.5), {"x": b"raw\x00\xff"}], "set": {1}, "negative": -(2**40)},
)
for protocol in range(6):
    with open(FORMATS / f"protocol{protocol}.pkl", "wb") as file:
        pickle.dump(content, file, protocol=protocol)
scalars = {"complex": np.complex64(1 + 2j), "trial": records[0], "date": np.datetime64("2026-01-02"), "list": [1, 2]}
(FORMATS / "scalars.pkl").write_bytes(pickle.dumps(scalars))
# NumPy 1 named its modules without an underscore.
old = pickle.dumps(content, protocol=2).replace(b"numpy._core.", b"numpy.core.")
(FORMATS / "numpy1.pkl").write_bytes(old)
# Python 2 wrote an array's contents as a text.
(FORMATS / "python2.pkl").write_bytes(
    b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01K\x02\x85cnumpy\ndtype\n"
    b"U\x02f4K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x08"
    + np.array([1.5, -2], dtype="<f4").tobytes() + b"tb.")


class Evil:
    def __reduce__(self):
        import os
        return (os.system, ("touch /tmp/gyrus-was-here",))


(FORMATS / "evil.pkl").write_bytes(pickle.dumps({"a": Evil()}))
(FORMATS / "frame.pkl").write_bytes(pickle.dumps(pd.DataFrame({"a": [1]})))

# pandas
frame = pd.DataFrame({
    "voxel_id": np.arange(4), "1": [0.5, -1.0, np.nan, 2.0], "2": [1.0, 2.0, 3.0, 4.0], "ok": [True, False, True, True],
    "roi": ["V1", "V4", None, "Käse"],
    "date": pd.to_datetime(["2026-01-02", "2026-01-03 12:00", None, "2026-01-05"], format="mixed"),
}, index=pd.Index([10, 20, 30, 40], name="trial"))
frame["2"] = frame["2"].astype(np.float32)
for name in ["fixed", "table"]:
    path = TABLES / f"{name}.h5"
    path.unlink(missing_ok=True)
    frame.to_hdf(path, key="betas", format=name, complevel=9, **({"index": False} if name == "table" else {}))
frame.to_hdf(TABLES / "columns.h5", key="a/b", format="table", data_columns=["1", "roi"], mode="w", index=False, complevel=9)
plain = pd.DataFrame({"x": [1.0, 2.0]})
with pd.HDFStore(TABLES / "two.h5", "w", complevel=9) as store:
    store["x"] = plain
    store["y"] = pd.Series([3, 4], name="s")
    store.put("c", pd.DataFrame({"k": pd.Categorical(["a", "b"])}), format="table", index=False)
    store["m"] = pd.DataFrame({"x": [1.0]}, index=pd.MultiIndex.from_tuples([(1, 2)]))
    store["empty"] = pd.DataFrame({"x": np.zeros(0)})

# Two members over a byte that are no truth values, beside h5py's own truth values.
with h5py.File(FORMATS / "sides.h5", "w") as file:
    side = h5py.enum_dtype({"left": 1, "right": 2}, basetype="u1")
    file["sides"] = np.array([1, 2, 1], dtype=side)
    file["truths"] = np.array([True, False])
    file["trials"] = np.array([(1, True), (2, False)], dtype=np.dtype([("side", side), ("ok", "?")]))

# Bytes that are not UTF-8, beside such as are.
latin1 = "Größe".encode("latin-1")
with h5py.File(FORMATS / "latin1.h5", "w") as file:
    file["names"] = np.array([latin1, "Käse".encode(), b"\xe9"])
    file["names"].attrs["unit"] = np.bytes_("µm".encode("latin-1"))
    file.create_dataset("variable", data=[latin1], dtype=h5py.string_dtype("ascii"))
    file["records"] = np.array([(latin1, 1)], dtype=[("name", "S8"), ("x", "<f4")])
    file["cut"] = np.array(["Größe".encode()[:3]], dtype=h5py.string_dtype("utf-8", 3))

# Names that are not ASCII, an index with a frequency, and texts that are "nan" beside missing ones.
named = pd.DataFrame({"Käse": [1.5, 2.5, 3.5], "脑": [1, 2, 3], "word": ["x", None, "nan"], "whole": ["nan", "", "y"]},
                     index=pd.date_range("2026-01-01", periods=3, name="day"))
named.to_hdf(TABLES / "names.h5", key="k", format="table", mode="w", index=False)
# As many rows as an experiment with single trials has.
rows = 200_000
pd.DataFrame({"x": np.arange(rows) % 5 * 0.5, "y": np.arange(rows) % 3 + 0.25, "name": [f"s{row % 7}" for row in range(rows)]}).to_hdf(
    TABLES / "long.h5", key="k", format="table", mode="w", index=False, complib="zlib", complevel=9)

# Texts of variable length in records; and a frame in pandas' table format with an index of datetime.date, for which
# PyTables takes HDF5's class TIME.
with h5py.File(FORMATS / "fields.h5", "w") as file:
    names = np.zeros(2, dtype=[("name", h5py.string_dtype("ascii")), ("x", "<f4")])
    names["name"] = [latin1, b"plain"]
    file["names"] = names
    file.create_group("frame").attrs["pandas_type"] = np.bytes_("frame_table")
    record = h5py.h5t.create(h5py.h5t.COMPOUND, 12)
    record.insert(b"index", 0, h5py.h5t.UNIX_D32LE)
    record.insert(b"x", 4, h5py.h5t.IEEE_F64LE)
    h5py.h5d.create(file["frame"].id, b"table", record, h5py.h5s.create_simple((2,)))

# Several texts a record.
texts = np.zeros(2, dtype=[("onset", "<f8"), ("words", "S4", (3,)), ("grid", "S1", (2, 2))])
texts["words"] = [[b"the", b"cat", b""], [b"sat", b"on", b"mats"]]
texts["grid"] = [[[b"a", b"b"], [b"c", b"d"]], [[b"e", b"f"], [b"g", b"h"]]]
np.save(FORMATS / "text-arrays.npy", texts)
with h5py.File(FORMATS / "text-arrays.h5", "w") as file:
    file["trials"] = texts
    file.create_dataset("none", (0,), dtype=texts.dtype)

# Several records a record.
runs = np.zeros(2, dtype=[("trials", [("x", "<f4"), ("side", "S1")], (2,))])
runs["trials"]["x"] = [[1, 2], [3, 4]]
runs["trials"]["side"] = [[b"a", b"b"], [b"c", b"d"]]
np.save(FORMATS / "record-arrays.npy", runs)
with h5py.File(FORMATS / "record-arrays.h5", "w") as file:
    file["runs"] = runs

# Two columns of objects in one block, as to_hdf stores them: a pickle of rows x items whose memory is item after item.
block = np.array([["V1", "V4", "FFA"], ["left", None, "right"]], dtype=object)
with h5py.File(TABLES / "objects.h5", "w") as file:
    group = file.create_group("x")
    group.attrs["pandas_type"] = np.bytes_("frame")
    group.attrs["nblocks"] = 1
    group["axis0"] = np.array([b"roi", b"side"])
    group["axis1"] = np.arange(3)
    group["block0_items"] = np.array([b"roi", b"side"])
    values = group.create_dataset("block0_values", (1,), dtype=h5py.vlen_dtype(np.uint8))
    values[0] = np.frombuffer(pickle.dumps(block.T, protocol=pickle.HIGHEST_PROTOCOL), dtype=np.uint8)
    values.attrs["transposed"] = np.uint8(1)

# A series without a name, and one whose name begins as the pickle of None does.
with h5py.File(TABLES / "series.h5", "w") as file:
    for key, name in [("unnamed", b"N."), ("named", b"N.trials")]:
        group = file.create_group(key)
        group.attrs["pandas_type"] = np.bytes_("series")
        group.attrs["name"] = np.bytes_(name)
        group["index"] = np.arange(2)
        group["values"] = np.array([1.5, 2.5])

# Indices that have the name of the values: one without a name of its own, one that differs and one that is the same.
with h5py.File(TABLES / "indices.h5", "w") as file:
    for key, index, name, values in [("unnamed", [5, 6], b"N.", b"index"), ("other", [5, 6], b"x", b"x"),
                                     ("same", [7, 8], b"x", b"x")]:
        group = file.create_group(key)
        group.attrs["pandas_type"] = np.bytes_("series")
        group.attrs["name"] = np.bytes_(values)
        group["index"] = np.array(index)
        group["index"].attrs["name"] = np.bytes_(name)
        group["values"] = np.array([7, 8])
