"""The reference model trained by PyTorch, as its tutorial writes it (eager) or as fast as it goes (best: channels_last, fused Adam).

Prints one JSON line an epoch: seconds of training alone, test accuracy. Set-up: pip install 'torch==2.13.0+cpu' numpy
"""
import argparse, gzip, json, os, time
import numpy as np, torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--data", default=os.environ.get("MARTLET_DATA", os.path.expanduser("~/.cache/martlet/data")))
parser.add_argument("--variant", choices=["eager", "best"], default="eager")
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--threads", type=int, default=0)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
if options.threads:
    torch.set_num_threads(options.threads)


def read(name, offset):
    return np.frombuffer(gzip.open(os.path.join(options.data, name)).read(), np.uint8, offset=offset)


def load(part):
    images = torch.tensor(read(f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)).float() / 255
    return images, torch.tensor(read(f"{part}-labels-idx1-ubyte.gz", 8)).long()


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(1, 8, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(2))
        self.conv2 = nn.Sequential(nn.Conv2d(8, 16, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(2))
        self.conv3 = nn.Sequential(nn.Conv2d(16, 32, 3, 1, 1), nn.ReLU())
        self.out = nn.Linear(32 * 7 * 7, 10)

    def forward(self, x):
        return self.out(self.conv3(self.conv2(self.conv1(x))).flatten(1))


torch.manual_seed(options.seed)
images, labels = load("train")
test_images, test_labels = load("t10k")
model, best = CNN(), options.variant == "best"
if best:
    model, images = model.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=best)
loss_function = nn.CrossEntropyLoss()
for epoch in range(1, options.epochs + 1):
    start = time.perf_counter()
    for i in range(0, len(images), options.batch):
        loss = loss_function(model(images[i:i + options.batch]), labels[i:i + options.batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
    seconds = time.perf_counter() - start
    with torch.no_grad():
        accuracy = (model(test_images).argmax(1) == test_labels).float().mean().item()
    print(json.dumps({"epoch": epoch, "seconds": seconds, "accuracy": accuracy}), flush=True)
