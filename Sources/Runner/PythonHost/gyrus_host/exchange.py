"""The file in shared memory that one value is passed in.

"GYRUSPY1", the length of the description (8 bytes), the description as JSON, and at the next multiple of 4096 the data.
A node of the description has a kind, and says where its bytes lie, counted from the beginning of the data.
"""

import json
import mmap
import os
import struct

MAGIC = b"GYRUSPY1"
PAGE = 4096
CHUNK = 64 << 20


class Reader:
    """A file that was written by Swift. What is made of its memory keeps it alive."""

    def __init__(self, path):
        descriptor = os.open(path, os.O_RDWR)
        try:
            size = os.fstat(descriptor).st_size
            flags = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)
            self.memory = mmap.mmap(descriptor, size, flags=flags)
        finally:
            os.close(descriptor)
        magic, length = struct.unpack_from("<8sQ", self.memory)
        if magic != MAGIC:
            raise RuntimeError(f"{path} holds no value of Gyrus")
        self.root = json.loads(self.memory[16:16 + length])
        self.start = -(-(16 + length) // PAGE) * PAGE

    def bytes(self, offset, count):
        return self.memory[self.start + offset:self.start + offset + count]


class Writer:
    """Gathers the bytes of a value, and writes them in one go."""

    def __init__(self):
        self.blobs = []
        self.size = 0

    def add(self, data):
        """Takes something with the buffer protocol, contiguous; where it will lie."""
        view = memoryview(data)
        view = view.cast("B") if view.nbytes else memoryview(b"")
        offset = self.size
        self.blobs.append((offset, view))
        self.size = -(-(offset + view.nbytes) // 64) * 64
        return offset

    def write(self, path, root):
        description = json.dumps(root, ensure_ascii=False, allow_nan=False).encode()
        start = -(-(16 + len(description)) // PAGE) * PAGE
        descriptor = os.open(path, os.O_RDWR)
        try:
            os.ftruncate(descriptor, start + self.size)
            os.pwrite(descriptor, MAGIC + struct.pack("<Q", len(description)) + description, 0)
            for offset, view in self.blobs:
                position = start + offset
                while view:
                    count = os.pwrite(descriptor, view[:CHUNK], position)
                    view, position = view[count:], position + count
        finally:
            os.close(descriptor)
