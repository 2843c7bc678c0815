"""Makes shapes/: twenty grey images of 16 x 16 pixels of each of three classes, as PNG."""
import os
import random
import struct
import zlib

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shapes")
SIZE = 16
random.seed(0)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(pixels):
    rows = b"".join(b"\0" + bytes(pixels[y * SIZE:(y + 1) * SIZE]) for y in range(SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def is_inside(kind, x, y, radius):
    if kind == "circle":
        return abs((x * x + y * y) ** 0.5 - radius) < 0.9
    if kind == "cross":
        return min(abs(x), abs(y)) < 0.9 and max(abs(x), abs(y)) <= radius
    return abs(max(abs(x), abs(y)) - radius) < 0.9


for kind in ["circle", "cross", "square"]:
    os.makedirs(os.path.join(FOLDER, kind), exist_ok=True)
    for number in range(20):
        radius, cx, cy = random.uniform(3, 6), random.uniform(6, 9), random.uniform(6, 9)
        brightness = random.randrange(150, 256, 15)
        pixels = [brightness if is_inside(kind, x - cx, y - cy, radius) else 0 for y in range(SIZE) for x in range(SIZE)]
        with open(os.path.join(FOLDER, kind, f"{number:02}.png"), "wb") as file:
            file.write(png(pixels))
