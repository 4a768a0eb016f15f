"""Surfaces and numbers on them in every form, and what nibabel reads of them, for Tests/Library/Formats/SurfaceFileTests.swift.

Run:  python Tests/Oracles/surfaces.py
With: numpy 2.4.6, nibabel 5.4.2.
Writes Tests/Library/Formats/Fixtures/surfaces/: the files, and expected.json.
"""

import base64
import gzip
import itertools
import json
import struct
import warnings
import zlib
from pathlib import Path

import nibabel
import numpy as np
from nibabel.freesurfer import io as fs

warnings.simplefilter("ignore")
FOLDER = Path(__file__).parent.parent / "Library" / "Formats" / "Fixtures" / "surfaces"
FOLDER.mkdir(exist_ok=True)
for old in FOLDER.iterdir():
    old.unlink()
random = np.random.default_rng(7)
expected = {}

# An icosahedron of 50 mm, a little crooked.
golden = (1 + 5**0.5) / 2
VERTICES = np.array(
    [[-1, golden, 0], [1, golden, 0], [-1, -golden, 0], [1, -golden, 0], [0, -1, golden], [0, 1, golden],
     [0, -1, -golden], [0, 1, -golden], [golden, 0, -1], [golden, 0, 1], [-golden, 0, -1], [-golden, 0, 1]])
VERTICES = (VERTICES * 26.3 + random.normal(size=VERTICES.shape)).astype(np.float32)
FACES = np.array(
    [[0, 11, 5], [0, 5, 1], [0, 1, 7], [0, 7, 10], [0, 10, 11], [1, 5, 9], [5, 11, 4], [11, 10, 2], [10, 7, 6],
     [7, 1, 8], [3, 9, 4], [3, 4, 2], [3, 2, 6], [3, 6, 8], [3, 8, 9], [4, 9, 5], [2, 4, 11], [6, 2, 10], [8, 6, 7],
     [9, 8, 1]], dtype=np.int32)


# GIFTI, written by hand: nibabel does not write every form that it reads.
def text_of(array, encoding, big, fortran, external):
    order = "F" if fortran else "C"
    raw = array.astype(array.dtype.newbyteorder(">" if big else "<")).tobytes(order=order)
    if encoding == "ASCII":
        # A row of the array in each line, as nibabel writes and reads, whatever the order.
        rows = array.reshape(array.shape[0], -1)
        return "\n".join(" ".join(repr(x.item()) for x in row) for row in rows), ""
    if encoding == "Base64Binary":
        return base64.b64encode(raw).decode(), ""
    if encoding == "GZipBase64Binary":
        return base64.b64encode(zlib.compress(raw)).decode(), ""
    with open(FOLDER / external, "ab") as file:
        offset = file.tell()
        file.write(raw)
    return "", f' ExternalFileName="{external}" ExternalFileOffset="{offset}"'


def data_array(array, intent, encoding, big=False, fortran=False, external="", inside=""):
    text, more = text_of(array, encoding, big, fortran, external)
    dims = " ".join(f'Dim{i}="{n}"' for i, n in enumerate(array.shape))
    return f"""   <DataArray Intent="NIFTI_INTENT_{intent}" DataType="NIFTI_TYPE_{array.dtype.name.upper()}"
      ArrayIndexingOrder="{'Column' if fortran else 'Row'}MajorOrder" Dimensionality="{array.ndim}" {dims}
      Encoding="{encoding}" Endian="{'Big' if big else 'Little'}Endian"{more}>
{inside}<Data>{text}</Data>
   </DataArray>
"""


def gifti(name, arrays, before=""):
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE GIFTI SYSTEM "http://www.nitrc.org/frs/download.php/115/gifti.dtd">
<GIFTI Version="1.0" NumberOfDataArrays="{len(arrays)}">
{before}{''.join(arrays)}</GIFTI>
"""
    data = text.encode()
    (FOLDER / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)


def pairs(entries):
    return "<MetaData>" + "".join(
        f"<MD><Name><![CDATA[{k}]]></Name><Value><![CDATA[ {v} ]]></Value></MD>" for k, v in entries.items()
    ) + "</MetaData>\n"


SYSTEM = """<CoordinateSystemTransformMatrix>
  <DataSpace><![CDATA[NIFTI_XFORM_UNKNOWN]]></DataSpace>
  <TransformedSpace><![CDATA[NIFTI_XFORM_TALAIRACH]]></TransformedSpace>
  <MatrixData>1.5 0 0 -3 0 2 0 1e-3 0 0 1 0 0 0 0 1</MatrixData>
</CoordinateSystemTransformMatrix>
"""


def record_gifti(name):
    image = nibabel.load(FOLDER / name)
    expected[name] = {
        "metadata": dict(image.meta),
        "labels": [[l.key, l.label, *(float(c) for c in l.rgba if c is not None)] for l in image.labeltable.labels],
        "arrays": [
            {
                "intent": nibabel.nifti1.intent_codes.niistring[a.intent], "shape": list(a.data.shape),
                "metadata": dict(a.meta), "values": [float(v) for v in a.data.astype(np.float64).ravel()],
                "type": a.data.dtype.name,
            }
            for a in image.darrays
        ],
    }


ENCODINGS = ["ASCII", "Base64Binary", "GZipBase64Binary", "ExternalFileBinary"]
for encoding, big, fortran in itertools.product(ENCODINGS, [False, True], [False, True]):
    name = f"{encoding[:5].lower()}-{'big' if big else 'little'}-{'column' if fortran else 'row'}.surf.gii"
    external = name.replace(".surf.gii", ".bin")
    gifti(name, [
        data_array(VERTICES, "POINTSET", encoding, big, fortran, external,
                   pairs({"AnatomicalStructurePrimary": "CortexLeft", "Name": "pial"}) + SYSTEM),
        data_array(FACES, "TRIANGLE", encoding, big, fortran, external)])
    record_gifti(name)
gifti("packed.surf.gii.gz", [data_array(VERTICES, "POINTSET", "GZipBase64Binary"),
                             data_array(FACES, "TRIANGLE", "GZipBase64Binary")])
record_gifti("packed.surf.gii.gz")

for encoding in ENCODINGS:
    arrays = []
    for kind in ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]:
        values = (random.normal(size=12) * 50).astype(kind) if kind[0] == "f" else random.integers(0, 100, 12).astype(kind)
        arrays.append(data_array(values, "NONE", encoding, big=len(arrays) % 2 == 1, external=f"{encoding}.bin",
                                 inside=pairs({"Name": kind})))
    gifti(f"types-{encoding.lower()}.func.gii", arrays)
    record_gifti(f"types-{encoding.lower()}.func.gii")

gifti("runs.func.gii", [
    data_array(random.normal(size=12).astype(np.float32), "TIME_SERIES", "GZipBase64Binary", inside=pairs({"Name": f"t{i}"}))
    for i in range(5)], pairs({"TimeStep": "2.0", "a < b & c": "\u00e4 \u2264 \u00f6"}))
record_gifti("runs.func.gii")
gifti("two-dimensional.func.gii", [data_array(random.normal(size=(12, 3)).astype(np.float32), "NONE", "Base64Binary")])
record_gifti("two-dimensional.func.gii")

KEYS = np.array([0, 1, 1, 2, 2, 2, 35, 35, 0, 1, 2, 35], dtype=np.int32)
TABLE = """<LabelTable>
  <Label Key="0" Red="1" Green="1" Blue="1" Alpha="0"><![CDATA[???]]></Label>
  <Label Key="1" Red="0.2" Green="0.4" Blue="0.6" Alpha="1"><![CDATA[ superior temporal ]]></Label>
  <Label Key="2" Red="1" Green="0" Blue="0.1" Alpha="1">V1 &amp; V2</Label>
  <Label Key="35"><![CDATA[insula]]></Label>
</LabelTable>
"""
gifti("regions.label.gii", [data_array(KEYS, "LABEL", "Base64Binary", inside=pairs({"Name": "regions"}))], TABLE)
record_gifti("regions.label.gii")
gifti("index.label.gii", [data_array(KEYS, "LABEL", "ASCII")], TABLE.replace("Key=", "Index="))
record_gifti("index.label.gii")

# FreeSurfer: surfaces
VOLUME = {"head": np.array([2, 0, 20]), "valid": "1  # volume info valid", "filename": "../mri/filled.mgz",
          "volume": np.array([256, 256, 256]), "voxelsize": np.array([1.0, 1, 1]), "xras": np.array([-1.0, 0, 0]),
          "yras": np.array([0.0, 0, -1]), "zras": np.array([0.0, 1, 0]), "cras": np.array([5.399, 18.0, -0.25])}
fs.write_geometry(FOLDER / "lh.white", VERTICES, FACES, "created by somebody", VOLUME)
fs.write_geometry(FOLDER / "lh.plain", VERTICES, FACES, "created by somebody")


def three(n):
    return struct.pack(">I", n)[1:]


QUADS = [(0, 1, 2, 3), (1, 2, 3, 4), (5, 6, 7, 8), (8, 9, 10, 11)]
quads = b"".join(three(corner) for quad in QUADS for corner in quad)
(FOLDER / "lh.quads").write_bytes(
    b"\xff\xff\xff" + three(12) + three(4) + (VERTICES * 100).astype(">i2").tobytes() + quads)
(FOLDER / "lh.newquads").write_bytes(
    b"\xff\xff\xfd" + three(12) + three(4) + VERTICES.astype(">f4").tobytes() + quads)
for name in ["lh.white", "lh.plain", "lh.quads", "lh.newquads"]:
    vertices, faces = fs.read_geometry(FOLDER / name)
    expected[name] = {"vertices": vertices.astype(np.float32).astype(float).ravel().tolist(), "faces": faces.ravel().tolist()}
expected["lh.white"]["center"] = [float(np.float32(x)) for x in VOLUME["cras"]]

# FreeSurfer: numbers of vertices
fs.write_morph_data(FOLDER / "lh.curv", random.normal(size=12).astype(np.float32), fnum=20)
(FOLDER / "lh.oldcurv").write_bytes(three(12) + three(20) + random.integers(-300, 300, 12).astype(">i2").tobytes())
for name in ["lh.curv", "lh.oldcurv"]:
    expected[name] = {"values": fs.read_morph_data(FOLDER / name).astype(np.float32).astype(float).tolist()}

# FreeSurfer: labels
colors = np.array([[25, 5, 25, 0, 0], [25, 100, 40, 0, 0], [125, 100, 160, 0, 0], [100, 25, 0, 51, 0]])
names = ["unknown", "bankssts", "caudalanteriorcingulate", "caudalmiddlefrontal"]
places = np.array([0, 1, 1, 2, 2, 3, 3, 3, -1, 1, 2, 0])
fs.write_annot(FOLDER / "lh.two.annot", places, colors, names)
packed = [0 if p < 0 else int(colors[p, 0] + (colors[p, 1] << 8) + (colors[p, 2] << 16)) for p in places]
old = struct.pack(">i", 12) + b"".join(struct.pack(">ii", v, packed[v]) for v in range(12)) + struct.pack(">i", 1)
old += struct.pack(">ii", 4, 8) + b"old.lut\0"
for color, name in zip(colors, names):
    old += struct.pack(">i", len(name) + 1) + name.encode() + b"\0" + struct.pack(">4i", *color[:4])
(FOLDER / "lh.one.annot").write_bytes(old)
for name in ["lh.two.annot", "lh.one.annot"]:
    places, table, texts = fs.read_annot(FOLDER / name)
    expected[name] = {"keys": places.tolist(), "names": [t.decode() for t in texts], "colors": table[:, :4].tolist()}

(FOLDER / "lh.V1.label").write_text(
    "#!ascii label  , from subject bert vox2ras=TkReg\n4\n2  -12.5 -90.25 3.125 0.9000000000\n"
    "0  1.0 2.0 3.0 0.25\n7  -8.000  -71.000  8.000 1.0\n11  0 0 0 0\n")
vertices, weights = fs.read_label(FOLDER / "lh.V1.label", read_scalars=True)
expected["lh.V1.label"] = {"keys": vertices.tolist(), "values": weights.tolist()}

# CIFTI-2
affine = np.array([[-0.9, 0.1, 0, 30], [0, 0.2, 1.1, -20], [0.1, -1.2, 0.1, 12.5], [0, 0, 0, 1.0]])
axes = nibabel.cifti2.cifti2_axes
grid = np.zeros((4, 3, 5), dtype=bool)
grid[1, 1, 2:5] = grid[3, 0, 1] = True
cortex = axes.BrainModelAxis.from_surface(np.array([0, 1, 2, 4, 5, 7, 9, 11]), 12, name="CortexLeft")
cortex += axes.BrainModelAxis.from_surface(np.array([1, 3, 5, 10]), 12, name="CortexRight")
dense = cortex + axes.BrainModelAxis.from_mask(grid, affine=affine, name="thalamus_left")
dense += axes.BrainModelAxis.from_mask(np.roll(grid, 1, 1), affine=affine, name="brain_stem")
parcels = axes.ParcelsAxis.from_brain_models([("frontal", cortex[:5]), ("the rest", cortex[5:])])
tables = [{0: ("???", (1, 1, 1, 0)), 3: ("V1", (0.5, 0.25, 0, 1)), 4: ("V2 & V3", (0, 0, 1, 1))},
          {0: ("none", (0, 0, 0, 0)), 9: ("all", (0, 1, 0, 1))}]


def cifti(name, rows, columns, values, endian="<", slope=None):
    header = nibabel.cifti2.Cifti2Header.from_axes((rows, columns))
    image = nibabel.cifti2.Cifti2Image(values, header)
    image.nifti_header.set_xyzt_units("mm", "sec")
    nibabel.save(image, FOLDER / name)


dense_values = (random.normal(size=(2, len(dense))) * 3).astype(np.float32)
cifti("grayordinates.dscalar.nii", axes.ScalarAxis(["first", "second < third"]), dense, dense_values)
cifti("grayordinates.dlabel.nii", axes.LabelAxis(["areas", "whole"], tables), dense,
      np.stack([random.choice([0, 3, 4], len(dense)), random.choice([0, 9], len(dense))]).astype(np.int32))
cifti("grayordinates.dtseries.nii", axes.SeriesAxis(3, 0.72, 7, "SECOND"), dense,
      random.normal(size=(7, len(dense))).astype(np.float32))
cifti("parcels.pscalar.nii", axes.ScalarAxis(["thickness"]), parcels, random.normal(size=(1, 2)).astype(np.float32))
cifti("parcels.ptseries.nii", axes.SeriesAxis(0, 2, 4, "SECOND"), parcels, random.normal(size=(4, 2)).astype(np.float64))
cifti("grayordinates.dconn.nii", cortex, cortex, random.normal(size=(12, 12)).astype(np.float32))
for path in sorted(FOLDER.iterdir()):
    if not path.name.endswith(("scalar.nii", "label.nii", "series.nii", "conn.nii")):
        continue
    image = nibabel.load(path)
    models = [m for m in next(iter(image.header.matrix)).brain_models or []] or [
        m for m in list(image.header.matrix)[-1].brain_models or []]
    entry = {
        "matrix": [int(n) for n in image.shape], "values": np.asarray(image.dataobj, dtype=float).ravel().tolist(),
        "models": [
            {
                "structure": m.brain_structure.removeprefix("CIFTI_STRUCTURE_"), "offset": m.index_offset,
                "vertices": None if m.vertex_indices is None else list(m.vertex_indices),
                "voxels": None if m.voxel_indices_ijk is None else [int(n) for v in m.voxel_indices_ijk for n in v],
            }
            for m in models],
    }
    names = [m.map_name for m in list(image.header.matrix)[0].named_maps]
    entry["names"] = names
    expected[path.name] = entry

# MGH and NIfTI-2
for kind, shape in [("uint8", (3, 4, 5)), ("int32", (3, 4, 5)), ("float32", (2, 3, 4, 3)), ("int16", (3, 4, 5)),
                    ("uint16", (3, 4, 5)), ("float32", (12, 1, 1)), ("float32", (12, 1, 1, 4))]:
    values = (random.normal(size=shape) * 9).astype(kind) if kind[0] == "f" else random.integers(0, 200, shape).astype(kind)
    image = nibabel.MGHImage(values, affine)
    if len(shape) == 4:
        image.header["tr"] = 1500
    name = f"{kind}-{len(shape)}-{shape[0]}.mg{'h' if kind == 'int16' else 'z'}"
    nibabel.save(image, FOLDER / name)
plain = bytearray((FOLDER / "int16-3-3.mgh").read_bytes())
plain[28:30] = b"\0\0"
(FOLDER / "nowhere.mgh").write_bytes(plain[: 284 + 120])
for endian, kind in itertools.product("<>", ["int16", "float64"]):
    values = (random.normal(size=(3, 4, 5, 2)) * 9).astype(kind)
    image = nibabel.Nifti2Image(values, affine)
    header = nibabel.Nifti2Header(endianness=endian)
    header.set_data_dtype(kind)
    header.set_data_shape(values.shape)
    header.set_sform(affine, 2 if kind == "int16" else 0)
    header.set_qform(np.diag([2, 3, 4, 1.0]) @ np.array([[0, -1, 0, 5], [1, 0, 0, 6], [0, 0, 1, 7], [0, 0, 0, 1.0]]), 1)
    header["pixdim"][4] = 2.5
    header.set_xyzt_units("mm", "sec")
    if kind == "int16":
        header.set_slope_inter(0.1, -3)
    header["magic"] = b"n+2\0\r\n\x1a\n"
    header["vox_offset"] = 544
    name = f"second-{'little' if endian == '<' else 'big'}-{kind}.nii{'.gz' if endian == '>' else ''}"
    data = header.binaryblock + b"\0\0\0\0" + values.astype(values.dtype.newbyteorder(endian)).tobytes(order="F")
    (FOLDER / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith("gz") else data)
for path in sorted(FOLDER.iterdir()):
    if path.name.endswith((".mgh", ".mgz", ".nii", ".nii.gz")) and path.name not in expected:
        image = nibabel.load(path)
        zooms = image.header.get_zooms()
        time = None if len(zooms) < 4 else float(zooms[3]) / (1000 if ".mg" in path.name else 1)
        expected[path.name] = {
            "shape": [int(n) for n in image.shape], "affine": image.affine.ravel().tolist(), "time": time,
            "values": np.asarray(image.dataobj, dtype=np.float64).ravel().tolist()}

(FOLDER / "expected.json").write_text(json.dumps(expected, indent=0, allow_nan=False))
print(len(expected), "files,", sum(p.stat().st_size for p in FOLDER.iterdir()), "bytes")
