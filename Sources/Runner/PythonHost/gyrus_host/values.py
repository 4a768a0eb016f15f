"""Values that Swift and Python both know: how each is read, and what Swift type it becomes."""

import re
import shlex
import struct
import sys

from gyrus_host.exchange import Reader, Writer

NUMBERS = {"f4": "Float", "f8": "Double"}
# The types of NumPy as `struct` names them.
CODES = {"<f4": "f", "<f8": "d", "?": "?", "<i8": "q", "<i4": "i", "<i2": "h", "|i1": "b", "<u8": "Q", "<u4": "I",
         "<u2": "H", "|u1": "B"}
DTYPES = {code: dtype for dtype, code in CODES.items()}


def with_article(name):
    """A type's name as a sentence has it: an object, a tuple, a UUID."""
    return f"{'an' if re.match('[aeio]|un[^i]', name, re.IGNORECASE) else 'a'} {name}"


class Refusal(Exception):
    """A value that cannot be passed, and what to do."""


def numpy(name, what):
    try:
        import numpy
    except ImportError:
        raise Refusal(
            f"{name} is {what}, which needs NumPy, and {sys.executable} has none: `!{shlex.quote(sys.executable)} "
            "-m pip install numpy`, or name another interpreter with `%%python --python PATH` or GYRUS_PYTHON") from None
    return numpy


# --- from Swift -------------------------------------------------------------------------------------------------


def read(path, name):
    reader = Reader(path)
    return decode(reader.root, reader, name)


def decode(node, reader, name):
    kind = node["kind"]
    if kind == "none":
        return None
    if kind == "scalar":
        return struct.unpack("<" + node["format"], bytes.fromhex(node["hex"]))[0]
    if kind == "string":
        return reader.bytes(node["offset"], node["bytes"]).decode()
    if kind == "bytes":
        return reader.bytes(node["offset"], node["bytes"])
    if kind == "strings":
        return strings(node, reader)
    if kind == "array":
        np = numpy(name, "an array")
        count = 1
        for extent in node["shape"]:
            count *= extent
        # frombuffer takes no buffer without elements.
        if count == 0:
            return np.zeros(node["shape"], node["dtype"])
        array = np.frombuffer(reader.memory, node["dtype"], count, reader.start + node["offset"])
        return array.reshape(node["shape"])
    if kind == "optional":
        present = reader.bytes(node["offset"], node["bytes"])
        values = iter(listed(node["items"][0], reader, name))
        return [next(values) if here else None for here in present]
    if kind == "list":
        return [decode(item, reader, name) for item in node["items"]]
    if kind == "dict":
        return dict(zip(*(listed(item, reader, name) for item in node["items"])))
    if kind in ("date", "dates"):
        return moments(node, reader, name)
    if kind == "table":
        from gyrus_host import tables

        return tables.frame(node, reader, name)
    raise Refusal(f"{name} has a part of an unknown kind: {kind}")


def listed(node, reader, name):
    """The values of a node as a list, which needs no NumPy."""
    if node["kind"] != "array":
        return decode(node, reader, name)
    code = CODES[node["dtype"]]
    size = struct.calcsize("<" + code) * node["shape"][0]
    return memoryview(reader.bytes(node["offset"], size)).cast(code).tolist()


def strings(node, reader):
    count = node["shape"][0]
    ends = struct.unpack(f"<{count}q", reader.bytes(node["offset"], 8 * count))
    text = reader.bytes(node["text"], node["bytes"])
    return [text[start:end].decode() for start, end in zip((0, *ends), ends)]


def moments(node, reader, name):
    """Moments as `datetime` in UTC."""
    import datetime

    start = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    all_ = [start + datetime.timedelta(microseconds=us) for us in microseconds(node, reader)]
    return all_ if node["kind"] == "dates" else all_[0]


def microseconds(node, reader):
    count = node["shape"][0] if node["kind"] == "dates" else 1
    return memoryview(reader.bytes(node["offset"], 8 * count)).cast("q")


# --- to Swift ---------------------------------------------------------------------------------------------------


def write(path, name, value):
    """Writes a value; its name and its Swift type."""
    writer = Writer()
    swift, node = Encoding(writer, name).encode(value)
    writer.write(path, node)
    return {"name": name, "type": swift}


class Encoding:
    """Turns one value into a Swift type and a node."""

    def __init__(self, writer, name):
        self.writer, self.name = writer, name

    def refuse(self, what, remedy):
        raise Refusal(f"-o {self.name}: {what}; {remedy}")

    def encode(self, value, as_floats=False):
        if value is None:
            return "Any?", {"kind": "none"}
        if isinstance(value, bool):
            return "Bool", scalar("?", value)
        if isinstance(value, int) and type(value).__module__ != "numpy":
            return self.integer(int(value), as_floats)
        if isinstance(value, float) and type(value).__module__ != "numpy":
            return "Double", scalar("d", float(value))
        if isinstance(value, str):
            # Its characters: `str` of an enumeration's case is the case's name.
            data = self.utf8(str.__str__(value))
            return "String", {"kind": "string", "offset": self.writer.add(data), "bytes": len(data)}
        if isinstance(value, (bytes, bytearray, memoryview)):
            data = bytes(value)
            return "Data", {"kind": "bytes", "offset": self.writer.add(data), "bytes": len(data)}
        if isinstance(value, complex):
            self.refuse("a complex number has no type in Swift", "pass its .real and its .imag")
        if isinstance(value, (list, tuple, range)):
            return self.sequence(list(value), as_floats)
        if isinstance(value, dict):
            return self.mapping(value, as_floats)
        if type(value).__module__ == "datetime":
            return self.moment(value)
        if isinstance(value, (set, frozenset)):
            self.refuse("a set has no order", f"pass sorted({self.name})")
        return self.foreign(value, as_floats)

    def integer(self, value, as_floats):
        if as_floats:
            if int(float(value)) != value:
                self.refuse(f"{value} stands among numbers with fractions and is no Double", "round it yourself")
            return "Double", scalar("d", float(value))
        if not -(2**63) <= value < 2**63:
            self.refuse(f"{value} does not fit into Swift's Int", f"pass float({self.name}) or str({self.name})")
        return "Int", scalar("q", value)

    def moment(self, value):
        """A `datetime` or `date`; without a time zone it is in UTC."""
        import datetime

        if not isinstance(value, datetime.date):
            remedy = "its .total_seconds()" if isinstance(value, datetime.timedelta) else f"str({self.name})"
            self.refuse(f"{with_article(type(value).__qualname__)} has no type in Swift", f"pass {remedy}")
        return "Date", {"kind": "date", "offset": self.writer.add(struct.pack("<q", since_1970(value)))}

    def moments(self, values):
        return {"kind": "dates", "shape": [len(values)], "offset": self.writer.add(values)}

    def utf8(self, text):
        try:
            return text.encode()
        except UnicodeEncodeError:
            self.refuse("a text holds half of a character (a lone surrogate), which Swift's String cannot",
                        "pass it as bytes: .encode('utf-8', 'surrogatepass')")

    def sequence(self, items, as_floats):
        if not items:
            self.refuse("an empty list does not tell what it would hold",
                        "pass numpy.array([], dtype=float), or dtype=str for texts")
        present = [item for item in items if item is not None]
        if not present:
            self.refuse("a list of nothing but None does not tell what it would hold", "pass its length")
        swift, node = self.full(present, as_floats)
        if len(present) < len(items):
            mask = bytes(item is not None for item in items)
            node = {"kind": "optional", "items": [node], "offset": self.writer.add(mask), "bytes": len(mask)}
            swift += "?"
        return f"[{swift}]", node

    def full(self, items, as_floats):
        """The element type and the node of a list without None."""
        kinds = set(map(type, items))
        if all(issubclass(kind, str) for kind in kinds):
            return "String", self.strings(list(map(str.__str__, items)))
        if kinds <= {bool} or kinds <= {int, float}:
            import array

            if kinds == {bool}:
                return "Bool", numbers("?", len(items), self.writer.add(bytes(items)))
            if kinds == {int} and not as_floats:
                for item in items:
                    self.integer(item, False)
                return "Int", numbers("<i8", len(items), self.writer.add(array.array("q", items)))
            for item in items:
                if type(item) is int:
                    self.integer(item, True)
            return "Double", numbers("<f8", len(items), self.writer.add(array.array("d", items)))
        np, datetime = sys.modules.get("numpy"), sys.modules.get("datetime")
        if np and len(kinds) == 1 and issubclass(*kinds, (np.number, np.bool_)):
            swift, node = self.array(np.array(items), as_floats)
            return swift[1:-1], node
        # pandas's NaT is a date that is not equal to itself.
        if datetime and all(isinstance(item, datetime.date) and item == item for item in items):
            if any(getattr(item, "nanosecond", 0) for item in items):
                self.refuse("a moment has fractions of microseconds, which Swift's Date has not",
                            "pass it with .floor('us')")
            return "Date", self.moments(integers(map(since_1970, items)))
        encoded = [self.encode(item, as_floats) for item in items]
        found = sorted({swift for swift, _ in encoded})
        if len(found) > 1 and not as_floats and len({swift.replace("Int", "Double") for swift in found}) == 1:
            return self.full(items, True)
        if len(found) > 1:
            self.refuse(f"its items have several types in Swift ({', '.join(found)})",
                        "pass items of one type, or each by an -o of its own")
        nodes = [node for _, node in encoded]
        if nodes[0]["kind"] == "scalar":
            # Numbers of several libraries, or of subclasses of Python's: Swift reads them where they lie side by side.
            data = bytes.fromhex("".join(node["hex"] for node in nodes))
            return found[0], numbers(DTYPES[nodes[0]["format"]], len(nodes), self.writer.add(data))
        return found[0], {"kind": "list", "items": nodes}

    def strings(self, items):
        pieces = [self.utf8(item) for item in items]
        ends, end = [], 0
        for piece in pieces:
            end += len(piece)
            ends.append(end)
        text = b"".join(pieces)
        return {"kind": "strings", "shape": [len(items)], "text": self.writer.add(text), "bytes": len(text),
                "offset": self.writer.add(struct.pack(f"<{len(ends)}q", *ends))}

    def mapping(self, value, as_floats):
        if not value:
            self.refuse("an empty dictionary does not tell what it would hold", "pass it when it holds something")
        for key in value:
            if not isinstance(key, str):
                self.refuse(f"a dictionary's keys must be texts, and {key!r} is {with_article(type(key).__name__)}",
                            f"pass {{str(k): v for k, v in {self.name}.items()}}")
        names = self.strings([str.__str__(key) for key in value])
        swift, values = self.sequence(list(value.values()), as_floats)
        return f"[String: {swift[1:-1]}]", {"kind": "dict", "items": [names, values]}

    def foreign(self, value, as_floats):
        """A value of a library's type."""
        kind = type(value)
        title = f"{kind.__module__}.{kind.__qualname__}".replace("builtins.", "")
        library = kind.__module__.split(".")[0]
        if library == "torch" and hasattr(value, "detach"):
            value = value.detach().cpu()
            if str(value.dtype) == "torch.bfloat16":
                value = value.float()
            return self.array(value.numpy(), as_floats)
        if library == "pandas":
            from gyrus_host import tables

            found = tables.encode(value, self)
            if found is not None:
                return found
        if library in ("polars", "pyarrow") and hasattr(value, "to_pandas"):
            self.refuse(f"{with_article(title)} has no type in Swift", f"pass {self.name}.to_pandas()")
        if hasattr(value, "toarray") and hasattr(value, "nnz"):
            self.refuse(f"{with_article(title)} is sparse", f"pass {self.name}.toarray()")
        if library == "PIL" or not hasattr(value, "__array__"):
            remedy = f"numpy.asarray({self.name})" if library == "PIL" else "its numbers, arrays, texts or lists"
            self.refuse(f"{with_article(title)} has no type in Swift", f"pass {remedy}")
        return self.array(value, as_floats)

    def array(self, value, as_floats):
        np = numpy(self.name, "an array")
        if isinstance(value, np.ma.MaskedArray):
            self.refuse("a masked array has values that count and others that do not",
                        f"pass {self.name}.filled(numpy.nan)")
        array = np.asarray(value)
        kind = array.dtype.kind
        if kind == "f":
            return self.floats(np, array)
        if kind in "iub":
            return self.whole(np, array, as_floats)
        if kind in "US" or kind == "T":
            if kind == "S":
                self.refuse("an array of bytes has no type in Swift", f"pass numpy.char.decode({self.name})")
            return self.texts(array)
        if kind == "O":
            return self.encode(array.tolist(), as_floats)
        remedy = {
            "c": "pass its .real and its .imag", "M": f"pass {self.name}.astype(str)",
            "m": f"pass {self.name} / numpy.timedelta64(1, 's')", "V": "pass each of its fields",
        }.get(kind, "pass it as float64")
        self.refuse(f"an array of {array.dtype} has no type in Swift", remedy)

    def floats(self, np, array):
        if array.dtype.itemsize > 8:
            self.refuse(f"an array of {array.dtype} has digits that Swift's Double has not",
                        f"pass {self.name}.astype(numpy.float64)")
        array = np.ascontiguousarray(array, "<f8" if array.dtype.itemsize == 8 else "<f4").reshape(array.shape)
        code = array.dtype.str[1:]
        element = NUMBERS[code]
        if array.ndim == 0:
            return element, scalar("d" if code == "f8" else "f", array.item())
        node = numbers(array.dtype.str, array.shape, self.writer.add(array))
        return {1: f"[{element}]", 2: f"Matrix<{element}>"}.get(array.ndim, f"Tensor<{element}>"), node

    def whole(self, np, array, as_floats):
        """Integers and booleans: a list of lists in two dimensions, since a matrix holds numbers with fractions."""
        if array.ndim > 2:
            self.refuse(f"an array of {array.dtype} in {array.ndim} dimensions has no type in Swift",
                        f"pass {self.name}.astype(numpy.float32)")
        if as_floats and array.dtype.kind != "b":
            return self.encode(array.astype(object).tolist(), True)
        if array.dtype.kind == "b":
            element, dtype, code = "Bool", "|b1", "?"
        else:
            element, dtype, code = "Int", "<i8", "q"
            if array.dtype.itemsize == 8 and array.dtype.kind == "u" and array.size and array.max() > 2**63 - 1:
                self.refuse(f"an array of {array.dtype} has numbers beyond Swift's Int", "pass it as float64")
        shape = array.shape
        array = (truths(np, array) if element == "Bool" else np.ascontiguousarray(array, dtype)).reshape(shape)
        if array.ndim == 0:
            return element, scalar(code, array.item())
        node = numbers(dtype if dtype != "|b1" else "?", array.shape, self.writer.add(array))
        return "[" * array.ndim + element + "]" * array.ndim, node

    def texts(self, array):
        if array.ndim == 0:
            return self.encode(array.item())
        if array.ndim > 2:
            self.refuse(f"an array of texts in {array.ndim} dimensions has no type in Swift", "reshape it to one or two")
        if array.ndim == 1:
            return "[String]", self.strings([str(item) for item in array.tolist()])
        rows = [self.strings([str(item) for item in row]) for row in array.tolist()]
        return "[[String]]", {"kind": "list", "items": rows}


def since_1970(value):
    """Microseconds to a `datetime` or `date`."""
    import datetime

    utc = datetime.timezone.utc
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day, tzinfo=utc)
    if value.tzinfo is None:
        value = value.replace(tzinfo=utc)
    return (value - datetime.datetime(1970, 1, 1, tzinfo=utc)) // datetime.timedelta(microseconds=1)


def truths(np, array):
    """Booleans whose bytes are 0 and 1, as Swift has them: a view of other bytes as `bool` has any."""
    return np.ascontiguousarray(array, bool).view("u1") != 0


def integers(values):
    import array

    return array.array("q", values)


def scalar(code, value):
    """A single number, by its bytes: JSON knows no NaN."""
    return {"kind": "scalar", "format": code, "hex": struct.pack("<" + code, value).hex()}


def numbers(dtype, shape, offset):
    return {"kind": "array", "dtype": dtype, "shape": list(shape) if hasattr(shape, "__len__") else [shape],
            "offset": offset}
