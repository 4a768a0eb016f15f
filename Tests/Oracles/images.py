"""JPEG and PNG files of every kind, what Pillow decodes them to, and what it makes of them in other sizes.

Run: python images.py
Needs: pillow 13.0.0, numpy 2.4.6, safetensors 0.8.0.
Writes Tests/Library/Formats/Fixtures/images: the files, and pixels.safetensors with the RGB pixels of each under its name, and those of
"source" resized under "FILTER WIDTHxHEIGHT".
"""
import pathlib
import struct
import zlib

import numpy
from PIL import Image, ImageOps, PngImagePlugin
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).parent.parent / "Library" / "Formats" / "Fixtures" / "images"
SIZES = [(30, 20), (17, 90), (61, 20), (25, 47), (100, 131), (1, 1), (61, 47), (60, 46), (3, 200), (100, 10), (48, 20), (47, 20)]


def scene(width, height, channels=3, seed=0):
    """Gradients, edges and noise."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[:height, :width]
    planes = [numpy.sin(x / (3 + c)) * 60 + y * (200 / height) + (x > width / 2) * 50 + random.normal(0, 12, (height, width))
              for c in range(channels)]
    return numpy.clip(numpy.stack(planes, -1), 0, 255).astype(numpy.uint8)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png16(pixels):
    """A PNG of 16 bits a channel, which Pillow does not write for colours."""
    height, width, channels = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def interlaced(pixels):
    """An Adam7 PNG, which Pillow does not write."""
    height, width, _ = pixels.shape
    data = b""
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        part = pixels[y0::dy, x0::dx]
        if part.size:
            data += b"".join(b"\0" + row.tobytes() for row in part)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    pixels = {}
    rgb = Image.fromarray(scene(53, 37))
    alpha = Image.fromarray(scene(53, 37, 4, seed=1), "RGBA")

    rgb.save(FOLDER / "rgb.jpg", quality=88)
    rgb.save(FOLDER / "444.jpg", quality=95, subsampling=0)
    rgb.save(FOLDER / "422-progressive.jpg", quality=80, subsampling=1, progressive=True)
    rgb.convert("L").save(FOLDER / "grey.jpg")
    rgb.convert("CMYK").save(FOLDER / "cmyk.jpg", quality=92)
    rgb.save(FOLDER / "rgb.png")
    rgb.convert("L").save(FOLDER / "grey.png")
    rgb.convert("1").save(FOLDER / "one-bit.png")
    rgb.quantize(11).save(FOLDER / "palette-4-bits.png", bits=4)
    rgb.quantize(200).save(FOLDER / "palette-transparent.png", transparency=3)
    alpha.save(FOLDER / "rgba.png")
    alpha.convert("LA").save(FOLDER / "grey-alpha.png")
    (FOLDER / "interlaced.png").write_bytes(interlaced(scene(53, 37)))
    for path in sorted(FOLDER.iterdir()):
        pixels[path.name] = numpy.array(Image.open(path).convert("RGB"))

    # Of 16 bits the upper 8 are taken. Pillow does so for colours; greys it would clip at 255.
    deep = numpy.random.default_rng(2).integers(0, 65536, (9, 7, 4))
    for name, channels in (("grey-16.png", 1), ("rgb-16.png", 3), ("rgba-16.png", 4)):
        (FOLDER / name).write_bytes(png16(deep[..., :channels]))
        pixels[name] = numpy.repeat(deep[..., :1] >> 8, 3, -1).astype(numpy.uint8) if channels == 1 else \
            numpy.array(Image.open(FOLDER / name).convert("RGB"))

    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        for ending in ("jpg", "png"):
            path = FOLDER / f"orientation-{orientation}.{ending}"
            Image.fromarray(scene(11, 6, seed=3)).save(path, exif=exif)
            pixels[path.name] = numpy.array(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))

    # XMP counts where EXIF says nothing.
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
    upright = Image.Exif()
    upright[0x0112] = 1
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", xmp.decode())
    turned = Image.fromarray(scene(11, 6, seed=3))
    turned.save(FOLDER / "orientation-xmp.jpg", xmp=xmp)
    turned.save(FOLDER / "orientation-xmp-exif.jpg", xmp=xmp, exif=upright)
    turned.save(FOLDER / "orientation-xmp.png", pnginfo=text)
    for path in sorted(FOLDER.glob("orientation-xmp*")):
        pixels[path.name] = numpy.array(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))

    source = Image.fromarray(scene(61, 47, seed=4))
    pixels["source"] = numpy.array(source)
    for size in SIZES:
        for name, kind in (("bilinear", Image.Resampling.BILINEAR), ("bicubic", Image.Resampling.BICUBIC)):
            pixels[f"{name} {size[0]}x{size[1]}"] = numpy.array(source.resize(size, kind))
    save_file({name: numpy.ascontiguousarray(value) for name, value in pixels.items()}, FOLDER / "pixels.safetensors")


main()
