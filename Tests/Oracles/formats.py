"""Small files in every format that Gyrus reads, for Tests/Library/Formats.

Run:  python Tests/Oracles/formats.py
With: numpy 2.4.6, safetensors 0.8.0, ml_dtypes 0.6.0, h5py 3.16.0, nibabel 5.4.2,
      torch 2.13.0 (cpu).
Writes Tests/Library/Formats/Fixtures. Every array counts up in row-major order, so the tests know what it holds:
floating-point ones are index / 2 - 3, integers index - 3 (index where unsigned), booleans index % 3 == 0.
"""

import collections
import json
import os
import pathlib
import struct
from pathlib import Path

import h5py
import ml_dtypes
import nibabel
import numpy as np
import torch
from safetensors.numpy import save_file

FIXTURES = Path(__file__).parent.parent / "Library" / "Formats" / "Fixtures"
FIXTURES.mkdir(parents=True, exist_ok=True)

SIGNED = ["int8", "int16", "int32", "int64"]
UNSIGNED = ["uint8", "uint16", "uint32", "uint64"]
FLOATING = ["float16", "float32", "float64"]


def counting(dtype, shape):
    index = np.arange(np.prod(shape)).reshape(shape)
    if dtype == "bool":
        return index % 3 == 0
    if dtype in UNSIGNED:
        return index.astype(dtype)
    if dtype in SIGNED:
        return (index - 3).astype(dtype)
    return (index / 2 - 3).astype(dtype)


def safetensors_files():
    arrays = {d: counting(d, (2, 3)) for d in FLOATING + SIGNED + UNSIGNED + ["bool"]}
    arrays["bfloat16"] = counting(ml_dtypes.bfloat16, (2, 3))
    arrays["half.special"] = np.array([0x0001, 0x03FF, 0x0400, 0x7BFF, 0x7C00, 0xFC00, 0x8000, 0x7E00], np.uint16).view(
        np.float16
    )
    arrays["scalar"] = np.array(7, np.float32)
    arrays["empty"] = np.zeros((0, 4), np.float32)
    save_file(arrays, FIXTURES / "types.safetensors", metadata={"format": "np"})
    save_file({"a": counting("float32", (2, 2))}, FIXTURES / "model-00001-of-00002.safetensors")
    save_file({"b": counting("float16", (3,))}, FIXTURES / "model-00002-of-00002.safetensors")
    index = {
        "metadata": {"total_size": 22},
        "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"},
    }
    (FIXTURES / "model.safetensors.index.json").write_text(json.dumps(index))
    # A header whose length is no multiple of 4, so that no tensor is aligned.
    header = b'{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}'
    header += b" " * ((5 - len(header)) % 4)
    data = counting("float32", (3,)).tobytes()
    (FIXTURES / "unaligned.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + data)


def numpy_files():
    arrays = {d: counting(d, (2, 3)) for d in FLOATING + SIGNED + UNSIGNED + ["bool"]}
    arrays["big"] = counting("float32", (2, 3)).astype(">f4")
    arrays["bigint"] = counting("int16", (2, 3)).astype(">i2")
    arrays["fortran"] = np.asfortranarray(counting("float32", (2, 3, 4)))
    arrays["fortranint"] = np.asfortranarray(counting("int32", (2, 3, 4)))
    arrays["scalar"] = np.float64(2.5)
    arrays["empty"] = np.zeros((0, 3), np.float32)
    np.savez(FIXTURES / "stored.npz", **arrays)
    np.savez_compressed(FIXTURES / "deflated.npz", **arrays)
    np.save(FIXTURES / "plain.npy", counting("float32", (4, 5)))
    with open(FIXTURES / "version2.npy", "wb") as file:
        np.lib.format.write_array(file, counting("float64", (4, 5)), version=(2, 0))
    np.save(FIXTURES / "objects.npy", np.array([{"a": 1}], dtype=object))
    np.save(FIXTURES / "structured.npy", np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")]))


def hdf5_file():
    with h5py.File(FIXTURES / "types.h5", "w") as file:
        for d in FLOATING + SIGNED + UNSIGNED + ["bool"]:
            file[f"numbers/{d}"] = counting(d, (2, 3))
        file["numbers/big"] = counting("float32", (2, 3)).astype(">f4")
        file["scalar"] = np.float64(2.5)
        file["empty"] = np.zeros((0, 3), np.float32)
        file.create_dataset("chunked", data=counting("int16", (7, 5, 4)), chunks=(3, 2, 4), compression="gzip")
        file.create_dataset("text/variable", data=["alpha", "", "Größe 脑"], dtype=h5py.string_dtype())
        file.create_dataset("text/fixed", data=np.array([b"full", b"ab", b""], dtype="S4"))
        file["frames"] = np.arange(3 * 4 * 5 * 3, dtype=np.uint8).reshape(3, 4, 5, 3)
        file["compound"] = np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")])
        file.attrs["title"] = "a study"
        file.attrs["runs"] = np.array([3, 1, 2])
        file["frames"].attrs["rate"] = 14.5
        file["frames"].attrs["names"] = ["a", "b"]
        file["frames"].attrs["nothing"] = h5py.Empty("f")


def nifti_files():
    random = np.random.default_rng(0)
    mask = random.random((5, 4, 3)) < 0.4
    affine = np.array([[-2, 0.1, 0, 90], [0.1, 2, 0.2, -126], [0, -0.2, 2.5, -72], [0, 0, 0, 1]])
    expected = {}

    def save(name, data, change=lambda image: None, affine=affine, **options):
        image = nibabel.Nifti1Image(data, affine, **options)
        change(image)
        nibabel.save(image, FIXTURES / name)
        image = nibabel.load(FIXTURES / name)
        values = image.get_fdata()
        series = values.reshape(values.shape[:3] + (-1,))
        time = 1000 if "milli" in name else 1
        expected[name] = {
            "shape": list(image.shape),
            "affine": image.affine.tolist(),
            "zooms": [float(z) for z in image.header.get_zooms()[:3]],
            "tr": float(image.header.get_zooms()[3]) / time if values.ndim > 3 else None,
            "data": values.ravel().tolist(),
            "masked": series[mask].T.tolist(),
        }

    def with_tr(tr, unit="sec"):
        def change(image):
            image.header.set_zooms(image.header.get_zooms()[:3] + (tr,))
            image.header.set_xyzt_units("mm", unit)
        return change

    def with_scale(image):
        image.header.set_slope_inter(0.0123, -4.5)

    def with_qform(image):
        image.set_qform(image.affine, code=1, strip_shears=True)
        image.set_sform(None, code=0)

    def with_neither(image):
        image.set_qform(None, code=0)
        image.set_sform(None, code=0)
        image.header["pixdim"][1:4] = [2, 3, 4]

    def integers(shape, dtype, low=-3000, high=3000):
        return random.integers(low, high, shape).astype(dtype)

    save("series.nii.gz", integers((5, 4, 3, 6), "int16"), with_tr(1.5))
    save("milliseconds.nii.gz", integers((5, 4, 3, 2), "int32"), with_tr(2000, "msec"))
    save("scaled.nii.gz", integers((5, 4, 3, 6), "int16"), lambda i: (with_tr(2.0)(i), with_scale(i)))
    save("qform.nii", integers((5, 4, 3), "uint16", 0), with_qform)
    save("flipped.nii", integers((5, 4, 3), "int8", -100, 100), with_qform, affine=affine @ np.diag([1, 1, -1, 1]))
    save("neither.nii", random.standard_normal((5, 4, 3)).astype("float32"), with_neither)
    save("float64.nii.gz", random.standard_normal((5, 4, 3, 2)), with_tr(0.8))
    save("uint8.nii", integers((5, 4, 3), "uint8", 0, 255))
    big = nibabel.Nifti1Header(endianness=">")
    save("big.nii", integers((5, 4, 3), ">i2"), header=big)
    save("mask.nii.gz", mask.astype("uint8"))
    nibabel.save(nibabel.Nifti1Image(np.ones((4, 5, 3), "uint8"), affine), FIXTURES / "othershape.nii.gz")
    del expected["mask.nii.gz"]
    (FIXTURES / "nifti.json").write_text(json.dumps(expected))


class Hostile:
    def __reduce__(self):
        return os.system, ("true",)


def pytorch_files():
    names = FLOATING + SIGNED + ["uint8", "bool"]
    module = collections.OrderedDict((d, torch.from_numpy(np.array(counting(d, (2, 3))))) for d in names)
    module["bfloat16"] = torch.from_numpy(counting("float32", (2, 3))).bfloat16()
    base = torch.from_numpy(counting("float32", (2, 3)))
    layer = torch.nn.Linear(1, 2, bias=False)
    torch.nn.init.ones_(layer.weight)
    layer.weight.data = layer.weight.data[:, 0]
    checkpoint = {
        "module": module,
        "views": {
            "transposed": base.T,
            "row": base[1],
            "expanded": torch.tensor([7.0]).expand(2, 2),
            "scalar": torch.tensor(2.5),
            "empty": torch.zeros(0, 4),
            "integers": torch.arange(4).reshape(2, 2).T,
        },
        "parameter": layer.weight,
        "state": layer.state_dict(),
        "list": [None, (torch.tensor([5.0]),)],
        "csr_tensor_module_names": set(),
        "step": 3,
        "lr": 1e-4,
        "big": 2**70,
        "size": torch.Size([2, 3]),
    }
    torch.save(checkpoint, FIXTURES / "zip.pt")
    torch.save(checkpoint, FIXTURES / "legacy.pt", _use_new_zipfile_serialization=False)
    for protocol in (3, 4, 5):
        torch.save(checkpoint, FIXTURES / f"legacy{protocol}.pt", _use_new_zipfile_serialization=False,
                   pickle_protocol=protocol)
    torch.save(torch.ones(3), FIXTURES / "alone.pt")
    keys = [("sub-01", 1), 2.5, None, True, 7, "a"]
    torch.save({key: torch.tensor([float(i)]) for i, key in enumerate(keys)}, FIXTURES / "keys.pt")
    torch.save({"x": torch.ones(1), "x.y": torch.ones(1), "x.": {"y": 1}, 3: torch.ones(1), "3": torch.ones(1)},
               FIXTURES / "twice.pt")
    marked = torch.tensor([4.0, 5.0])
    marked.unit = "percent"
    layouts = {
        "conjugate": torch.tensor([1 + 2j, 3 - 4j]).conj(),
        # The storage holds 1, 2, 3, -4; the tensor is -2, 4.
        "negative": torch.tensor([1 + 2j, 3 - 4j]).conj().imag,
        "sparse": torch.eye(3).to_sparse(),
        "nested": torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        "meta": torch.ones(2, device="meta"),
        "marked": marked,
        "plain": torch.tensor([1.0, 2.0, 3.0]),
    }
    torch.save(layouts, FIXTURES / "layouts.pt")
    torch.save(layouts, FIXTURES / "layouts_legacy.pt", _use_new_zipfile_serialization=False)
    torch.save({"weights": torch.ones(2), "x": Hostile()}, FIXTURES / "hostile.pt")
    torch.save({"x": Hostile()}, FIXTURES / "hostile_legacy.pt", _use_new_zipfile_serialization=False)
    torch.save({"x": pathlib.PurePosixPath("a")}, FIXTURES / "object.pt")
    numbers = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    kinds = {
        "complex": numbers.to(torch.complex64),
        "float8": numbers.to(torch.float8_e4m3fn),
        "quantized": torch.quantize_per_tensor(numbers, 0.1, 0, torch.qint8),
        "channels": torch.quantize_per_channel(numbers, torch.ones(2), torch.zeros(2), 0, torch.quint8),
        "uint16": numbers.to(torch.uint16),
        "plain": numbers,
        "numpy": {np.int64(3): torch.ones(1), "text": 2 * torch.ones(1), np.float32(0.5): []},
    }
    torch.save(kinds, FIXTURES / "kinds.pt")
    torch.save(kinds, FIXTURES / "kinds_legacy.pt", _use_new_zipfile_serialization=False)


safetensors_files()
numpy_files()
hdf5_file()
nifti_files()
pytorch_files()
