"""The PyTorch halves of docs/from-pytorch.md, and the numbers that they compute: the expectations of Tests/LibraryTests/FromPyTorch.swift.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy safetensors   (any torch from 2.4 on will do)
Run:     venv/bin/python Tests/Fixtures/make_from_pytorch_fixtures.py

from-pytorch.safetensors holds IDIOM/NAME for each number, and in its metadata what `print(net)` prints; from-pytorch-net.safetensors is the state_dict
of a net of seed 7. Every Python block of the page stands in this file: a test compares.
"""
import os
import tempfile

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

FOLDER = os.path.dirname(os.path.abspath(__file__))
results = {}
path = os.path.join(tempfile.mkdtemp(), "net")


def numbers(*shape, step=0, stream=0):
    """Element i of step s is ((i * 37 + s * 101 + stream * 59) % 127 - 63) / 64, as in Tests/LibraryTests/Support.swift."""
    index = np.arange(int(np.prod(shape)), dtype=np.int64)
    return torch.tensor(((index * 37 + step * 101 + stream * 59) % 127 - 63) / 64, dtype=torch.float32).reshape(shape)


def classes(count, number, step=0):
    return torch.tensor((np.arange(count) * 11 + step * 5) % number)


def note(name, value):
    value = value.detach().clone() if torch.is_tensor(value) else torch.tensor(value)
    assert name not in results
    results[name] = value.contiguous()


batches = [(numbers(32, 4, step=step), classes(32, 3, step)) for step in range(4)]
x, y = batches[0]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 16)
        self.out = nn.Linear(16, 3)

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x)))


def fresh():
    torch.manual_seed(0)
    return Net()


def train(net, optimizer, name):
    """Four steps; notes the losses."""
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    note(name, losses)


def module():
    net = fresh()
    note("module/output", net(x))
    print(net)
    return repr(net)


def sequential():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Linear(4, 16),
        nn.ReLU(),
        nn.Linear(16, 3),
    )
    note("sequential/output", net(x))


def parameters():
    net = fresh()
    for name, parameter in net.named_parameters():
        print(name, list(parameter.shape))
    bias = net.out.bias.detach().clone()
    with torch.no_grad():
        net.out.bias.fill_(0.5)
    note("parameters/bias", bias)
    note("parameters/output", net(x))


def seed():
    torch.manual_seed(7)
    net = Net()
    note("seed/hidden.weight", net.hidden.weight)
    save_file(net.state_dict(), os.path.join(FOLDER, "from-pytorch-net.safetensors"))
    note("files/output", net(x))


def device():
    net = fresh()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net.to(device)


def training():
    losses = []
    net = fresh()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    for x, y in batches:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    note("training/losses", losses)


def groups():
    net = fresh()
    optimizer = torch.optim.SGD(
        [
            {"params": net.hidden.parameters(), "lr": 0.01},
            {"params": net.out.parameters(),
             "weight_decay": 0.1},
        ],
        lr=0.1, momentum=0.9)
    train(net, optimizer, "groups/losses")


def freezing():
    net = fresh()
    for parameter in net.hidden.parameters():
        parameter.requires_grad = False
    optimizer = torch.optim.Adam(net.out.parameters(), lr=1e-2)
    train(net, optimizer, "freezing/losses")


def schedule():
    net = fresh()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, T_max=len(batches))
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    note("schedule/losses", losses)


def modes():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 3))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net.train()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    net.eval()
    logits = net(x)
    note("modes/loss", loss)
    note("modes/output", logits)


def inference():
    net = fresh()
    net.eval()
    with torch.no_grad():
        probabilities = net(x).softmax(dim=1)
    note("inference/probabilities", probabilities)


def batch_sizes():
    net = fresh()
    with torch.no_grad():
        first = net(x[:4])
    note("batch_sizes/output", first)


def clipping():
    losses = []
    net = fresh()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    for x, y in batches:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.1)
        optimizer.step()
        losses.append(loss.item())
    note("clipping/losses", losses)


def accumulation():
    net = fresh()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    losses = []
    for x, y in batches:
        losses.append(F.cross_entropy(net(x), y).item())
        optimizer.zero_grad()
        for part, labels in zip(x.chunk(4), y.chunk(4)):
            loss = F.cross_entropy(net(part), labels) / 4
            loss.backward()
        optimizer.step()
    note("accumulation/losses", losses)


def losses():
    net = fresh()
    loss = F.cross_entropy(net(x), y, label_smoothing=0.1)
    note("losses/smoothed", loss)


def losses_of_classes():
    net = fresh()
    loss = F.cross_entropy(
        net(x), y, weight=torch.tensor([1.0, 2.0, 0.5]))
    note("losses/weighted", loss)
    loss.backward()
    note("losses/gradient", net.out.bias.grad)


def gradients():
    net = fresh()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    gradient = net.out.weight.grad
    note("gradients/out.weight", gradient)


def files():
    net = fresh()
    save_file(net.state_dict(), path)
    net.load_state_dict(load_file(path))


def optimizer_state():
    net = fresh()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    train(net, optimizer, "state/losses")
    torch.save({"model": net.state_dict(),
                "optimizer": optimizer.state_dict()}, path)

    saved = torch.load(path)
    net.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    state = optimizer.state_dict()["state"]
    note("state/out.bias.exp_avg", state[3]["exp_avg"])
    note("state/out.bias.exp_avg_sq", state[3]["exp_avg_sq"])
    train(net, optimizer, "state/losses after")


def custom_layer():
    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.full([4], 0.5))

        def forward(self, x):
            return x * self.scale

    torch.manual_seed(0)
    net = nn.Sequential(Scale(), nn.Linear(4, 3))
    note("layer/output", net(x))
    F.cross_entropy(net(x), y).backward()
    note("layer/0.scale", net[0].scale.grad)


def custom_operation():
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(context, x):
            context.save_for_backward(x)
            return x ** 3

        @staticmethod
        def backward(context, gradient):
            (x,) = context.saved_tensors
            return gradient * 3 * x ** 2

    torch.manual_seed(0)
    layer = nn.Linear(4, 3)
    loss = Cube.apply(layer(x)).mean()
    loss.backward()
    note("operation/loss", loss)
    note("operation/weight", layer.weight.grad)


def data():
    class Parabola(torch.utils.data.Dataset):
        def __len__(self):
            return 10

        def __getitem__(self, i):
            x = torch.tensor([i / 10])
            return x, x * x

    loader = torch.utils.data.DataLoader(
        Parabola(), batch_size=4)
    for x, y in loader:
        print(x, y)
    note("data/sums", [y.sum().item() for _, y in loader])


def activations():
    net = fresh()
    kept = {}
    net.hidden.register_forward_hook(
        lambda layer, inputs, y: kept.update(hidden=y))
    net(x)
    note("activations/hidden", kept["hidden"])


def shapes():
    x = numbers(2, 3, 4)
    y = x.reshape(2, 12)
    z = x.transpose(1, 2)
    both = torch.cat([x, x * 2], dim=1)
    part = x[:, 1:3, ::2]
    total = x.sum(dim=2)
    for name, value in zip("y z both part total".split(), (y, z, both, part, total)):
        note(f"shapes/{name}", value)


def accuracy():
    net = fresh()
    accuracy = (net(x).argmax(dim=1) == y).float().mean()
    note("accuracy/accuracy", accuracy)


def choosing():
    y = torch.where(x > 0, x, 0.1 * x)
    note("choosing/output", y)


def anomalies():
    with torch.autograd.set_detect_anomaly(True):
        loss = F.cross_entropy(fresh()(x), y)
        loss.backward()


printed = module()
for idiom in (sequential, parameters, seed, device, training, groups, freezing, schedule, modes, inference, batch_sizes, clipping, losses,
              losses_of_classes, gradients, files, optimizer_state, custom_layer, custom_operation, data, activations, shapes, accuracy, choosing, anomalies, accumulation):
    idiom()
save_file(results, os.path.join(FOLDER, "from-pytorch.safetensors"), metadata={"printed": printed})
