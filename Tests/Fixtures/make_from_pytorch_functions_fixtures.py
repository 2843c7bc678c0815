"""The PyTorch halves of docs/from-pytorch-functions.md, and the numbers that they compute: the expectations of Tests/LibraryTests/FromPyTorchImages.swift
and FromPyTorchFunctions.swift.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy safetensors   (any torch from 2.4 on will do)
Run:     venv/bin/python Tests/Fixtures/make_from_pytorch_functions_fixtures.py

from-pytorch-functions.safetensors holds IDIOM/NAME for each number. Every Python block of the page stands in this file: a test compares.
"""
import torch
import torch.nn.functional as F
from torch import nn

from idioms import classes, fresh, note, note_gradients, numbers, save

x, y = numbers(8, 4), classes(8, number=3)
images = numbers(2, 1, 8, 8)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x)))


# Images


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(1, 4, 3, padding=1)
        self.middle = nn.Conv2d(4, 8, 3, padding=1)
        self.up = nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.out = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        near = F.relu(self.down(x))
        far = F.relu(self.middle(F.max_pool2d(near, 2)))
        return self.out(torch.cat([self.up(far), near], dim=1))


def masks():
    return (numbers(2, 1, 8, 8, stream=1) > 0).float()


def unet():
    net, mask = fresh(UNet), masks()
    logits = net(images)
    loss = F.binary_cross_entropy_with_logits(logits, mask)
    note("unet/logits", logits)
    note_gradients("unet", net, loss)


def dice():
    conv, mask = fresh(lambda: nn.Conv2d(1, 1, 3, padding=1)), masks()
    p = conv(images).sigmoid()
    both = (p * mask).sum(dim=(1, 2, 3))
    total = (p + mask).sum(dim=(1, 2, 3))
    loss = (1 - (2 * both + 1) / (total + 1)).mean()
    note_gradients("dice", conv, loss)


def resizing():
    conv = fresh(lambda: nn.Conv2d(1, 2, 3, padding=1))
    x = conv(images)
    large = F.interpolate(x, scale_factor=2)
    small = F.interpolate(x, size=(5, 3), mode="bilinear")
    note("resizing/large", large)
    note("resizing/small", small)
    note_gradients("resizing", conv, (large ** 2).mean() + (small ** 2).mean())


def pooling():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.MaxPool2d(3, stride=2, ceil_mode=True),
        nn.MaxPool2d(2, stride=1, dilation=2),
        nn.AdaptiveAvgPool2d((3, 1)),
        nn.Flatten(),
        nn.Linear(12, 3),
    )
    logits = net(numbers(2, 1, 12, 9))
    note("pooling/logits", logits)
    note_gradients("pooling", net, F.cross_entropy(logits, classes(2, number=3)))


def borders():
    torch.manual_seed(0)
    conv = nn.Conv2d(1, 2, 3, padding=1,
                     padding_mode="reflect")
    x = F.pad(images, (2, 2, 1, 1), mode="replicate")
    y = conv(x)
    note("borders/output", y)
    note_gradients("borders", conv, (y ** 2).mean())


def shuffling():
    conv, x = fresh(lambda: nn.Conv2d(1, 4, 3, padding=1)), images
    n, _, h, w = x.shape
    y = F.pixel_shuffle(conv(x), 2)
    patches = x.reshape(n, h // 4, 4, w // 4, 4)
    patches = patches.permute(0, 1, 3, 2, 4).flatten(3)
    note("shuffling/patches", patches)
    note("shuffling/output", y)
    note_gradients("shuffling", conv, F.mse_loss(y, numbers(2, 1, 16, 16, stream=1)))


def peaks():
    index = images.flatten(1).argmax(dim=1)
    row, column = index // 8, index % 8
    note("peaks/row", row)
    note("peaks/column", column)


# Losses


def distillation():
    torch.manual_seed(0)
    teacher, student = Net(), nn.Linear(4, 3)
    nets = nn.ModuleDict({"teacher": teacher, "student": student})
    with torch.no_grad():
        soft = (teacher(x) / 2).softmax(dim=1)
    log_probabilities = (student(x) / 2).log_softmax(dim=1)
    loss = F.kl_div(log_probabilities, soft,
                    reduction="batchmean") * 4
    note_gradients("distillation", nets, loss)


def soft_targets():
    net, target = fresh(Net), numbers(8, 3, stream=1).softmax(dim=1)
    loss = F.cross_entropy(net(x), target)
    note_gradients("soft", net, loss)


def weights_of_samples():
    net, weight = fresh(Net), numbers(8, stream=1).abs()
    losses = F.cross_entropy(net(x), y, reduction="none")
    loss = (losses * weight).sum() / weight.sum()
    note("samples/losses", losses)
    note_gradients("samples", net, loss)


def positive_weights():
    net, target = fresh(Net), (numbers(8, 3, stream=1) > 0.5).float()
    loss = F.binary_cross_entropy_with_logits(
        net(x), target, pos_weight=torch.tensor(3.0))
    note_gradients("positive", net, loss)


def chosen_actions():
    net, action, gain = fresh(Net), y, numbers(8, stream=1) + 0.5
    log_p = net(x).log_softmax(dim=1)
    chosen = log_p.gather(1, action[:, None])[:, 0]
    loss = -(chosen * gain).mean()
    note("actions/chosen", chosen)
    note_gradients("actions", net, loss)


def clamping():
    net, old, gain = fresh(lambda: nn.Linear(4, 1)), numbers(8, 1, stream=2) / 2, numbers(8, 1, stream=1) + 0.5
    ratio = (net(x) - old).exp()
    clipped = ratio.clamp(0.8, 1.2)
    loss = -torch.minimum(ratio * gain, clipped * gain).mean()
    note("clamping/clipped", clipped)
    note_gradients("clamping", net, loss)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(4, 4)
        self.decoder = nn.Linear(2, 4)

    def forward(self, x, noise):
        mean, log_var = self.encoder(x).chunk(2, dim=1)
        z = mean + noise * torch.exp(log_var / 2)
        return self.decoder(z), mean, log_var


def vae():
    net, noise = fresh(VAE), numbers(8, 2, stream=1)
    output, mean, log_var = net(x, noise)
    divergence = -0.5 * torch.sum(
        1 + log_var - mean ** 2 - log_var.exp())
    loss = F.mse_loss(output, x, reduction="sum") + divergence
    note("vae/output", output)
    note_gradients("vae", net, loss)


class Pairs(nn.Module):
    def __init__(self):
        super().__init__()
        self.image = nn.Linear(4, 8)
        self.text = nn.Linear(4, 8)

    def forward(self, a, b):
        a = F.normalize(self.image(a), dim=1)
        b = F.normalize(self.text(b), dim=1)
        return a @ b.T / 0.1


def pairs():
    net, a, b = fresh(Pairs), x, numbers(8, 4, stream=1)
    logits, own = net(a, b), torch.arange(8)
    loss = (F.cross_entropy(logits, own)
            + F.cross_entropy(logits.T, own)) / 2
    note("pairs/logits", logits)
    note_gradients("pairs", net, loss)


def triplets():
    net = fresh(lambda: nn.Linear(4, 8, bias=False))
    anchor, near, far = (net(numbers(8, 4, stream=stream)) for stream in range(3))
    loss = F.triplet_margin_loss(anchor, near, far)
    cosine = F.cosine_similarity(anchor, near)
    note("triplets/cosine", cosine)
    note_gradients("triplets", net, loss)


# Numbers


def histogram():
    bins, weight = classes(8, number=5), numbers(8, stream=1).abs()
    sums = torch.zeros(5).scatter_add(0, bins, weight)
    counts = torch.bincount(bins, minlength=5)
    rows = F.one_hot(bins, 5).T.float() @ x
    note("histogram/sums", sums)
    note("histogram/counts", counts)
    note("histogram/rows", rows)


def logarithms():
    net, target = fresh(lambda: nn.Linear(3, 1)), numbers(8, 1, stream=1).abs()
    a, b = x[:, 0], x[:, 1]
    features = torch.stack([
        torch.log1p(a.abs()), torch.expm1(b), torch.atan2(b, a),
    ], dim=1)
    output = F.softplus(net(features))
    loss = F.mse_loss(torch.log1p(output), torch.log1p(target))
    note("logarithms/features", features)
    note_gradients("logarithms", net, loss)


def plateau():
    net, rates, losses = fresh(Net), [], []
    optimizer = torch.optim.SGD(net.parameters(), lr=2.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=1, threshold=0.15)
    for epoch in range(12):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step(loss.item())
        losses.append(loss.item())
        rates.append(optimizer.param_groups[0]["lr"])
    note("plateau/losses", losses)
    note("plateau/rates", rates)
    print(rates, losses)


for idiom in (unet, dice, resizing, pooling, borders, shuffling, peaks, distillation, soft_targets, weights_of_samples, positive_weights, chosen_actions,
              clamping, vae, pairs, triplets, histogram, logarithms, plateau):
    idiom()
save("from-pytorch-functions.safetensors")
