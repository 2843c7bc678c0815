"""Makes the expectations of Tests/ConformanceTests/EveryBatch.swift: loss, logits, gradients and running statistics of every case of
batch_cases.py at every batch, computed by PyTorch in double precision.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy   (any torch from 2.4 on will do)
Run:     venv/bin/python Tests/Fixtures/make_batch_fixtures.py [CASE…]      a few minutes for all

Images and weights are not stored: both sides draw them, bit for bit. A tensor's numbers come from the 32-bit Mersenne Twister MT19937
(numpy.random.RandomState, PyTorchGenerator in Swift), seeded with the FNV-1a hash (32 bits) of "CASE/NAME" in UTF-8, one draw an element:
  images    the upper 8 bits: a byte. A batch of n is the first n samples of the largest one.
  labels    the draw modulo 10.
  weights   u = (upper 16 bits) / 2^15 - 1, times 2^(1 - e) with the smallest e for which 4^e is at least elements / first extent;
            of tensors of rank 1 one quarter of u, plus 1 for a 'weight' and for 'running_var'. All are exact in f32.

For each case there is batches/CASE.safetensors, where silu stands for relu and the mean of a window for its maximum batches/CASE.smooth.safetensors:
for each result a matrix of f64 (f32 in the smooth file, which f32 runs are compared with) with a row for each of BATCHES. A row is the sum, the norm (square root of the sum of
squares), the largest magnitude, then elements of the flat tensor: all of a tensor that has no more than the columns, else those at the positions
(draw modulo count) of the generator with seed 64. Rows of batches that a case leaves out are NaN. There are 64 elements, 16 in cases
of more than 24 results. Prints how far PyTorch's own f32 is from its f64, largest over the results, relative to a tensor's largest magnitude.
"""
import json, os, struct, sys
import numpy as np, torch
from torch import nn
from batch_cases import CASES
from draws import draws, named_draws

BATCHES = [1, 2, 3, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 100, 130]
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "batches")


def weight(case, name, shape):
    count = int(np.prod(shape, dtype=np.int64))
    u = (named_draws(f"{case}/{name}", count) >> 16).astype(np.float64) / 2**15 - 1
    if len(shape) == 1:
        u = u / 4 + (1 if name.endswith(("weight", "running_var")) else 0)
    else:
        exponent = 0
        while 4**exponent < count // shape[0]:
            exponent += 1
        u = u * 2.0 ** (1 - exponent)
    return torch.tensor(u.reshape(shape))


def without_kinks(module):
    for name, child in module.named_children():
        if isinstance(child, nn.ReLU):
            setattr(module, name, nn.SiLU())
        elif isinstance(child, nn.MaxPool2d):
            setattr(module, name, nn.AvgPool2d(child.kernel_size, child.stride, child.padding))
        else:
            without_kinks(child)
    return module


def results(name, case, batch, smooth, dtype):
    """Loss, logits, gradients and running statistics, by name."""
    model = (without_kinks if smooth else lambda m: m)(case.model()).to(dtype)
    with torch.no_grad():
        for key, tensor in [*model.named_parameters(), *model.named_buffers()]:
            if "num_batches" not in key:
                tensor.copy_(weight(name, key, tuple(tensor.shape)))
    size = int(np.prod(case.shape))
    images = torch.tensor((named_draws(f"{name}/images", batch * size) >> 24).astype(np.int64).reshape(batch, *case.shape))
    labels = torch.tensor((named_draws(f"{name}/labels", batch) % 10).astype(np.int64))
    logits = model(images if case.indices else images.to(dtype) / 255)
    loss = case.loss(logits, labels)
    loss.backward()
    found = {"loss": loss, "logits": logits}
    found |= {key: buffer for key, buffer in model.named_buffers() if "num_batches" not in key}
    found |= {f"{key}.gradient": p.grad for key, p in model.named_parameters()}
    return {key: tensor.detach().double().numpy().reshape(-1) for key, tensor in found.items()}


def summary(numbers, columns):
    count = len(numbers)
    positions = np.arange(columns) % count if count <= columns else draws(64, columns) % count
    return np.concatenate([[numbers.sum(), np.sqrt((numbers * numbers).sum()), np.abs(numbers).max()], numbers[positions]])


def save(path, tensors):
    header, data = {}, b""
    for key, a in tensors.items():
        dtype = {"float32": "F32", "float64": "F64"}[a.dtype.name]
        header[key] = {"dtype": dtype, "shape": list(a.shape), "data_offsets": [len(data), len(data) + a.nbytes]}
        data += a.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def make(name, case, smooth):
    rows, furthest = {}, (0, 0, "")
    largest = results(name, case, BATCHES[-1], smooth, torch.float64)
    kept = 16 if len(largest) > 24 else 64
    for batch in BATCHES:
        if batch < case.least_batch:
            continue
        exact, rounded = (results(name, case, batch, smooth, dtype) for dtype in (torch.float64, torch.float32))
        for key, numbers in exact.items():
            columns = min(kept, len(largest[key]))
            row = rows.setdefault(key, np.full((len(BATCHES), 3 + columns), np.nan))
            row[BATCHES.index(batch)] = summary(numbers, columns)
            distance = np.abs(rounded[key] - numbers).max() / max(np.abs(numbers).max(), 1e-300)
            furthest = max(furthest, (distance, batch, key))
    suffix = ".smooth" if smooth else ""
    save(os.path.join(OUT, f"{name}{suffix}.safetensors"), {k: v.astype(np.float32) if smooth else v for k, v in rows.items()})
    print(f"{name}{suffix}: {len(rows)} results; f32 is {furthest[0]:.1e} away in {furthest[2]} at batch {furthest[1]}", flush=True)


os.makedirs(OUT, exist_ok=True)
for name in sys.argv[1:] or CASES:
    make(name, CASES[name], False)
    if CASES[name].smooth:
        make(name, CASES[name], True)
