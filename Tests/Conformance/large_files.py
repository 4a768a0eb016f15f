"""Files with arrays large enough for threads, made with the standard library alone."""

import array
import io
import json
import pickle
import random
import struct
import sys
import types
import zipfile

# More than a million elements: every kernel is shared among threads, and has whole and partial blocks.
ROWS, COLUMNS = 1031, 1021
COUNT = ROWS * COLUMNS


def value(i):
    """The number at place i: exact in half precision and in bfloat16."""
    return (i % 251 - 125) / 8


CYCLE = [value(i) for i in range(251)]


def numbers(kind):
    """All numbers as little-endian bytes of the kind (f16, bf16, f32, f64)."""
    if kind == "bf16":
        cycle = b"".join(struct.pack("<f", x)[2:] for x in CYCLE)
    else:
        cycle = struct.pack(f"<251{ {'f16': 'e', 'f32': 'f', 'f64': 'd'}[kind]}", *CYCLE)
    size = len(cycle) // 251
    return (cycle * (COUNT // 251 + 1))[: COUNT * size]


def npy(kind):
    header = f"{{'descr': '<f{int(kind[1:]) // 8}', 'fortran_order': False, 'shape': ({ROWS}, {COLUMNS}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + numbers(kind)


def safetensors(tensors):
    """`tensors`: name -> (dtype, shape, bytes)."""
    header, end = {}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + len(data)]}
        end += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values())


class Storage:
    def __init__(self, kind, data):
        self.kind, self.data = kind, data


class Tensor:
    def __init__(self, kind, shape, data):
        self.storage, self.shape = Storage(kind, data), tuple(shape)


def pytorch(tensors):
    """The file that `torch.save(dict)` writes; `tensors`: name -> (HalfStorage and so on, shape, bytes)."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2():
        pass

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    kinds = {}
    for kind in {kind for kind, _, _ in tensors.values()}:
        kinds[kind] = type(kind, (), {"__module__": "torch"})
        setattr(torch, kind, kinds[kind])
    torch._utils = utils
    storages = []

    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            if not isinstance(item, Storage):
                return None
            storages.append(item.data)
            return ("storage", kinds[item.kind], str(len(storages) - 1), "cpu", 0)

        def reducer_override(self, item):
            if not isinstance(item, Tensor):
                return NotImplemented
            rows, columns = item.shape
            return _rebuild_tensor_v2, (item.storage, 0, (rows, columns), (columns, 1), False, {})

    before = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
    sys.modules.update({"torch": torch, "torch._utils": utils})
    try:
        text = io.BytesIO()
        Pickler(text, protocol=2).dump({name: Tensor(*tensor) for name, tensor in tensors.items()})
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", text.getvalue())
        for i, data in enumerate(storages):
            archive.writestr(f"archive/data/{i}", data)
        archive.writestr("archive/version", "3\n")
    return file.getvalue()


def weights(shapes, path):
    """A safetensors file of tensors with small random numbers that keep a deep network's numbers in range."""
    rng = random.Random(1)
    block = [rng.uniform(-1, 1) for _ in range(4093)]

    def tensor(name, shape):
        count = 1
        for extent in shape:
            count *= extent
        if name.endswith("running_var") or (len(shape) == 1 and name.endswith("weight")):
            part = array.array("f", [1 + x / 5 for x in block])
        elif len(shape) < 2:
            part = array.array("f", [x / 10 for x in block])
        else:
            scale = (6 * shape[0] / count) ** 0.5
            part = array.array("f", [x * scale for x in block])
        return (part.tobytes() * (count // 4093 + 1))[: 4 * count]

    path.write_bytes(safetensors({name: ("F32", shape, tensor(name, shape)) for name, shape in shapes.items()}))
