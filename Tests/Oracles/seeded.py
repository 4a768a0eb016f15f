"""Numbers that a script and a Swift test make alike, so that no weights need to be stored.

Number i of a tensor is the output of SplitMix64 for the counter i of a stream whose seed is the FNV-1a hash of the tensor's
name; its upper 24 bits, scaled to [-1, 1). `Tests/Library/FoundationModels/Seeded.swift` is the same in Swift.
"""
import numpy


def uniform(name, count):
    """`count` float64 numbers of [-1, 1), multiples of 2^-23."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(seed) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
    return (z >> numpy.uint64(40)).astype(numpy.float64) / 2**23 - 1


def parameter(name, shape):
    """A weight of variance 2 / inputs, or what normalisation needs: scales and variances near 1, small shifts and means."""
    values = uniform(name, int(numpy.prod(shape)))
    if len(shape) > 1:
        values *= numpy.sqrt(6 / numpy.prod(shape[1:]))
    elif name.endswith("running_var"):
        values = 1 + 0.3 * values
    elif name.endswith("running_mean") or name.endswith("bias"):
        values *= 0.1
    else:
        values = 1 + 0.2 * values
    return values.astype(numpy.float32).reshape(shape)


def images(name, count, height, width):
    """Images in the range that normalised pixels have."""
    return (2 * uniform(name, count * 3 * height * width)).astype(numpy.float32).reshape(count, 3, height, width)


def samples(values, count=80):
    """Some of the numbers of each row of images x numbers, evenly spaced from the first on."""
    flat = values.reshape(len(values), -1)
    step = max(1, flat.shape[1] // count)
    return flat[:, ::step][:, :count]
