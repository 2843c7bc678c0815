"""Makes the pictures of Tests/Fixtures/images and what is expected of them, by Pillow.

Set-up:  python3 -m venv venv && venv/bin/pip install pillow numpy safetensors   (made with Pillow 13.0)
Run:     venv/bin/python Tests/Fixtures/make_image_fixtures.py

expected.safetensors holds u8[height, width, channels] for
- each file: its pixels on a white background, upright
- grey/FILE: convert("L")
- resize/HEIGHTxWIDTH and resize-grey/HEIGHTxWIDTH: rgb.png and grey.png with BILINEAR
- prepared/light and prepared/dark: the photo of 40 x 56 pixels as a model of [1, 28, 28] with a dark background takes it
"""
import io
import os
import shutil
import struct
import zlib
import numpy as np
from PIL import Image, ImageOps
from safetensors.numpy import save_file

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "images")
expected = {}


def picture(height, width, channels, noise=24, seed=0):
    """Slopes with some noise: every channel another one."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    slopes = [255 * x / width, 255 * y / height, 255 * (x + y) / (width + height)]
    planes = np.stack(slopes[:channels], axis=-1) + generator.integers(-noise, noise + 1, (height, width, channels))
    return np.clip(planes, 0, 255).astype(np.uint8)


def path(name):
    return os.path.join(OUT, name)


def note(name, array):
    array = np.asarray(array, dtype=np.uint8)
    expected[name] = np.ascontiguousarray(array if array.ndim == 3 else array[:, :, None])


def image(array):
    return Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array)


def write(name, data):
    with open(path(name), "wb") as file:
        file.write(data)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, depth, color_type, rows, before=b"", interlaced=False):
    """A file whose rows, each behind the number of its filter, are given."""
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def plain_rows(array):
    return b"".join(b"\0" + row.tobytes() for row in array)


def make_png():
    grey, rgb = picture(11, 13, 1), picture(11, 13, 3, seed=1)
    image(grey).save(path("grey.png"), optimize=True)
    note("grey.png", grey)
    image(rgb).save(path("rgb.png"), optimize=True)
    note("rgb.png", rgb)

    def on_white(source):
        white = Image.new("RGBA", source.size, (255, 255, 255, 255))
        return np.asarray(Image.alpha_composite(white, source.convert("RGBA")).convert("RGB"))

    alpha = np.mgrid[0:11, 0:13][1] * 255 // 12
    rgba = np.dstack([rgb, alpha.astype(np.uint8)])
    Image.fromarray(rgba).save(path("rgba.png"), optimize=True)
    note("rgba.png", on_white(Image.fromarray(rgba)))
    grey_alpha = Image.merge("LA", [image(grey), Image.fromarray(alpha.astype(np.uint8))])
    grey_alpha.save(path("grey-alpha.png"), optimize=True)
    note("grey-alpha.png", on_white(grey_alpha)[:, :, :1])

    palette = image(rgb).quantize(16)
    palette.save(path("palette.png"), optimize=True)
    note("palette.png", palette.convert("RGB"))
    palette.save(path("palette-transparent.png"), transparency=3, optimize=True)
    with Image.open(path("palette-transparent.png")) as saved:
        note("palette-transparent.png", on_white(saved.convert("RGBA")))
    bits = image(grey).convert("1", dither=Image.Dither.NONE)
    bits.save(path("one-bit.png"), optimize=True)
    note("one-bit.png", bits.convert("L"))

    # 16 bits a channel, big-endian; rounded to 8.
    generator = np.random.default_rng(2)
    for name, color_type, channels in [("grey-16.png", 0, 1), ("rgb-16.png", 2, 3)]:
        wide = generator.integers(0, 65536, (7, 5, channels))
        write(name, png(5, 7, 16, color_type, plain_rows(wide.astype(">u2"))))
        note(name, np.floor(wide / 257 + 0.5))

    # Adam7: seven smaller pictures.
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = b"".join(plain_rows(rgb[y::dy, x::dx]) for y, x, dy, dx in passes if rgb[y::dy, x::dx].size)
    write("interlaced.png", png(13, 11, 8, 2, rows, interlaced=True))
    note("interlaced.png", rgb)
    # The gamma of linear light: Pillow, too, leaves the numbers as they are.
    write("gamma.png", png(13, 11, 8, 2, plain_rows(rgb), before=chunk(b"gAMA", struct.pack(">I", 100000))))
    note("gamma.png", rgb)
    for name in ["interlaced.png", "gamma.png"]:
        with Image.open(path(name)) as saved:
            assert np.array_equal(np.asarray(saved), rgb), name

    # Not whole.
    whole = open(path("rgb.png"), "rb").read()
    write("truncated.png", whole[: len(whole) // 2])
    data = whole.index(b"IDAT")
    write("damaged.png", whole[: data + 40] + bytes([whole[data + 40] ^ 0x55]) + whole[data + 41 :])
    # A gigabyte that 70 bytes cannot hold.
    write("huge.png", png(16000, 16000, 8, 6, b"\0" * 64))


def make_jpeg():
    rgb, grey = picture(24, 37, 3, noise=40, seed=3), picture(24, 37, 1, noise=40, seed=4)

    def save(name, source, **options):
        image(source).save(path(name), quality=90, **options)
        with Image.open(path(name)) as saved:
            note(name, ImageOps.exif_transpose(saved))

    save("baseline.jpg", rgb)
    save("sharp.jpg", rgb, subsampling="4:4:4")
    save("progressive.jpg", rgb, progressive=True)
    save("grey.jpg", grey)
    small = picture(8, 12, 3, noise=0, seed=5)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[274] = orientation
        save(f"orientation-{orientation}.jpg", small, exif=exif, subsampling="4:4:4")
    # The other order of bytes, which Pillow does not write.
    little = struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 274, 3, 1, 6, 0, 0)
    save("orientation-6-little-endian.jpg", small, exif=b"Exif\0\0" + little, subsampling="4:4:4")
    assert np.array_equal(expected["orientation-6.jpg"], expected["orientation-6-little-endian.jpg"])

    image(rgb).convert("CMYK").save(path("cmyk.jpg"), quality=80)
    whole = open(path("baseline.jpg"), "rb").read()
    write("truncated.jpg", whole[: len(whole) * 3 // 4])
    # Ones in the middle of the coded pixels (a zero follows each byte of ones): no code of Huffman is all ones.
    middle = len(whole) * 2 // 3
    write("damaged.jpg", whole[:middle] + b"\xff\x00" * 30 + whole[middle + 60 :])
    # What cameras put behind the picture.
    write("followed.jpg", whole + b"a short film" * 4)
    note("followed.jpg", expected["baseline.jpg"])
    # The name of one format, the bytes of another.
    shutil.copyfile(path("grey.jpg"), path("really-a-jpeg.png"))
    note("really-a-jpeg.png", expected["grey.jpg"])
    write("text.png", b"This is no picture.\n")
    empty = io.BytesIO()
    image(small).save(empty, "GIF")
    write("really-a-gif.jpg", empty.getvalue())


def make_computations():
    for name in ["rgb.png", "baseline.jpg"]:
        note(f"grey/{name}", image(expected[name]).convert("L"))
    for name, key in [("rgb.png", "resize"), ("grey.png", "resize-grey")]:
        for height, width in [(5, 7), (4, 4), (1, 1), (11, 6), (6, 13), (28, 28), (40, 5), (12, 14)]:
            note(f"{key}/{height}x{width}", image(expected[name]).resize((width, height), Image.Resampling.BILINEAR))

    # A dark stroke on light paper and a light one on dark paper, upright.
    y, x = np.mgrid[0:56, 0:40]
    ring = np.abs(np.hypot(y - 30, x - 18) - 10) < 2.5
    for name, paper, ink in [("light", 230, 20), ("dark", 15, 240)]:
        photo = np.where(ring, ink, paper)[:, :, None] + picture(56, 40, 3, noise=2, seed=7) // 16
        photo = np.clip(photo, 0, 255).astype(np.uint8)
        Image.fromarray(photo).save(path(f"photo-{name}.png"), optimize=True)
        note(f"photo-{name}.png", photo)
        square = Image.fromarray(photo).crop((0, 8, 40, 48)).convert("L").resize((28, 28), Image.Resampling.BILINEAR)
        note(f"prepared/{name}", ImageOps.invert(square) if name == "light" else square)


os.makedirs(OUT, exist_ok=True)
make_png()
make_jpeg()
make_computations()
save_file(expected, path("expected.safetensors"))
