"""Pillow on the same images: prints milliseconds an image as JSON.

Usage: python peer.py FOLDER THREADS SECONDS   (or: make FOLDER, which writes the images)
The transform is what PyTorch's users write: Pillow's decoder, torchvision's Resize and CenterCrop of a PIL image (Pillow's resize and
crop), and ToTensor and Normalize in numpy, into one batch. With several threads a pool of as many decodes and resizes.
"""
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
from PIL import Image

MEAN = numpy.array([0.48145466, 0.4578275, 0.40821073], numpy.float32)
DEVIATION = numpy.array([0.26862954, 0.26130258, 0.27577711], numpy.float32)


def scene(seed):
    """1024 x 768 pixels that compress about as a photograph does: gradients, edges, some noise."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[:768, :1024]
    planes = [128 + 60 * numpy.sin(x / (23 + 9 * c + seed % 7)) * numpy.cos(y / 31) + 40 * ((x + y * (c + 1)) // 97 % 2)
              + random.normal(0, 6, x.shape) for c in range(3)]
    return Image.fromarray(numpy.clip(numpy.stack(planes, -1), 0, 255).astype(numpy.uint8))


def make(folder):
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    scene(0).save(folder / "photo.jpg", quality=90)
    scene(0).save(folder / "photo.png")
    for number in range(100):
        scene(number).save(folder / f"photos/{number}.jpg", quality=90)


def median(seconds, body):
    body()
    times = []
    while sum(times) < seconds:
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


def transformed(path, target):
    image = Image.open(path).convert("RGB")
    scale = 384 / min(image.size)
    width, height = (max(384, int(side * scale)) for side in image.size)
    image = image.resize((width, height), Image.Resampling.BICUBIC)
    left, top = round((width - 384) / 2), round((height - 384) / 2)
    pixels = numpy.asarray(image.crop((left, top, left + 384, top + 384)), numpy.float32)
    pixels = (pixels / 255 - MEAN) / DEVIATION
    target[...] = pixels.transpose(2, 0, 1)


def main():
    if sys.argv[1] == "make":
        return make(Path(sys.argv[2]))
    folder, threads, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    photo = Image.open(folder / "photo.jpg").convert("RGB")
    files = [folder / f"photos/{number}.jpg" for number in range(100)]
    batch = numpy.empty((100, 3, 384, 384), numpy.float32)
    pool = ThreadPoolExecutor(threads)

    def transform():
        work = map if threads == 1 else pool.map
        list(work(transformed, files, batch))

    results = {
        "jpeg": median(seconds, lambda: Image.open(folder / "photo.jpg").convert("RGB")),
        "png": median(seconds, lambda: Image.open(folder / "photo.png").convert("RGB")),
        "resize": median(seconds, lambda: photo.resize((512, 384), Image.Resampling.BICUBIC)),
        "transform": median(seconds, transform) / 100,
    }
    print(json.dumps({name: 1000 * value for name, value in results.items()}))


main()
