"""Makes the files of Tests/Fixtures/data, with NumPy and Python's own csv, gzip and zipfile, and what they hold.

Set-up:  python3 -m venv venv && venv/bin/pip install numpy      (2.4.6 made the committed files)
Run:     venv/bin/python Tests/Fixtures/make_data_fixtures.py

arrays.npz, arrays-deflated.npz   x_NAME in each element type, byte order, axis order and format version; want_NAME as f4, f8, i4, u1 or b1 in C order
zip64.npz                         the same arrays a and b with zip64 numbers wherever the format has a place for them
headers.npz                       y0, y1, …: one array under headers that NumPy accepts; n0, n1, …: headers that it refuses
sets.npz, colours.npz             data sets as Keras and MedMNIST have them
nasty.csv, nasty.txt              fields that need quotes, and the same fields between the separators U+001F and U+001E
numbers.csv, numbers.npy          numbers in all notations, and as float32
orders.npy                        [order, position]: permutations of 0 to 12 by the rule of SampleOrder, drawn by NumPy's Mersenne Twister
members.gz                        three members and padding
"""
import csv, gzip, io, os, random, zipfile
import numpy as np

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
os.makedirs(OUT, exist_ok=True)


def path(name):
    return os.path.join(OUT, name)


def npy(array, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return file.getvalue()


def archive(name, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path(name), "w", compression) as file:
        for member, data in members:
            info = zipfile.ZipInfo(member + ".npy", (2026, 1, 1, 0, 0, 0))
            info.compress_type = compression
            # As numpy.savez does.
            with file.open(info, "w", force_zip64=True) as target:
                target.write(data)


# Numbers that every type has; bounds beside them.
base = (np.arange(24).reshape(2, 3, 4) * 7 % 31).astype(np.int64)
wanted = {"b": "|b1", "f2": "<f4", "f4": "<f4", "f8": "<f8"}
members, count = [], 0
for kind in ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]:
    for order in "<>":
        if kind[1] == "1" and order == ">":
            continue
        dtype = np.dtype(order + kind)
        values = (base % 2 if kind == "b1" else base * 0.37 - 5 if kind[0] == "f" else base).astype(dtype)
        if kind[0] == "f":
            values.flat[:9] = [0.0, -0.0, np.inf, -np.inf, np.nan, np.finfo(dtype).tiny, np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max, -1.5]
        elif kind != "b1":
            info = np.iinfo(dtype)
            values.flat[:2] = [max(info.min, -(2**31)), min(info.max, 2**31 - 1)]
        want = np.ascontiguousarray(values.astype(
            "<f4" if kind == "f2" else "<" + kind if kind[0] == "f" else "|" + kind if kind in ("u1", "b1") else "<i4"))
        for layout in ["c", "fortran"]:
            array = np.asfortranarray(values) if layout == "fortran" else values
            name = f"{kind}_{'big' if order == '>' else 'little'}_{layout}"
            members += [("x_" + name, npy(array, [(1, 0), (2, 0), (3, 0)][count % 3])), ("want_" + name, npy(want))]
            count += 1
members += [("x_scalar", npy(np.array(3, "<i8"))), ("want_scalar", npy(np.array(3, "<i4")))]
members += [("x_none", npy(np.zeros((0, 3), "<f2", order="F"))), ("want_none", npy(np.zeros((0, 3), "<f4")))]
archive("arrays.npz", members)
archive("arrays-deflated.npz", members, zipfile.ZIP_DEFLATED)
for name in ["arrays.npz", "arrays-deflated.npz"]:
    with np.load(path(name)) as file:
        assert len(file.files) == len(members)
        for member in [m[2:] for m, _ in members if m.startswith("x_")]:
            assert np.array_equal(file["x_" + member].astype(file["want_" + member].dtype), file["want_" + member], equal_nan="f" in member)

# zip64 numbers from the first byte on.
limits = zipfile.ZIP64_LIMIT
zipfile.ZIP64_LIMIT = 4
archive("zip64.npz", [("a", npy(np.arange(5, dtype="<i4"))), ("b", npy(np.arange(3, dtype="<f4")))], zipfile.ZIP_DEFLATED)
zipfile.ZIP64_LIMIT = limits
assert b"PK\x06\x06" in open(path("zip64.npz"), "rb").read() and np.array_equal(np.load(path("zip64.npz"))["a"], np.arange(5))


def with_header(text, version=1):
    data = text.encode("latin1")
    length = len(data).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + data + np.arange(6, dtype="<f4").tobytes()


accepted = [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n",
    "{'descr':'<f4','fortran_order':False,'shape':(2,3)}",
    '{"shape": (2, 3), "fortran_order": False, "descr": "<f4"}',
    "  {'shape' :( 2 ,\t3 , ) , 'descr'\n:\n'<f4',\r\n 'fortran_order':  False  ,}   \n\n",
    "{'descr': u'<f4', 'fortran_order': False, 'shape': (2L, 3L), }\n",
    "{'descr': '=f4', 'fortran_order': False, 'shape': (2, 3), }  # a comment\n",
    "{'descr': 'f4', 'fortran_order': False, 'shape': (2, 3), 'shape': (2, 3)}",
]
refused = [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
    "{'descr': '<f4', 'shape': (2, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (6)}",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)",
    "{'descr': '<f4' 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} 1",
    "{'descr': '<f4', 'fortran_order': Falsehood, 'shape': (2, 3)}",
    "{'descr': '<q9', 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3),, }",
    "{'descr: '<f4', 'fortran_order': False, 'shape': (2, 3)}",
    "",
    "{}",
]
for header in accepted:
    got = np.lib.format.read_array(io.BytesIO(with_header(header)))
    assert got.dtype == np.float32 and np.array_equal(got, np.arange(6).reshape(2, 3)), header
for header in refused:
    try:
        np.lib.format.read_array(io.BytesIO(with_header(header)))
    except Exception:  # of several kinds, by the parser that gives up
        continue
    raise AssertionError("NumPy accepts " + header)
archive("headers.npz", [(f"y{i}", with_header(h)) for i, h in enumerate(accepted)] + [(f"n{i}", with_header(h)) for i, h in enumerate(refused)])

# As tf.keras.datasets.mnist keeps them; labels are u1, rows are samples.
images = (np.arange(12 * 4 * 4) * 13 % 256).astype(np.uint8).reshape(12, 4, 4)
labels = (np.arange(12) % 3).astype(np.uint8)
archive("sets.npz", [("x_test", npy(images[9:])), ("x_train", npy(images[:9])), ("y_train", npy(labels[:9])), ("y_test", npy(labels[9:]))],
        zipfile.ZIP_DEFLATED)
# As MedMNIST: three parts, colours last, labels of shape [N, 1].
colours = (np.arange(8 * 5 * 6 * 3) * 11 % 256).astype(np.uint8).reshape(8, 5, 6, 3)
column = np.array([[0], [4], [1], [0], [1], [0], [3], [1]], np.int64)
archive("colours.npz", [
    ("train_images", npy(colours[:4])), ("val_images", npy(colours[4:6])), ("test_images", npy(colours[6:])),
    ("train_labels", npy(column[:4])), ("val_labels", npy(column[4:6])), ("test_labels", npy(column[6:])),
    ("wanted_first", npy(np.ascontiguousarray(colours[:4].transpose(0, 3, 1, 2))))], zipfile.ZIP_DEFLATED)

generator = random.Random(1)
rows = [["plain", "with, comma", 'with "quotes"', "über", "last"]]
pieces = ["a", ",", '"', "\n", "\r\n", ";", "\t", "ü", "🙂", "b c", "'", "\\", "1.5"]
for _ in range(40):
    rows.append(["".join(generator.choice(pieces) for _ in range(generator.randrange(1, 6))) + "." for _ in range(5)])
# Spaces around fields do not count, so none begin or end there unquoted.
with open(path("nasty.csv"), "w", newline="", encoding="utf-8") as file:
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows[:20])
    csv.writer(file, lineterminator="\n").writerows([[field.strip("\t ") for field in row] for row in rows[20:]])
with open(path("nasty.csv"), newline="", encoding="utf-8") as file:
    read = list(csv.reader(file))
assert len(read) == len(rows)
with open(path("nasty.txt"), "w", newline="", encoding="utf-8") as file:
    file.write("\x1e".join("\x1f".join(row) for row in read))

texts = ["0", "-0", "+7", "1.", ".5", "-.25", "1e5", "1E-3", "2.5e+10", "123456789", "0.1", "3.4028234e38", "1e-45", "1e-60", "16777217",
         "123456789012345678901234567890", "0.000000000000000000000000000001234567890123456789", "9007199254740993", "-1e22", "1e23", "4.9e-324"]
for _ in range(180):
    texts.append(generator.choice(["%.3f", "%.17g", "%g", "%.25e", "%.9f"]) % (generator.uniform(-1, 1) * 10 ** generator.uniform(-20, 20)))
with open(path("numbers.csv"), "w") as file:
    file.write("a;b;c\n" + "".join(";".join(texts[i:i + 3]) + "\n" for i in range(0, len(texts), 3)))
np.save(path("numbers.npy"), np.array([float(t) for t in texts]).astype(np.float32).reshape(-1, 3))


def order(count, seed, epoch):
    twister = np.random.MT19937()
    twister._legacy_seeding((seed * 1_000_003 + epoch) % 2**32)
    result = list(range(count))
    for position in range(count - 1, 0, -1):
        bound = position + 1
        limit = 2**32 - 1 - (2**32 - 1) % bound
        while True:
            draw = int(twister.random_raw())
            if draw < limit:
                break
        result[position], result[draw % bound] = result[draw % bound], result[position]
    return result


np.save(path("orders.npy"), np.array([order(13, 0, 0), order(13, 1, 0), order(13, 0, 2), order(13, 123456, 7)], np.int32))

parts = [b"first ", b"", b"second " * 50]
with open(path("members.gz"), "wb") as file:
    for part in parts:
        file.write(gzip.compress(part, mtime=0))
    file.write(bytes(7))
assert gzip.open(path("members.gz")).read() == b"".join(parts)
