"""Makes the expectations of Tests/LibraryTests/Accumulation.swift: PyTorch's training with gradients that are accumulated over micro-batches, in double
precision, from the f32 weights after torch.manual_seed(0) on.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy safetensors   (any torch from 2.4 on will do)
Run:     venv/bin/python Tests/Fixtures/make_accumulation_fixtures.py

accumulation.safetensors holds PROGRAM/OPTIMIZER/MICRO-BATCHES/losses, one a step before the update, the gradients of the first step as they were clipped
(…/gradient/PARAMETER), and after three steps every parameter and state (…/after/NAME). Where no layer normalises over the batch, nothing depends on
the number of micro-batches but rounding, and `any` takes its place; 10 stands for larger numbers, too, whose micro-batches have a sample or none. Numbers of
the data: see `numbers`.

Each network also runs in f32. That it stays within FLOAT_DISTANCE of f64, that no value is near a kink and that clipping changes the gradients is asserted:
otherwise the expectations would say nothing about a step in f32.
"""
import os
import numpy as np, torch
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional as F

from networks import Chain

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "accumulation.safetensors")
# The last batch is a smaller one.
BATCHES = (10, 10, 9)
COUNTS = (1, 2, 3, 4, 7, 10, 16)
FLOAT_DISTANCE, KINK_DISTANCE = 2e-6, 4e-6
results = {}


def numbers(shape, step, stream=0):
    """Element i of step s is ((i * 37 + s * 101 + stream * 59) % 127 - 63) / 64: exact in f32."""
    index = np.arange(int(np.prod(shape)), dtype=np.int64)
    return torch.tensor(((index * 37 + step * 101 + stream * 59) % 127 - 63) / 64).reshape(shape)


def classes(count, number, step):
    return torch.tensor((np.arange(count) * 11 + step * 5) % number)


class Steps(nn.Module):
    """Tokens [N, 4] to logits [N, 4, 7]."""
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(7, 4)
        self.memory = nn.GRU(4, 5, batch_first=True)
        self.out = nn.Linear(5, 7)

    def forward(self, x):
        return self.out(self.memory(self.tokens(x))[0])


# No bias before a normalisation: its gradient is 0, and Adam divides rounding by rounding.
def rows():
    return Chain(layers=nn.Sequential(nn.Linear(6, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3)))


def normalized_images():
    return Chain(layers=nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3)))


def images():
    return Chain(layers=nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 2)))


def of_classes(output, labels):
    return F.cross_entropy(output, labels)


def of_tokens(output, labels):
    return F.cross_entropy(output.flatten(0, 1), labels.flatten())


def of_numbers(output, labels):
    return F.mse_loss(output, labels)


PROGRAMS = {
    # The network, inputs and targets of a step, the loss, and the numbers of micro-batches. A micro-batch of one row has no variance.
    "rows": (rows, lambda n, s: (numbers((n, 6), s), classes(n, 3, s)), of_classes, (1, 2, 3, 4)),
    "normalized-images": (normalized_images, lambda n, s: (numbers((n, 2, 6, 6), s), classes(n, 3, s)), of_classes, COUNTS),
    "images": (images, lambda n, s: (numbers((n, 2, 6, 6), s), numbers((n, 2), s, 1)), of_numbers, COUNTS),
    "tokens": (Steps, lambda n, s: (classes(4 * n, 7, s).reshape(n, 4), classes(4 * n, 7, s + 1).reshape(n, 4)), of_tokens, COUNTS),
}
# The optimizer, the bound of each element of the gradients, that of the norm of all.
OPTIMIZERS = {
    "sgd": (lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9), None, None),
    "adam": (lambda parameters: torch.optim.Adam(parameters, lr=0.01), None, 0.125),
    "bounded": (lambda parameters: torch.optim.SGD(parameters, lr=0.1), 0.0625, 0.125),
}


class Kinks:
    """The smallest distance of a value of relu from 0, and of the largest value of a window from the next one."""
    def __init__(self, network):
        self.smallest = float("inf")
        for module in network.modules():
            if isinstance(module, nn.ReLU):
                module.register_forward_pre_hook(self.see_relu)
            elif isinstance(module, nn.MaxPool2d):
                module.register_forward_pre_hook(self.see_pool)

    def see(self, distances):
        self.smallest = min(self.smallest, distances.min().item())

    def see_relu(self, module, arguments):
        self.see(arguments[0].detach().abs())

    def see_pool(self, module, arguments):
        windows = F.unfold(arguments[0].detach().flatten(0, 1)[:, None], module.kernel_size, stride=module.stride)
        first, second = windows.topk(2, dim=1).values.unbind(1)
        # Where relu gives 0 everywhere, it does not matter which one is taken.
        self.see(torch.where(first > 0, first - second, torch.inf))


def accumulated_step(network, loss, inputs, targets, count):
    """Leaves the gradients in the parameters; returns the loss. Each micro-batch renews the running statistics from those before the step; the step leaves
    the mean, weighted by the samples, and counts once."""
    samples = len(inputs)
    states = dict(network.named_buffers())
    before = {name: state.clone() for name, state in states.items()}
    sums = {name: torch.zeros_like(state) for name, state in states.items()}
    total = 0.0
    for number in range(count):
        part = slice(number * samples // count, (number + 1) * samples // count)
        share = (part.stop - part.start) / samples
        if share == 0:
            continue
        for name, state in states.items():
            state.copy_(before[name])
        value = loss(network(inputs[part]), targets[part]) * share
        value.backward()
        total += value.item()
        for name, state in states.items():
            sums[name] = state.clone() if name.endswith("num_batches_tracked") else sums[name] + share * state
    for name, state in states.items():
        state.copy_(sums[name])
    return total


def run(program, optimizer, count, dtype):
    make, data, loss, _ = PROGRAMS[program]
    make_optimizer, bound, norm = OPTIMIZERS[optimizer]
    torch.manual_seed(0)
    network = make().to(dtype)
    kinks = Kinks(network)
    own = make_optimizer(network.parameters())
    result, losses = {}, []
    for step, samples in enumerate(BATCHES):
        inputs, targets = (x.to(dtype) if x.is_floating_point() else x for x in data(samples, step))
        own.zero_grad()
        losses.append(accumulated_step(network, loss, inputs, targets, count))
        if bound:
            assert max(p.grad.abs().max().item() for p in network.parameters()) > 1.1 * bound, f"{program}, {optimizer}: no element is clipped"
            nn.utils.clip_grad_value_(network.parameters(), bound)
        if norm:
            found = nn.utils.clip_grad_norm_(network.parameters(), norm).item()
            assert found > 1.1 * norm, f"{program}, {optimizer}: the norm is {found}"
        if step == 0:
            for name, parameter in network.named_parameters():
                result[f"gradient/{name}"] = parameter.grad.clone()
        own.step()
    result["losses"] = torch.tensor(losses, dtype=torch.float64)
    for name, value in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            assert value == len(BATCHES)
        else:
            result[f"after/{name}"] = value
    return result, kinks.smallest


def distance(found, expected):
    return max(((found[name].double() - value.double()).abs().max() / value.double().abs().max()).item() for name, value in expected.items())


for program, (_, _, _, counts) in PROGRAMS.items():
    for optimizer in OPTIMIZERS:
        undivided, _ = run(program, optimizer, 1, torch.float64)
        depends = any("running_mean" in name for name in undivided)
        for count in counts:
            expected, kink = run(program, optimizer, count, torch.float64)
            rounded, _ = run(program, optimizer, count, torch.float32)
            of_float, of_count = distance(rounded, expected), distance(expected, undivided)
            print(f"{program}, {optimizer}, {count}: kinks {kink:.1e}, f32 {of_float:.1e}, undivided {of_count:.1e}")
            assert kink > KINK_DISTANCE and of_float < FLOAT_DISTANCE
            assert of_count > 1e-3 if depends and count > 1 else of_count < 1e-12
            if depends and count > 10:
                assert distance(expected, run(program, optimizer, 10, torch.float64)[0]) < 1e-12
            elif depends or count == 1:
                place = f"{program}/{optimizer}/{count if depends else 'any'}"
                for name, value in expected.items():
                    results[f"{place}/{name}"] = value.detach().numpy().astype(np.float64 if name == "losses" else np.float32)
save_file(results, OUT)
print(len(results), "tensors,", os.path.getsize(OUT), "bytes")
