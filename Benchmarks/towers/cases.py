"""The stimuli of the towers' benchmark: images, or texts of given numbers of tokens.

`8` is 8 images, `8x77` 8 texts of 77 tokens, `256x5-60` 256 texts of 5 to 60 tokens in the order in which they were drawn,
`256x5-60s` the same sorted by length. Texts come in batches of 32 at most.
"""

import random

OPENING = {"bert-base": 101, "clip-b32-text": 49406}
CLOSING = {"bert-base": 102, "clip-b32-text": 49407}


def lengths(stimuli):
    """The number of tokens of each text, special tokens included."""
    count, length = stimuli.split("x")
    first, _, last = length.rstrip("s").partition("-")
    generator = random.Random(0)
    drawn = [generator.randint(int(first), int(last or first)) for _ in range(int(count))]
    return sorted(drawn, reverse=True) if length.endswith("s") else drawn


def batches(stimuli):
    every = lengths(stimuli)
    return [every[start:start + 32] for start in range(0, len(every), 32)]


def token_ids(text, count):
    """Some tokens of a text; those of one length may be the same, since no side looks."""
    return [1000 + (7919 * text + 104729 * place) % 29000 for place in range(count)]


def operations(model, stimuli):
    """Floating-point operations of the matrix products of one stimulus (the mean of all), counted two for each
    multiplication and addition; padding is not counted."""
    width, inner, depth, head = 768, 3072, 12, 0
    if model == "clip-b32-text":
        width, inner, head = 512, 2048, 512 * 512
    if model == "clip-b32-image":
        head = 768 * 512
    if "x" in stimuli:
        every, patches = lengths(stimuli), 0
    else:
        side, patch = (384 if model.endswith("384") else 224), (32 if "b32" in model else 16)
        every, patches = [(side // patch) ** 2 + 1], (side // patch) ** 2 * 3 * patch ** 2 * width
    total = sum(depth * (n * (4 * width ** 2 + 2 * width * inner) + 2 * n ** 2 * width) + patches + head for n in every)
    return 2 * total / len(every)
