"""What make_from_pytorch_sequences_fixtures.py and make_from_pytorch_functions_fixtures.py share: numbers that the Swift tests compute alike,
and notes of results."""
import os

import numpy as np
import torch
from safetensors.torch import save_file

FOLDER = os.path.dirname(os.path.abspath(__file__))
results = {}


def numbers(*shape, step=0, stream=0):
    """Element i of step s is ((i * 37 + s * 101 + stream * 59) % 127 - 63) / 64, as in Tests/LibraryTests/Support.swift."""
    index = np.arange(int(np.prod(shape)), dtype=np.int64)
    return torch.tensor(((index * 37 + step * 101 + stream * 59) % 127 - 63) / 64, dtype=torch.float32).reshape(shape)


def classes(*shape, number, step=0):
    """Element i of step s is (i * 11 + s * 5) % number."""
    return torch.tensor((np.arange(int(np.prod(shape))) * 11 + step * 5) % number).reshape(shape)


def fresh(kind):
    """A net with the initial weights of seed 0."""
    torch.manual_seed(0)
    return kind()


def note(name, value):
    value = value.detach().clone() if torch.is_tensor(value) else torch.tensor(value)
    assert name not in results and bool(torch.isfinite(value).all())
    results[name] = (value.int() if value.dtype == torch.int64 else value).contiguous()


def note_gradients(idiom, net, loss):
    """The loss, and after its backward pass the gradient of each parameter that has one."""
    loss.backward()
    note(f"{idiom}/loss", loss)
    for name, parameter in net.named_parameters():
        if parameter.grad is not None:
            note(f"{idiom}/gradient/{name}", parameter.grad)


def save(name):
    save_file(results, os.path.join(FOLDER, name))
