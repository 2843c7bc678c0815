"""Training steps of the other built-in models in PyTorch as fast as it goes: channels_last, fused Adam, random images.

Prints one JSON line a model with the median milliseconds a step. Set-up: pip install 'torch==2.13.0+cpu' numpy
"""
import argparse, json, statistics, time
import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("models", nargs="*")
parser.add_argument("--threads", type=int, default=0)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--steps", type=int, default=60)
options = parser.parse_args()
if options.threads:
    torch.set_num_threads(options.threads)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1), nn.ReLU(), nn.Conv2d(outputs, outputs, 3, 1, 1))
        self.skip = nn.Conv2d(inputs, outputs, 1, stride) if stride != 1 or inputs != outputs else nn.Identity()

    def forward(self, x):
        return torch.relu(self.body(x) + self.skip(x))


def convolutions(*sizes, kernel=3, padding=1):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Conv2d(inputs, outputs, kernel, padding=padding), nn.ReLU()]
    return layers


def lenet5():
    return (1, 28, 28), nn.Sequential(
        *convolutions(1, 6, kernel=5, padding=2), nn.MaxPool2d(2), *convolutions(6, 16, kernel=5, padding=0), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def mlp():
    return (784,), nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))


def vgg_small():
    return (3, 32, 32), nn.Sequential(
        *convolutions(3, 32, 32), nn.MaxPool2d(2), *convolutions(32, 64, 64), nn.MaxPool2d(2), *convolutions(64, 128), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2048, 10))


def resnet8():
    return (3, 32, 32), nn.Sequential(
        *convolutions(3, 16), Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


MODELS = {"lenet5": lenet5, "mlp": mlp, "vgg-small": vgg_small, "resnet8": resnet8}
for name in options.models or MODELS:
    torch.manual_seed(0)
    shape, model = MODELS[name]()
    images, labels = torch.rand(options.batch, *shape), torch.randint(0, 10, (options.batch,))
    if len(shape) == 3:
        model, images = model.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    optimizer, criterion, seconds = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True), nn.CrossEntropyLoss(), []
    for _ in range(options.steps + 5):
        start = time.perf_counter()
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"peer": "torch-best", "model": name, "batch": options.batch, "step_ms": statistics.median(seconds[5:]) * 1e3}),
          flush=True)
