"""Makes the expectations of layers and functions of images and sequences, of reductions of losses, and of the plateau schedule.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy
Run:     venv/bin/python Tests/Fixtures/make_layer_fixtures.py

layers.safetensors holds tensors under GROUP/CASE/NAME. The inputs are not stored: element i is ((i * 37 + stream * 59) % 127 - 63) / 32, which is exact
in f32, with stream 1, and so are the numbers c of stream 2 in the loss sum(y * c). Values and gradients are PyTorch's in double precision.
"""
import json, os, struct
import numpy as np, torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler

HERE = os.path.dirname(os.path.abspath(__file__))
results = {}


def save(path, tensors):
    header, data = {}, b""
    for key, value in tensors.items():
        header[key] = {"dtype": {"float32": "F32", "float64": "F64"}[str(value.dtype)], "shape": list(value.shape),
                       "data_offsets": [len(data), len(data) + value.nbytes]}
        data += value.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def numbers(shape, stream):
    index = np.arange(int(np.prod(shape)), dtype=np.int64)
    return torch.tensor(((index * 37 + stream * 59) % 127 - 63) / 32).reshape(tuple(shape))


def note(name, value):
    value = value.detach().numpy() if torch.is_tensor(value) else np.asarray(value)
    # f32 is enough for a tolerance of 1e-5.
    results[name] = np.asarray(value, order="C").astype(np.float32 if value.size > 1 else np.float64)


def case(name, shape, function, ties=False):
    """Writes y and the gradients of x and, of a module, of its parameters, which the seed 5 draws."""
    x = numbers(shape, 1)
    x = (x.floor() if ties else x).requires_grad_()
    if isinstance(function, nn.Module):
        function = function.double()
    y = function(x)
    (y * numbers(y.shape, 2)).sum().backward()
    note(f"{name}/y", y)
    note(f"{name}/gradient", x.grad)
    if isinstance(function, nn.Module):
        for parameter, p in function.named_parameters():
            note(f"{name}/{parameter}.gradient", p.grad)


def seeded(make):
    torch.manual_seed(5)
    return make()


# --- adaptive pooling ------------------------------------------------------------------------------------------------------------------
for name, shape, size in [
    ("overlapping", (2, 3, 7, 9), (3, 4)), ("larger", (1, 2, 5, 6), (7, 6)), ("divided", (2, 2, 8, 8), (4, 2)), ("one-axis", (1, 2, 6, 11), (1, 5)),
    ("stretched", (1, 2, 4, 3), (8, 5)), ("prime", (1, 1, 13, 17), (5, 7)),
]:
    case(f"adaptive-average/{name}", shape, nn.AdaptiveAvgPool2d(size))
    case(f"adaptive-max/{name}", shape, nn.AdaptiveMaxPool2d(size), ties=True)

# --- interpolation ---------------------------------------------------------------------------------------------------------------------
# Extents whose positions in f32 are not those of exact arithmetic.
i, o = next((i, o) for i in range(3, 60) for o in range(i + 1, 60) if o % i and any(
    int(np.floor(np.float32(k) * (np.float32(i) / np.float32(o)))) != k * i // o for k in range(o)))
print("f32 differs at", i, o)
for name, shape, options in [
    ("doubled", (2, 2, 5, 7), dict(size=(10, 14))), ("tripled", (1, 2, 4, 3), dict(size=(12, 3))), ("larger", (2, 2, 5, 7), dict(size=(7, 10))),
    ("smaller", (2, 1, 9, 7), dict(size=(4, 3))), ("every-second", (1, 2, 6, 8), dict(size=(3, 2))), ("mixed", (1, 2, 6, 5), dict(size=(4, 15))),
    ("single", (1, 2, 5, 1), dict(size=(1, 4))), ("rounded", (1, 1, i, 2), dict(size=(o, 3))), ("factor", (1, 2, 6, 5), dict(scale_factor=1.5)),
    ("factors", (1, 2, 6, 5), dict(scale_factor=(2.5, 0.7))), ("factor-without-growth", (1, 2, 3, 4), dict(scale_factor=1.2)),
]:
    for mode, more in [("nearest", {}), ("bilinear", dict(align_corners=False)), ("aligned", dict(align_corners=True))]:
        case(f"{mode}/{name}", shape, lambda x: F.interpolate(x, **options, **more, mode="nearest" if mode == "nearest" else "bilinear"))

# --- padding ---------------------------------------------------------------------------------------------------------------------------
for mode in ("reflect", "replicate", "circular"):
    case(f"{mode}/sides", (2, 2, 4, 5), lambda x: F.pad(x, (2, 1, 1, 3), mode=mode))
    case(f"{mode}/one-side", (1, 2, 4, 5), lambda x: F.pad(x, (0, 4, 0, 0), mode=mode))
    case(f"{mode}/conv2d", (2, 2, 6, 7), seeded(lambda: nn.Conv2d(2, 3, (3, 2), stride=(1, 2), padding=(2, 1), padding_mode=mode)))
    case(f"{mode}/conv1d", (2, 2, 7), seeded(lambda: nn.Conv1d(2, 3, 3, padding=2, bias=False, padding_mode=mode)))

# --- sequences -------------------------------------------------------------------------------------------------------------------------
for name, channels, make in [
    ("conv1d-plain", 3, lambda: nn.Conv1d(3, 5, 3)), ("conv1d-strided", 4, lambda: nn.Conv1d(4, 6, 4, stride=3, padding=2, dilation=2, groups=2)),
    ("conv1d-pointwise", 3, lambda: nn.Conv1d(3, 4, 1, bias=False)), ("max-pool1d", 3, lambda: nn.MaxPool1d(3, 2, 1, ceil_mode=True)),
    ("max-pool1d-dilated", 3, lambda: nn.MaxPool1d(3, stride=1, dilation=4)), ("avg-pool1d", 3, lambda: nn.AvgPool1d(4, 3, 1, ceil_mode=True)),
    ("avg-pool1d-inside", 3, lambda: nn.AvgPool1d(4, 3, 1, ceil_mode=True, count_include_pad=False)),
]:
    case(f"sequence/{name}", (2, channels, 11), seeded(make))

# --- poolings and transposed convolutions as layers --------------------------------------------------------------------------------------
for name, make in [
    ("max-pool", lambda: nn.MaxPool2d((3, 2), stride=2, padding=1, dilation=(2, 1), ceil_mode=True)),
    ("avg-pool", lambda: nn.AvgPool2d((3, 2), stride=(2, 3), padding=1, ceil_mode=True)),
    ("avg-pool-inside", lambda: nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)),
    ("transposed-dilated", lambda: nn.ConvTranspose2d(2, 3, 3, padding=(1, 0), output_padding=1, dilation=2)),
    ("transposed-wide", lambda: nn.ConvTranspose2d(2, 4, 2, stride=2, padding=1, output_padding=(2, 3), dilation=4, groups=2)),
    ("transposed-strided", lambda: nn.ConvTranspose2d(2, 3, (3, 2), stride=(3, 1), padding=(2, 0), output_padding=(2, 1), dilation=(1, 2))),
]:
    case(f"image/{name}", (2, 2, 6, 7), seeded(make), ties=name == "max-pool")


# --- losses: c weighs the losses of the samples where they are not reduced --------------------------------------------------------------------
def classes(shape, count, stream):
    return (torch.arange(int(np.prod(shape))) * 11 + stream * 5).remainder(count).reshape(tuple(shape))


WEIGHTS = torch.tensor([0.5, 2.0, 0.0, 1.25, 3.0], dtype=torch.float64)


def loss_case(name, shape, function):
    x = numbers(shape, 1).requires_grad_()
    loss = function(x)
    (loss * numbers(loss.shape, 2) if loss.dim() else loss).sum().backward()
    note(f"loss/{name}/loss", loss)
    note(f"loss/{name}/gradient", x.grad)


for shape, title in [((6, 5), "rows"), ((3, 5, 4), "sequence"), ((2, 5, 2, 3), "image")]:
    samples = (shape[0], *shape[2:])
    labels = classes(samples, 5, 1)
    probabilities = numbers(shape, 3).softmax(1).float().double()
    note(f"loss/{title}/probabilities", probabilities)
    for reduction in ("mean", "sum", "none"):
        for kind, options in [("plain", {}), ("smoothed", dict(label_smoothing=0.1)), ("weighted", dict(weight=WEIGHTS)),
                              ("all", dict(weight=WEIGHTS, label_smoothing=0.3, ignore_index=3))]:
            loss_case(f"{title}/{reduction}/{kind}", shape, lambda x: F.cross_entropy(x, labels, reduction=reduction, **options))
            of_classes = {k: v for k, v in options.items() if k != "ignore_index"}
            loss_case(f"{title}/{reduction}/{kind}-probabilities", shape,
                      lambda x: F.cross_entropy(x, probabilities, reduction=reduction, **of_classes))
        loss_case(f"{title}/{reduction}/nll", shape, lambda x: F.nll_loss(x, labels, reduction=reduction))
        loss_case(f"{title}/{reduction}/nll-weighted", shape, lambda x: F.nll_loss(x, labels, weight=WEIGHTS, ignore_index=3, reduction=reduction))
for reduction in ("mean", "sum", "none"):
    target = numbers((3, 4), 3)
    loss_case(f"distance/{reduction}/mse", (3, 4), lambda x: F.mse_loss(x, target, reduction=reduction))
    loss_case(f"distance/{reduction}/l1", (3, 4), lambda x: F.l1_loss(x, target, reduction=reduction))
    loss_case(f"distance/{reduction}/huber", (3, 4), lambda x: F.huber_loss(x, target, delta=0.5, reduction=reduction))
    loss_case(f"distance/{reduction}/bce", (3, 4), lambda x: F.binary_cross_entropy_with_logits(x, target.abs() / 2, reduction=reduction))

# --- the plateau schedule: the rate after each value ----------------------------------------------------------------------------------------
VALUES = [1.0, 0.9, 0.9, 0.89999, 0.91, 0.8, 0.81, 0.82, 0.83, 0.79, 0.795, float("nan"), 0.79, 0.7, 0.6999, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.77, 0.78,
          float("inf"), 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, -1.0, -0.5, -0.5, -0.5, -0.5]
results["plateau/values"] = np.asarray(VALUES)
for name, options in [
    ("default", dict(patience=2)), ("impatient", dict(patience=0, factor=0.5)), ("cooldown", dict(patience=1, cooldown=2, factor=0.3)),
    ("threshold", dict(patience=1, threshold=0.1)), ("minimum", dict(patience=0, min_lr=0.01)), ("larger", dict(patience=2, mode="max", factor=0.7)),
    ("tiny", dict(patience=0, factor=0.01)),
]:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    rates = []
    for value in VALUES:
        scheduler.step(value)
        rates.append(optimizer.param_groups[0]["lr"])
    results[f"plateau/{name}"] = np.asarray(rates)



# --- a program: a class for each pixel, Tests/LibraryTests/ImagePrograms.swift ----------------------------------------------------------------
class Pixels(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(1, 4, 3, padding=1, padding_mode="reflect")
        self.pool = nn.MaxPool2d(2, ceil_mode=True)
        self.middle = nn.Conv2d(4, 4, 3, padding=1)
        self.out = nn.Conv2d(8, 3, 1)

    def forward(self, x):
        skipped = torch.tanh(self.down(x))
        up = F.interpolate(torch.tanh(self.middle(self.pool(skipped))), size=x.shape[2:], mode="bilinear")
        return self.out(torch.cat((skipped, up), 1))


torch.manual_seed(0)
pixels = Pixels().double()
optimizer = torch.optim.SGD(pixels.parameters(), lr=0.5)
scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, factor=0.25, threshold=0.5)
losses = []
for step in range(5):
    index = np.arange(4 * 7 * 5)
    x = torch.tensor(((index * 37 + step * 101) % 127 - 63) / 64).reshape(4, 1, 7, 5)
    labels = torch.tensor((index * 11 + step * 5) % 3).reshape(4, 7, 5)
    loss = F.cross_entropy(pixels(x), labels)
    optimizer.zero_grad()
    loss.backward()
    if step == 0:
        for name, p in pixels.named_parameters():
            note(f"program/{name}.gradient", p.grad)
    optimizer.step()
    scheduler.step(loss.item())
    losses.append(loss.item())
results["program/losses"] = np.asarray(losses)
results["program/rate"] = np.asarray(optimizer.param_groups[0]["lr"])

save(os.path.join(HERE, "layers.safetensors"), results)
print(len(results), "tensors,", sum(v.nbytes for v in results.values()), "bytes")
