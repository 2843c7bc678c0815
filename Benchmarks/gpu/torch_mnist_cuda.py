"""The reference model in PyTorch on a GPU: eager, or with the whole step in a CUDA graph. Prints one JSON object an epoch.

Usage: torch_mnist_cuda.py [--variant eager|graphed] [--epochs N]      $MARTLET_DATA names the folder of MNIST
"""
import argparse, gzip, json, os, time
import numpy, torch

parser = argparse.ArgumentParser()
parser.add_argument("--variant", choices=["eager", "graphed"], default="eager")
parser.add_argument("--epochs", type=int, default=10)
options = parser.parse_args()
torch.manual_seed(0)
device = torch.device("cuda")


def read(stem, offset):
    path = os.path.join(os.environ["MARTLET_DATA"], stem)
    data = gzip.open(path + ".gz").read() if os.path.exists(path + ".gz") else open(path, "rb").read()
    return numpy.frombuffer(data, numpy.uint8, offset=offset)


images = torch.from_numpy(read("train-images-idx3-ubyte", 16).copy()).reshape(-1, 1, 28, 28).to(device).float() / 255
labels = torch.from_numpy(read("train-labels-idx1-ubyte", 8).copy()).long().to(device)
block = lambda i, o: torch.nn.Sequential(torch.nn.Conv2d(i, o, 3, padding=1), torch.nn.ReLU())
model = torch.nn.Sequential(
    block(1, 8), torch.nn.MaxPool2d(2), block(8, 16), torch.nn.MaxPool2d(2), block(16, 32), torch.nn.Flatten(), torch.nn.Linear(1568, 10)
).to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, capturable=options.variant == "graphed", fused=True)
x, y = images[:64].clone(), labels[:64].clone()


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = torch.nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss


graph = None
if options.variant == "graphed":
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = step()
for epoch in range(options.epochs):
    torch.cuda.synchronize()
    start = time.perf_counter()
    for begin in range(0, len(images) - 63, 64):
        x.copy_(images[begin:begin + 64])
        y.copy_(labels[begin:begin + 64])
        if graph:
            graph.replay()
        else:
            loss = step()
    torch.cuda.synchronize()
    print(json.dumps({"event": "epoch", "variant": options.variant, "seconds": time.perf_counter() - start, "loss": loss.item()}))
