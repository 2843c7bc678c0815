"""Makes the expectations of Tests/LibraryTests: the same programs in PyTorch, from the same initial weights (f32, torch.manual_seed) on, computed in
double precision.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy safetensors   (any torch from 2.4 on will do)
Run:     venv/bin/python Tests/Fixtures/make_library_fixtures.py

library.safetensors holds for each program its losses, one a step before the update (PROGRAM/losses), the gradients of the first step
(PROGRAM/gradient/PARAMETER) and what else it gives back (PROGRAM/NAME). Numbers of the data: see `numbers`.
"""
import os
import numpy as np, torch
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional as F

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "library.safetensors")
results = {}


def numbers(shape, step, stream=0):
    """Element i of step s is ((i * 37 + s * 101 + stream * 59) % 127 - 63) / 64: exact in f32."""
    count = int(np.prod(shape))
    index = np.arange(count, dtype=np.int64)
    return torch.tensor(((index * 37 + step * 101 + stream * 59) % 127 - 63) / 64).reshape(shape)


def classes(count, number, step):
    return torch.tensor((np.arange(count) * 11 + step * 5) % number)


def note(program, name, value):
    # A copy: later steps change the tensors in place.
    results[f"{program}/{name}"] = value.detach().clone().numpy() if torch.is_tensor(value) else np.array(value, dtype=np.float64)


def note_gradients(program, net):
    for name, parameter in net.named_parameters():
        if parameter.grad is not None:
            note(program, f"gradient/{name}", parameter.grad)


def train(program, net, optimizer, loss, steps=5):
    losses = []
    for step in range(steps):
        optimizer.zero_grad()
        value = loss(step)
        value.backward()
        if step == 0:
            note_gradients(program, net)
        losses.append(value.item())
        optimizer.step()
    note(program, "losses", losses)


class Regression(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 16)
        self.out = nn.Linear(16, 1)

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x)))


def regression():
    torch.manual_seed(0)
    net = Regression().double()
    train("regression", net, torch.optim.Adam(net.parameters(), lr=1e-2),
          lambda step: F.mse_loss(net(numbers([32, 4], step)), numbers([32, 1], step, 1)))
    note("regression", "prediction", net(numbers([7, 4], 9)))


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(12, 6), nn.ReLU(), nn.Linear(6, 3))
        self.decoder = nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 12), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


def autoencoder():
    torch.manual_seed(1)
    net = Autoencoder().double()
    image = lambda step: (numbers([20, 12], step) + 1) / 2
    train("autoencoder", net, torch.optim.RMSprop(net.parameters(), lr=1e-3), lambda step: F.mse_loss(net(image(step)), image(step)))
    note("autoencoder", "code", net.encoder(image(3)))


def adversarial():
    torch.manual_seed(2)
    generator = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 5)).double()
    critic = nn.Sequential(nn.Linear(5, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1)).double()
    of_generator = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.999))
    of_critic = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.999))
    critic_losses, generator_losses = [], []
    for step in range(5):
        noise, real = numbers([16, 3], step), numbers([16, 5], step, 2)
        of_critic.zero_grad()
        on_real, on_fake = critic(real), critic(generator(noise).detach())
        loss = F.binary_cross_entropy_with_logits(on_real, torch.ones_like(on_real)) + F.binary_cross_entropy_with_logits(
            on_fake, torch.zeros_like(on_fake))
        loss.backward()
        if step == 0:
            note_gradients("critic", critic)
        of_critic.step()
        critic_losses.append(loss.item())
        of_generator.zero_grad()
        judged = critic(generator(noise))
        loss = F.binary_cross_entropy_with_logits(judged, torch.ones_like(judged))
        loss.backward()
        if step == 0:
            note_gradients("generator", generator)
        of_generator.step()
        generator_losses.append(loss.item())
    note("critic", "losses", critic_losses)
    note("generator", "losses", generator_losses)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        # No bias before the normalisation: its gradient is 0, and Adam divides rounding by rounding.
        self.features = nn.Sequential(nn.Linear(10, 24, bias=False), nn.BatchNorm1d(24), nn.SiLU())
        self.head = nn.Linear(24, 37)

    def forward(self, x):
        return self.head(self.features(x))


def classifier():
    """37 classes, a frozen part first, then two groups with rates and decays of their own, clipped."""
    torch.manual_seed(3)
    net = Classifier().double()
    for parameter in net.features.parameters():
        parameter.requires_grad_(False)
    loss = lambda step: F.cross_entropy(net(numbers([40, 10], step)), classes(40, 37, step))
    train("frozen", net, torch.optim.SGD(net.head.parameters(), lr=0.1, momentum=0.9), loss, 3)
    note("frozen", "features.1.running_mean", net.features[1].running_mean)
    for parameter in net.features.parameters():
        parameter.requires_grad_(True)
    optimizer = torch.optim.AdamW(
        [{"params": net.features.parameters(), "lr": 1e-3, "weight_decay": 0.1}, {"params": net.head.parameters(), "lr": 1e-2}],
        weight_decay=0.01)
    losses, norms = [], []
    for step in range(4):
        optimizer.zero_grad()
        value = loss(step)
        value.backward()
        norms.append(nn.utils.clip_grad_norm_(net.parameters(), 0.5).item())
        losses.append(value.item())
        optimizer.step()
    note("groups", "losses", losses)
    net.eval()
    note("groups", "probabilities", torch.softmax(net(numbers([5, 10], 7)), 1))


class Scaled(nn.Module):
    """A layer with parameters of its own: a scale for each feature, Mish, and a table that is added."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 6)
        self.scale = nn.Parameter(torch.full([6], 0.5))
        self.last = nn.Linear(6, 2)

    def forward(self, x):
        return self.last(F.mish(self.first(x) * self.scale))


def own_layer():
    torch.manual_seed(4)
    net = Scaled().double()
    train("own", net, torch.optim.SGD(net.parameters(), lr=0.05), lambda step: F.mse_loss(net(numbers([9, 6], step)), numbers([9, 2], step, 1)))


class Positioned(nn.Module):
    """A parameter of the model itself."""

    def __init__(self):
        super().__init__()
        self.positions = nn.Parameter(torch.empty(5, 8).normal_(0, 0.02))
        self.mix = nn.Linear(8, 3)

    def forward(self, x):
        return self.mix((x + self.positions).flatten(0, 1))


def own_optimizer():
    """Lion [X. Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023], without a class of PyTorch's."""
    torch.manual_seed(5)
    net = Positioned().double()
    averages = [torch.zeros_like(p) for p in net.parameters()]
    losses = []
    for step in range(5):
        net.zero_grad()
        output = net(numbers([4, 5, 8], step))
        loss = F.cross_entropy(output, classes(20, 3, step))
        if step == 0:
            note("lion", "accuracy", (output.argmax(1) == classes(20, 3, step)).double().mean())
            note("lion", "positions", net.positions)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for parameter, average in zip(net.parameters(), averages):
                parameter -= 1e-3 * torch.sign(0.9 * average + 0.1 * parameter.grad)
                average.mul_(0.99).add_(0.01 * parameter.grad)
        if step == 0:
            note_gradients("lion", net)
    note("lion", "losses", losses)


for program in (own_optimizer, regression, autoencoder, adversarial, classifier, own_layer):
    program()
save_file(results, OUT)
for name in sorted(results):
    if name.endswith("/losses"):
        print(name, results[name])
