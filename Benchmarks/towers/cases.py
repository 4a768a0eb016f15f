"""The stimuli of the towers' benchmark: images, or texts of given numbers of tokens.

`8` is 8 images, `8x77` 8 texts of 77 tokens, `128x5-60` 128 texts of 5 to 60 tokens in the order in which they were drawn,
`128x5-60s` the same sorted by length. Texts come in batches of 32 at most.
"""

import random

# The first and the last token of a text, and the words between: ids in a row.
TEXTS = {"bert-base": (101, 102, range(1000, 30000)), "clip-b32-text": (49406, 49407, range(320, 346))}


def word(model, token):
    """How a token is spelt: a single letter in CLIP, to whose tokenizer a digit is a word of its own."""
    return f"w{token}" if model == "bert-base" else chr(ord("a") + token - 320)


def token_ids(model, text, length):
    """The tokens of a text; texts 32 places apart begin alike."""
    first, last, words = TEXTS[model]
    return [first, *(words[(7919 * (text % 32) + 104729 * place) % len(words)] for place in range(length - 2)), last]


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
