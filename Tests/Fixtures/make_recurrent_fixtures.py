"""Makes the expectations of Tests/MartletLayersTests/RecurrentLayers.swift: what PyTorch's LSTM, GRU and RNN give, in double precision, for
weights and inputs that are exact in f32.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy safetensors   (any torch from 2.4 on will do)
Run:     venv/bin/python Tests/Fixtures/make_recurrent_fixtures.py

recurrent.safetensors holds for each case `CASE/input`, the parameters `CASE/parameter.NAME` as `torch.manual_seed(3)` draws them, and what
is expected: `output`, the last states, and the gradients of the loss, the sum of all results times fixed numbers `CASE/factor.RESULT`.
"""
import os
import torch
from safetensors.torch import save_file

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recurrent.safetensors")
CASES = {
    "lstm": (torch.nn.LSTM, 3, 5, 4, 6, dict()),
    "gru": (torch.nn.GRU, 3, 5, 4, 6, dict()),
    "rnn": (torch.nn.RNN, 3, 5, 4, 6, dict()),
    "lstm-two-layers": (torch.nn.LSTM, 2, 4, 3, 5, dict(num_layers=2)),
    "gru-both-directions": (torch.nn.GRU, 2, 4, 3, 5, dict(bidirectional=True)),
    "lstm-both-directions-two-layers": (torch.nn.LSTM, 2, 3, 3, 4, dict(bidirectional=True, num_layers=2)),
    "lstm-one-step": (torch.nn.LSTM, 4, 1, 3, 5, dict()),
    # Elements of a step that are whole cache lines, a batch of several shards.
    "lstm-wide": (torch.nn.LSTM, 32, 3, 8, 16, dict()),
    "gru-wide": (torch.nn.GRU, 33, 3, 8, 16, dict()),
}

tensors = {}
for name, (kind, samples, steps, inputs, features, options) in CASES.items():
    torch.manual_seed(3)
    layer = kind(inputs, features, batch_first=True, **options)
    for key, parameter in layer.named_parameters():
        tensors[f"{name}/parameter.{key}"] = parameter.detach().clone()
    torch.manual_seed(5)
    x = torch.rand(samples, steps, inputs) * 4 - 2
    tensors[f"{name}/input"] = x
    layer.double()
    x = x.double().requires_grad_()
    output, last = layer(x)
    results = {"output": output} | dict(zip(["hidden", "cell"], last if isinstance(last, tuple) else (last,)))
    loss = 0
    for key, value in results.items():
        factor = torch.rand(value.shape) * 2 - 1
        tensors[f"{name}/factor.{key}"] = factor
        loss = loss + (value * factor.double()).sum()
        tensors[f"{name}/expect.{key}"] = value.detach()
    loss.backward()
    tensors[f"{name}/expect.loss"] = loss.detach()
    tensors[f"{name}/expect.input.gradient"] = x.grad
    for key, parameter in layer.named_parameters():
        tensors[f"{name}/expect.{key}.gradient"] = parameter.grad
save_file({key: value.contiguous() for key, value in tensors.items()}, OUT)
print(len(tensors), "tensors in", OUT)
