"""Damaged copies of files, always the same for one seed: cut, overwritten, swapped, with lengths and numbers changed."""

import random
import struct

BYTES = [0, 1, 0x7F, 0x80, 0xFE, 0xFF]
NUMBERS = [0, 1, 2**15 - 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**33, 2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 1]


def cut(data, chance):
    """At any byte, more often near the beginning, where headers are, and near the end."""
    place = chance.choice([chance.randrange(len(data)), chance.randrange(min(400, len(data))), len(data) - 1 - chance.randrange(min(30, len(data)))])
    return data[:place]


def bits(data, chance):
    data = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        data[position(data, chance)] ^= 1 << chance.randrange(8)
    return bytes(data)


def bytes_changed(data, chance):
    data = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        data[position(data, chance)] = chance.choice(BYTES + [chance.randrange(256)])
    return bytes(data)


def number(data, chance):
    """A length, an extent or an address becomes another: zero, negative, huge."""
    size, code = chance.choice([(2, "H"), (4, "I"), (8, "Q")])
    if len(data) < size:
        return data
    place = min(position(data, chance), len(data) - size)
    value = chance.choice(NUMBERS) % 2 ** (8 * size)
    return data[:place] + struct.pack(chance.choice("<>") + code, value) + data[place + size :]


def swapped(data, chance):
    """Two blocks change their places."""
    size = chance.choice([4, 8, 16, 64])
    if len(data) < 2 * size:
        return data
    a, b = sorted(chance.sample(range(len(data) // size), 2))
    blocks = [data[i * size : (i + 1) * size] for i in range(len(data) // size)]
    blocks[a], blocks[b] = blocks[b], blocks[a]
    return b"".join(blocks) + data[len(blocks) * size :]


def digits(data, chance):
    """A number in a text header becomes another."""
    places = [i for i in range(min(len(data), 4000)) if 48 <= data[i] <= 57]
    if not places:
        return number(data, chance)
    place = chance.choice(places)
    other = chance.choice([b"-1", b"0", b"9" * 19, b"9" * 30, b"1e400", b"NaN", b"4294967296", b"1.5", b"[" * 5000])
    return data[:place] + other + data[place + 1 :]


def hole(data, chance):
    """A piece is missing, or there twice, or all zeros."""
    place, size = chance.randrange(len(data)), chance.randint(1, 64)
    piece = chance.choice([b"", data[place : place + size] * 2, bytes(size)])
    return data[:place] + piece + data[place + size :]


def longer(data, chance):
    return data + chance.choice([b"\0", b"garbage", bytes(8), data])


def position(data, chance):
    near = min(600, len(data))
    return chance.choice([chance.randrange(len(data)), chance.randrange(near), len(data) - 1 - chance.randrange(near)])


KINDS = [cut, bits, bytes_changed, number, number, swapped, digits, hole, longer]


def mutations(data, count, seed):
    """So many damaged copies, none equal to the original."""
    chance = random.Random(seed)
    made = 0
    while made < count:
        kind = KINDS[made % len(KINDS)] if made < 2 * len(KINDS) else chance.choice(KINDS)
        changed = kind(data, chance)
        if changed != data:
            made += 1
            yield kind.__name__, changed
