"""Makes the expectations of the training loop's parts: losses, schedules, metrics, early stopping, range tests, averages, event files.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy scikit-learn pytorch-lightning tensorboard
Run:     venv/bin/python Tests/Fixtures/make_loop_fixtures.py

loop.safetensors holds the tensors of each test under GROUP/CASE/NAME; loop.tfevents is what TensorBoard's own writer makes of a few numbers;
pytorch/average_update*.gir, pytorch/iota*.gir and their .safetensors are cases of Tests/ConformanceTests/PyTorchFixtures.swift.
"""
import json, os, struct, warnings
import numpy as np, torch
from torch.nn import functional as F
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = {np.dtype(np.float32): "F32", np.dtype(np.float64): "F64", np.dtype(np.int32): "I32"}
results = {}


def array(value):
    return np.asarray(value.detach().numpy() if torch.is_tensor(value) else value, order="C")


def note(name, value, dtype=np.float64):
    results[name] = array(value).astype(dtype)


def save(path, tensors):
    header, data = {}, b""
    for key, value in tensors.items():
        header[key] = {"dtype": NAMES[value.dtype], "shape": list(value.shape), "data_offsets": [len(data), len(data) + value.nbytes]}
        data += value.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def numbers(shape, stream):
    """Element i is ((i * 37 + stream * 59) % 127 - 63) / 32: exact in f32."""
    index = np.arange(int(np.prod(shape)), dtype=np.int64)
    return torch.tensor(((index * 37 + stream * 59) % 127 - 63) / 32).reshape(shape)


# --- losses: gradients and values in double precision, of f32 logits ------------------------------------------------------------------
LABELS = torch.tensor([0, 3, -100, 2, 3, 1, -100])
WEIGHTS = [0.5, 2.0, 0.0, 1.25, 3.0]
for name, labels, options in [
    ("plain", LABELS.clamp(min=0), {}),
    ("smoothed", LABELS.clamp(min=0), dict(label_smoothing=0.1)),
    ("weighted", LABELS.clamp(min=0), dict(weight=WEIGHTS)),
    ("weighted-smoothed", LABELS.clamp(min=0), dict(weight=WEIGHTS, label_smoothing=0.2)),
    ("ignored", LABELS, dict(ignore_index=-100)),
    ("ignored-class", LABELS.clamp(min=0), dict(ignore_index=3)),
    ("ignored-smoothed", LABELS, dict(ignore_index=-100, label_smoothing=0.1)),
    ("all", LABELS, dict(weight=WEIGHTS, ignore_index=-100, label_smoothing=0.3)),
]:
    weight = torch.tensor(options["weight"], dtype=torch.float64) if "weight" in options else None
    logits = numbers((7, 5), len(name)).requires_grad_()
    loss = F.cross_entropy(logits, labels, **{**options, "weight": weight})
    loss.backward()
    note(f"cross-entropy/{name}/logits", logits, np.float32)
    note(f"cross-entropy/{name}/labels", labels, np.int32)
    note(f"cross-entropy/{name}/loss", loss)
    note(f"cross-entropy/{name}/gradient", logits.grad)
    if "label_smoothing" not in options:
        scores = F.log_softmax(numbers((7, 5), len(name)), dim=1).float().double().requires_grad_()
        loss = F.nll_loss(scores, labels, **{**options, "weight": weight})
        loss.backward()
        note(f"nll/{name}/logits", scores, np.float32)
        note(f"nll/{name}/labels", labels, np.int32)
        note(f"nll/{name}/loss", loss)
        note(f"nll/{name}/gradient", scores.grad)

# More classes than one constant holds.
many = 300
weight = torch.arange(1, many + 1, dtype=torch.float64) / 64
logits = numbers((4, many), 1).requires_grad_()
labels = torch.tensor([0, 255, 256, 299])
loss = F.cross_entropy(logits, labels, weight=weight)
loss.backward()
note("cross-entropy/many/logits", logits, np.float32)
note("cross-entropy/many/labels", labels, np.int32)
note("cross-entropy/many/loss", loss)
note("cross-entropy/many/gradient", logits.grad)

x, y = numbers((3, 8), 2), numbers((3, 8), 5)
y[0, 0], y[1, 1] = x[0, 0], x[1, 1] - 1  # equal, and exactly delta apart
for name, function in [("l1", F.l1_loss), ("huber-1", F.huber_loss), ("huber-0.25", lambda a, b: F.huber_loss(a, b, delta=0.25))]:
    leaf, target = x.clone().requires_grad_(), y.clone().requires_grad_()
    loss = function(leaf, target)
    loss.backward()
    note(f"distance/{name}/loss", loss)
    note(f"distance/{name}/gradient", leaf.grad)
    note(f"distance/{name}/target-gradient", target.grad)
note("distance/x", x, np.float32)
note("distance/y", y, np.float32)


# --- schedules: the factor of every step ---------------------------------------------------------------------------------------------
def factors(make, steps, set_up=lambda scheduler, step: scheduler.step()):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    scheduler = make(optimizer)
    found = []
    for step in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        set_up(scheduler, step + 1)
    return found


def per_epoch(steps_per_epoch):
    return lambda scheduler, step: scheduler.step() if step % steps_per_epoch == 0 else None


def in_epochs(steps_per_epoch):
    return lambda scheduler, step: scheduler.step(step / steps_per_epoch)


note("schedule/restarts-1", factors(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 2, 1), 40, in_epochs(5)))
note("schedule/restarts-2", factors(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 1, 2), 64, in_epochs(8)))
note("schedule/restarts-3", factors(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 2, 3), 110, in_epochs(4)))
note("schedule/one-cycle", factors(lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=60, cycle_momentum=False), 60, lambda s, n: s.step() if n < 60 else None))
note("schedule/one-cycle-other", factors(lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=33, pct_start=0.25, div_factor=10, final_div_factor=100,
                                                                           cycle_momentum=False), 33, lambda s, n: s.step() if n < 33 else None))
note("schedule/one-cycle-3", factors(lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=3, cycle_momentum=False), 3, lambda s, n: s.step() if n < 3 else None))
note("schedule/exponential", factors(lambda o: lr_scheduler.ExponentialLR(o, 0.9), 24, per_epoch(4)))
note("schedule/linear", factors(lambda o: lr_scheduler.LinearLR(o, 1.0, 0.0, total_iters=25), 30))


# --- metrics -------------------------------------------------------------------------------------------------------------------------
from sklearn import metrics

generator = np.random.default_rng(3)
outputs = generator.normal(size=(60, 7)).astype(np.float32)
labels = generator.integers(0, 6, 60)
outputs[np.arange(60), labels] += 1.0
outputs[:, 6] = -20  # neither a label nor ever found
outputs[:, 4] -= 30  # a label, never found
labels[labels == 5] = np.where(np.arange((labels == 5).sum()) % 2, 0, 1)  # found, but no label
ignored = np.where(np.arange(60) % 4 == 0, -100, labels)
note("metrics/outputs", outputs, np.float32)
note("metrics/labels", labels, np.int32)
note("metrics/ignored", ignored, np.int32)
for case, chosen in [("all", np.arange(60)), ("kept", np.nonzero(ignored != -100)[0])]:
    z, t = outputs[chosen].astype(np.float64), labels[chosen]
    found = z.argmax(1)
    assert 5 in found and 5 not in t and 4 in t and 4 not in found
    note(f"metrics/{case}/accuracy", metrics.accuracy_score(t, found))
    for k in (2, 3):
        note(f"metrics/{case}/top-{k}", metrics.top_k_accuracy_score(t, z, k=k, labels=np.arange(7)))
    for name, score in [("precision", metrics.precision_score), ("recall", metrics.recall_score), ("f1", metrics.f1_score)]:
        note(f"metrics/{case}/{name}", score(t, found, average="macro", zero_division=0))
        note(f"metrics/{case}/{name}-by-class", score(t, found, average=None, labels=np.arange(7), zero_division=0))
    loss = F.cross_entropy(torch.tensor(z), torch.tensor(t))
    note(f"metrics/{case}/loss", loss)
    note(f"metrics/{case}/perplexity", torch.exp(loss))

# --- early stopping ------------------------------------------------------------------------------------------------------------------
from pytorch_lightning.callbacks.early_stopping import EarlyStopping

nan, inf = float("nan"), float("inf")
VALUES = [1.0, 0.5, 0.75, 0.5, 0.4375, nan, 0.4375, 0.5, 0.375, 0.4375, 0.40625, 0.375, 0.5, 0.625, inf, 0.25]
note("stopping/values", VALUES)
for name, mode, patience, change in [
    ("smaller", "min", 3, 0.0), ("patient", "min", 6, 0.0), ("change", "min", 4, 0.0625), ("larger", "max", 3, 0.0), ("none", "min", 0, 0.0),
]:
    stopping = EarlyStopping("x", min_delta=change, patience=patience, mode=mode, check_finite=False)
    stopping.best_score = stopping.best_score.double()
    rows = []
    for value in VALUES:
        stop, _ = stopping._evaluate_stopping_criteria(torch.tensor(value, dtype=torch.float64))
        rows.append([stopping.best_score.item(), stopping.wait_count, float(stop)])
    note(f"stopping/{name}", rows)

# --- range tests: smoothed and ended as Lightning's callback, the steepest point by NumPy over the logarithm of the rate ----------------
for name, steps, function in [
    ("valley", 60, lambda r, i: 2 / (1 + (r * 300) ** 1.5) + 40 * r**2 + 0.02 * ((i * 37) % 11 - 5)),
    ("falling", 40, lambda r, i: 3 - r**0.25 + 0.01 * ((i * 29) % 7 - 3)),
    ("rising", 40, lambda r, i: 1 + 5 * r + 0.001 * i),
    ("explosion", 50, lambda r, i: 1.5 - 0.02 * i + (1000 * r if i > 31 else 0)),
]:
    rates = [1e-5 * (1 / 1e-5) ** (i / (steps - 1)) for i in range(steps)]
    losses = [float(np.float32(function(r, i))) for i, r in enumerate(rates)]
    average, best, smoothed, diverged = 0.0, 0.0, [], False
    for i, loss in enumerate(losses):
        average = 0.98 * average + 0.02 * loss
        smoothed.append(average / (1 - 0.98 ** (i + 1)))
        if i > 0 and smoothed[-1] > 4 * best:
            diverged = True
            break
        best = smoothed[-1] if i == 0 else min(best, smoothed[-1])
    slopes = np.gradient(smoothed[steps // 10 : -1], np.log(rates[: len(smoothed)])[steps // 10 : -1])
    suggestion = rates[steps // 10 + slopes.argmin()] if slopes.min() < 0 else nan
    note(f"range/{name}/losses", losses)
    note(f"range/{name}/smoothed", smoothed)
    note(f"range/{name}/diverged", float(diverged))
    note(f"range/{name}/suggestion", suggestion)

# --- clipped values and moving averages: least squares, five steps --------------------------------------------------------------------
for name, optimizer, bound in [("sgd", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), 0.25), ("adam", lambda p: torch.optim.Adam(p, lr=0.05), None)]:
    model = torch.nn.Linear(3, 2).double()
    with torch.no_grad():
        model.weight.copy_(numbers((2, 3), 7))
        model.bias.copy_(numbers((2,), 8))
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.75))
    average.update_parameters(model)  # the first call copies: the average begins with the initial values
    optimizer = optimizer(model.parameters())
    for step in range(5):
        optimizer.zero_grad()
        F.mse_loss(model(numbers((4, 3), step)), numbers((4, 2), step + 20)).backward()
        if bound:
            torch.nn.utils.clip_grad_value_(model.parameters(), bound)
        if step == 0:
            note(f"average/{name}/weight.gradient", model.weight.grad)
            note(f"average/{name}/bias.gradient", model.bias.grad)
        optimizer.step()
        average.update_parameters(model)
    note(f"average/{name}/weight", model.weight)
    note(f"average/{name}/bias", model.bias)
    note(f"average/{name}/weight.average", average.module.weight)
    note(f"average/{name}/bias.average", average.module.bias)


def update_case(name, average, new, decay):
    expected = decay * average + (1 - decay) * new
    shape = str(list(average.shape))
    with open(os.path.join(HERE, "pytorch", name + ".gir"), "w") as f:
        f.write(f"graph @{name.replace('-', '_')}(\n  input %e: f32{shape},\n  input %p: f32{shape}\n) -> (y: f32{shape}) {{\n"
                f"  %y = average_update(%e, %p) {{decay = {decay}}} : f32{shape}\n  return %y\n}}\n")
    save(os.path.join(HERE, "pytorch", name + ".safetensors"), {"e": array(average), "p": array(new), "expect y": array(expected)})


update_case("average_update", numbers((3, 11), 1).float(), numbers((3, 11), 2).float(), 0.9)
special = [nan, inf, -inf, 0.0, -0.0, 1.0, 3e38]
pairs = [(a, b) for a in special for b in special if not (a == b == 3e38)]
update_case("average_update-special", torch.tensor([a for a, _ in pairs]), torch.tensor([b for _, b in pairs]), 0.5)

# --- iota ----------------------------------------------------------------------------------------------------------------------------
for name, shape, axis in [("iota", [5], 0), ("iota-rows", [3, 4, 2], 0), ("iota-columns", [3, 4, 2], 1)]:
    view = [1] * len(shape)
    view[axis] = -1
    expected = torch.arange(shape[axis], dtype=torch.int32).reshape(view).expand(shape)
    with open(os.path.join(HERE, "pytorch", name + ".gir"), "w") as f:
        f.write(f"graph @{name.replace('-', '_')}() -> (y: i32{shape}) {{\n  %y = iota() {{axis = {axis}}} : i32{shape}\n  return %y\n}}\n")
    save(os.path.join(HERE, "pytorch", name + ".safetensors"), {"expect y": array(expected)})


# --- augmentation: a sample after the other, by torch.nn.functional.grid_sample and slices ---------------------------------------------
def uniform(key, stream, count):
    """Threefry-2x32, 20 rounds; the upper 24 bits of the first word [Salmon et al., 2011]."""
    mask = 0xFFFFFFFF
    schedule = [key[0], key[1], 0x1BD11BDA ^ key[0] ^ key[1]]
    found = []
    for position in range(count):
        a, b = (position + schedule[0]) & mask, (stream + schedule[1]) & mask
        for r in range(20):
            a = (a + b) & mask
            rotation = [13, 15, 26, 6, 17, 29, 16, 24][r % 8]
            b = ((b << rotation | b >> (32 - rotation)) & mask) ^ a
            if r % 4 == 3:
                injection = r // 4 + 1
                a = (a + schedule[injection % 3]) & mask
                b = (b + schedule[(injection + 1) % 3] + injection) & mask
        found.append((a >> 8) / 2**24)
    return np.array(found)


def augmented(images, key, shift=0, rotate=0, flip=False, crop=0, erase=0):
    count, _, height, width = images.shape
    streams = iter(range(100))
    draw = lambda: uniform(key, next(streams), count)
    rows, columns = np.zeros(count, int), np.zeros(count, int)
    for largest in [d for d in (shift, crop) if d]:
        rows += np.floor(draw() * (2 * largest + 1)).astype(int) - largest
        columns += np.floor(draw() * (2 * largest + 1)).astype(int) - largest
    mirrored = draw() < 0.5 if flip else np.zeros(count, bool)
    angles = np.radians(draw() * 2 * rotate - rotate) if rotate else np.zeros(count)
    roots = np.exp((draw() - 0.5) * np.log(2)) if erase else None
    tops, lefts = (draw(), draw()) if erase else (None, None)
    out = []
    for n, image in enumerate(images):
        if rotate:
            y, x = np.meshgrid(np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2, indexing="ij")
            # Counter-clockwise as one sees it: rows go down.
            from_x, from_y = x * np.cos(angles[n]) - y * np.sin(angles[n]), x * np.sin(angles[n]) + y * np.cos(angles[n])
            grid = torch.tensor(np.stack([from_x * 2 / (width - 1), from_y * 2 / (height - 1)], -1))
            image = F.grid_sample(image[None], grid[None], mode="bilinear", padding_mode="zeros", align_corners=True)[0]
        pad = shift + crop
        padded = F.pad(image, (pad,) * 4)
        image = padded[:, pad + rows[n] : pad + rows[n] + height, pad + columns[n] : pad + columns[n] + width].clone()
        if mirrored[n]:
            image = image.flip(2)
        if erase:
            side = np.sqrt(erase * height * width)
            tall, wide = (min(max(int(np.round(s)), 1), e) for s, e in [(side * roots[n], height), (side / roots[n], width)])
            top, left = int(tops[n] * (height - tall + 1)), int(lefts[n] * (width - wide + 1))
            image[:, top : top + tall, left : left + wide] = 0
        out.append(image)
    return torch.stack(out)


images = numbers((3, 2, 9, 7), 4).abs() + 0.5
for name, options in [
    ("shift=2", dict(shift=2)), ("flip", dict(flip=True)), ("crop=3", dict(crop=3)), ("rotate=40.0", dict(rotate=40)), ("rotate=180.0", dict(rotate=180)),
    ("erase=0.2", dict(erase=0.2)), ("shift=1,rotate=15.0,flip,crop=2,erase=0.1", dict(shift=1, rotate=15, flip=True, crop=2, erase=0.1)),
]:
    note(f"augmentation/{name}", augmented(images, (7, 3), **options), np.float32)
note("augmentation/last/key-8-4", augmented(images, (8, 4), shift=1, rotate=15, flip=True, crop=2, erase=0.1), np.float32)

save(os.path.join(HERE, "loop.safetensors"), results)

# --- event files ---------------------------------------------------------------------------------------------------------------------
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

with open(os.path.join(HERE, "loop.tfevents"), "wb") as f:
    writer = RecordWriter(f)
    writer.write(event_pb2.Event(wall_time=1700000000.25, file_version="brain.Event:2").SerializeToString())
    for tag, value, step in [("loss/training", 2.5, 1), ("loss/training", 1.0 / 3, 300), ("größe", -0.0, 0), ("accuracy", nan, 70000), ("a" * 200, inf, 2**40), ("a", 1e-3, -1)]:
        summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)])
        writer.write(event_pb2.Event(wall_time=1700000001.5, step=step, summary=summary).SerializeToString())
