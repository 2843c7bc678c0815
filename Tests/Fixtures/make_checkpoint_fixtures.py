"""Makes the files of Tests/MartletTrainingTests/PyTorchCheckpoints.swift: state dicts of a small network with batch normalisation as PyTorch and
its users save them, the losses with which PyTorch goes on from them, and the state dicts of all built-in models.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy safetensors   (any torch from 2.4 on will do)
Run:     venv/bin/python Tests/Fixtures/make_checkpoint_fixtures.py

checkpoints/state-dicts.json   for each built-in model the name, shape and type of every entry of state_dict(), in its order
checkpoints/trained.safetensors  the network after three steps of Adam in f32, with Adam's state as `martlet train` names it
checkpoints/plain.safetensors  the same without Adam's state, as safetensors.torch.save_file(model.state_dict()) writes it
checkpoints/half, brain, double, prefixed, deeper  the same weights in F16, BF16, F64, and under prefixes with tensors of other owners
checkpoints/expected.safetensors  losses and, after the steps, statistics and weights; computed in f64 from the weights as f32
"""
import copy, json, os, sys
import numpy as np, torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "checkpoints")
sys.path.insert(0, HERE)
import networks

BATCH, RATE, STEPS = 16, 0.01, 5
TYPES = {torch.float32: "F32", torch.int64: "I64"}


def numbers(shape, step, stream=0):
    """Element i of step s is ((i * 37 + s * 101 + stream * 59) % 127 - 63) / 64: exact in f32."""
    index = np.arange(int(np.prod(shape)), dtype=np.int64)
    return torch.tensor(((index * 37 + step * 101 + stream * 59) % 127 - 63) / 64).reshape(shape)


def classes(step):
    return torch.tensor((np.arange(BATCH) * 11 + step * 5) % 3)


class Net(nn.Module):
    """`Net` of PyTorchCheckpoints.swift."""
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3, 1, 1, bias=False), nn.BatchNorm2d(4), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten())
        self.hidden = nn.Linear(36, 8)
        self.norm = nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        return self.out(self.norm(torch.tanh(self.hidden(self.features(x)))))


def loss(model, step):
    dtype = next(model.parameters()).dtype
    return F.cross_entropy(model(numbers((BATCH, 1, 6, 6), step).to(dtype)), classes(step))


def train(model, optimizer, steps):
    losses = []
    for step in steps:
        optimizer.zero_grad()
        value = loss(model, step)
        value.backward()
        losses.append(value.item())
        optimizer.step()
    return losses


def contiguous(tensors):
    return {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}


def first_loss(state):
    """The loss of step 3 in f64, of weights that f32 holds."""
    model = Net().double()
    model.load_state_dict({name: value.float().double() if value.is_floating_point() else value for name, value in state.items()}, strict=True)
    return [loss(model, 3).item()]


def main():
    os.makedirs(OUT, exist_ok=True)
    expected = {}

    def expect(name, values):
        expected[name] = torch.tensor(values, dtype=torch.float64) if isinstance(values, list) else values.detach().double().clone().contiguous()

    torch.manual_seed(7)
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    train(model, optimizer, range(3))
    state = contiguous(model.state_dict())
    adam = {}
    for name, parameter in model.named_parameters():
        own = optimizer.state[parameter]
        adam[f"{name}.exp_avg"], adam[f"{name}.exp_avg_sq"] = own["exp_avg"], own["exp_avg_sq"]
    adam["step"] = torch.tensor(3, dtype=torch.int32)
    save_file({**state, **contiguous(adam)}, os.path.join(OUT, "trained.safetensors"))
    save_file(state, os.path.join(OUT, "plain.safetensors"))

    # PyTorch goes on in f64, so that the rounding of the other side alone is measured.
    double = Net().double()
    double.load_state_dict(state)
    again = torch.optim.Adam(double.parameters(), lr=RATE)
    saved = copy.deepcopy(optimizer.state_dict())
    again.load_state_dict(saved)
    assert all(own["exp_avg"].dtype == torch.float64 for own in again.state.values())
    expect("losses", train(double, again, range(3, 3 + STEPS)))
    for name, value in double.state_dict().items():
        expect(f"after/{name}", value)
    for name, parameter in double.named_parameters():
        expect(f"after/{name}.exp_avg_sq", again.state[parameter]["exp_avg_sq"])

    # In other precisions. The weights in f64 lie between two numbers of f32.
    def cast(dtype):
        return {name: value.to(dtype) if value.is_floating_point() else value for name, value in state.items()}

    wide = {name: value * (1 - 2.0**-26) if value.is_floating_point() else value for name, value in cast(torch.float64).items()}
    for name, tensors in (("half", cast(torch.float16)), ("brain", cast(torch.bfloat16)), ("double", wide)):
        save_file(tensors, os.path.join(OUT, f"{name}.safetensors"))
        expect(f"{name}/losses", first_loss(tensors))
        # What conversion must give, bit for bit.
        expect(f"{name}/converted", torch.cat([value.float().flatten() for value in tensors.values() if value.is_floating_point()]))

    # As DataParallel and torch.compile wrap a module, beside tensors that the model lacks.
    prefixed = {f"module.{name}": value for name, value in state.items()}
    prefixed.update({"ema.decay": torch.tensor(0.999), "module.head.bias": torch.zeros(2), "quantized.weight": torch.ones(3, dtype=torch.int8),
                     "scales": torch.ones(2, dtype=torch.float8_e4m3fn), "epochs": torch.tensor(12)})
    save_file(prefixed, os.path.join(OUT, "prefixed.safetensors"))
    save_file({f"_orig_mod.net.{name}": value for name, value in state.items()}, os.path.join(OUT, "deeper.safetensors"))
    save_file(expected, os.path.join(OUT, "expected.safetensors"))

    built_in = dict(networks.BUILT_IN)
    built_in["resnet18"] = (networks.resnet18, (3, 32, 32))
    built_in["mobilenet-small"] = (networks.mobilenet_small, (3, 32, 32))
    models = {}
    for name, (build, _) in built_in.items():
        network = build()
        entries = network.state_dict()
        # The order in which an optimizer numbers the parameters is that of the state dict.
        assert [n for n, _ in network.named_parameters()] == [n for n in entries if n in dict(network.named_parameters())]
        models[name] = [[n, list(value.shape), TYPES[value.dtype]] for n, value in entries.items()]
    with open(os.path.join(OUT, "state-dicts.json"), "w") as file:
        file.write("{\n" + ",\n".join(
            f'"{name}": [\n' + ",\n".join("  " + json.dumps(entry) for entry in entries) + "]" for name, entries in models.items()) + "\n}\n")


main()
