"""A network with batch normalisation trained by PyTorch on MNIST, as Martlet's example `normalized` (Examples/lenet) is: the same initial
weights, the images in the order of the file, Adam.

Prints one JSON line with the test accuracy after the last epoch. Set-up: pip install 'torch==2.13.0+cpu' numpy
"""
import argparse, gzip, json, os
import numpy as np, torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--data", default=os.environ.get("MARTLET_DATA", os.path.expanduser("~/.cache/martlet/data")))
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--lr", type=float, default=0.001)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()


def read(name, offset):
    return np.frombuffer(gzip.open(os.path.join(options.data, name)).read(), np.uint8, offset=offset)


def load(part):
    images = torch.tensor(read(f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)).float() / 255
    return images, torch.tensor(read(f"{part}-labels-idx1-ubyte.gz", 8)).long()


torch.manual_seed(options.seed)
model = nn.Sequential(
    nn.Conv2d(1, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16 * 7 * 7, 10))
images, labels = load("train")
optimizer, loss_function = torch.optim.Adam(model.parameters(), lr=options.lr), nn.CrossEntropyLoss()
for epoch in range(options.epochs):
    for i in range(0, len(images), options.batch):
        optimizer.zero_grad()
        loss_function(model(images[i:i + options.batch]), labels[i:i + options.batch]).backward()
        optimizer.step()
model.eval()
images, labels = load("t10k")
with torch.no_grad():
    print(json.dumps({"seed": options.seed, "accuracy": (model(images).argmax(1) == labels).float().mean().item()}))
