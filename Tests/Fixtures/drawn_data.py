"""Data that are drawn, written as the files that `martlet train` reads, and the built-in models with the data and the loss of each: what
Tests/pytorch-checkpoints and Tests/pytorch-accumulation train, with nothing to fetch. A loss takes an output, labels and inputs."""
import os

import numpy as np
from torch.nn import functional as F

import networks

# Samples of the test part.
TESTS = 16


def digits(folder, count):
    """IDX files of drawn images."""
    random = np.random.default_rng(5)
    for stem, size in (("train", count), ("t10k", TESTS)):
        images, labels = random.integers(0, 256, (size, 28, 28), dtype=np.uint8), random.integers(0, 10, size, dtype=np.uint8)
        for kind, magic, array in (("images-idx3-ubyte", 2051, images), ("labels-idx1-ubyte", 2049, labels)):
            with open(os.path.join(folder, f"{stem}-{kind}"), "wb") as file:
                file.write(np.array([magic, *array.shape], dtype=">i4").tobytes() + array.tobytes())
        if stem == "train":
            result = images[:, None], labels
    return result


def colours(folder, count):
    """The binary files of CIFAR-10, of drawn images."""
    random = np.random.default_rng(6)
    parts = np.array_split(np.arange(count), 5)
    images, labels = random.integers(0, 256, (count, 3, 32, 32), dtype=np.uint8), random.integers(0, 10, count, dtype=np.uint8)

    def write(name, chosen):
        records = np.concatenate([labels[chosen, None], images[chosen].reshape(len(chosen), -1)], axis=1)
        records.tofile(os.path.join(folder, name))

    for number, chosen in enumerate(parts):
        write(f"data_batch_{number + 1}.bin", chosen)
    write("test_batch.bin", np.arange(TESTS))
    return images, labels


def write_arrays(folder, images, labels, tests=0):
    """A folder of arrays. The last samples are for testing; without `tests` the first one is."""
    count = len(images) - tests
    for name, part in (("train", slice(0, count)), ("test", slice(count, None) if tests else slice(0, 1))):
        np.save(os.path.join(folder, f"x_{name}.npy"), images[part])
        np.save(os.path.join(folder, f"y_{name}.npy"), labels[part])
    return images, labels


def large_colours(folder, count):
    random, size = np.random.default_rng(7), count + TESTS
    return write_arrays(folder, random.integers(0, 256, (size, 3, 64, 64), dtype=np.uint8), random.integers(0, 10, size, dtype=np.int32), TESTS)


def rows(folder, count):
    random, size = np.random.default_rng(8), count + TESTS
    return write_arrays(folder, random.integers(0, 256, (size, 784), dtype=np.uint8), random.integers(0, 10, size, dtype=np.int32), TESTS)


def masks(folder, count):
    random, shape = np.random.default_rng(9), (count + TESTS, 1, 32, 32)
    return write_arrays(folder, random.integers(0, 256, shape, dtype=np.uint8), random.integers(0, 2, shape).astype(bool), TESTS)


def tokens(folder, count):
    """A text in windows of 64 bytes and the bytes that follow them. `martlet train` keeps the last tenth of all windows for testing."""
    windows = next(total for total in range(count, 2 * count) if total - max(round(total / 10), 1) == count)
    text = np.random.default_rng(10).choice(np.frombuffer(b"abcdefgh \n", dtype=np.uint8), windows * 64 + 1)
    text.tofile(os.path.join(folder, "text.txt"))
    return text[:-1].reshape(-1, 64), text[1:].reshape(-1, 64)


def of_classes(output, labels, inputs):
    return F.cross_entropy(output, labels)


def of_tokens(output, labels, inputs):
    return F.cross_entropy(output.flatten(0, 1), labels.flatten())


def of_masks(output, labels, inputs):
    return F.binary_cross_entropy_with_logits(output, labels.to(output.dtype))


def of_inputs(output, labels, inputs):
    return F.mse_loss(output, inputs)


IMAGE_DATA = {(1, 28, 28): digits, (3, 32, 32): colours}
# The network, its data, its loss.
MODELS = {name: (make, IMAGE_DATA[shape], of_classes) for name, (make, shape) in networks.BUILT_IN.items()} | {
    "resnet18": (networks.resnet18, colours, of_classes), "mobilenet-small": (networks.mobilenet_small, colours, of_classes),
    "wide-mlp": (networks.wide_mlp, rows, of_classes), "keras-cnn": (networks.keras_cnn, digits, of_classes),
    "resnet-stem": (networks.resnet_stem, large_colours, of_classes), "convnext-small": (networks.convnext_small, large_colours, of_classes),
    "unet-small": (networks.PixelNetwork, masks, of_masks), "autoencoder": (networks.autoencoder, rows, of_inputs),
    "gpt-small": (networks.gpt_small, tokens, of_tokens), "char-lstm": (networks.RecurrentLanguageModel, tokens, of_tokens),
}
