"""The built-in models in PyTorch, with the parameter names of Sources/MartletLayers/Models: make_fixtures.py and make_batch_fixtures.py
compute with them."""
import torch
from torch import nn
from torch.nn import functional as F


class Chain(nn.Module):
    """Named parts one after the other."""
    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        for part in self.children():
            x = part(x)
        return x


class Mean(nn.Module):
    """The mean of each channel over the image."""
    def forward(self, x):
        return x.mean((2, 3))


class Residual(nn.Module):
    def __init__(self, *body):
        super().__init__()
        self.body = nn.Sequential(*body)

    def forward(self, x):
        return x + self.body(x)


class CNN(nn.Module):
    """The reference model."""
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(1, 8, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(2))
        self.conv2 = nn.Sequential(nn.Conv2d(8, 16, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(2))
        self.conv3 = nn.Sequential(nn.Conv2d(16, 32, 3, 1, 1), nn.ReLU())
        self.out = nn.Linear(32 * 7 * 7, 10)

    def forward(self, x):
        return self.out(self.conv3(self.conv2(self.conv1(x))).flatten(1))


class Block(nn.Module):
    """A residual block without normalisation."""
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1), nn.ReLU(), nn.Conv2d(outputs, outputs, 3, 1, 1))
        self.skip = nn.Sequential(*([nn.Conv2d(inputs, outputs, 1, stride)] if inputs != outputs or stride != 1 else []))
        self.last = nn.ReLU()

    def forward(self, x):
        return self.last(self.body(x) + self.skip(x))


class NormalizedBlock(nn.Module):
    """A residual block with batch normalisation."""
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
                                  nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        changes = inputs != outputs or stride != 1
        self.skip = nn.Sequential(*([nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)] if changes else []))
        self.last = nn.ReLU()

    def forward(self, x):
        return self.last(self.body(x) + self.skip(x))


class Attention(nn.Module):
    def __init__(self, features, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(features, 3 * features)
        self.projection = nn.Linear(features, features)

    def forward(self, x):
        n, t, e = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, e // self.heads).permute(2, 0, 3, 1, 4)
        return self.projection(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, e))


class TransformerBlock(nn.Module):
    def __init__(self, features, heads):
        super().__init__()
        self.attention = Residual(nn.LayerNorm(features), Attention(features, heads))
        self.network = Residual(nn.LayerNorm(features), nn.Linear(features, 2 * features), nn.GELU(), nn.Linear(2 * features, features))

    def forward(self, x):
        return self.network(self.attention(x))


class VisionTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(1, 64, 7, 7)
        self.positions = nn.Embedding(16, 64)
        self.blocks = nn.Sequential(TransformerBlock(64, 4), TransformerBlock(64, 4))
        self.norm = nn.LayerNorm(64)
        self.out = nn.Linear(64, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2) + self.positions.weight
        return self.out(self.norm(self.blocks(x)).mean(1))


def lenet5():
    return Chain(features=nn.Sequential(nn.Conv2d(1, 6, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
                                        nn.Flatten()),
                 classifier=nn.Sequential(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)))


def resnet8():
    return Chain(stem=nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1), nn.ReLU()), blocks=nn.Sequential(Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2)),
                 mean=Mean(), out=nn.Linear(64, 10))


def vgg_small():
    layers = []
    for step in ((3, 32), (32, 32), None, (32, 64), (64, 64), None, (64, 128), None):
        layers += [nn.Conv2d(*step, 3, 1, 1), nn.ReLU()] if step else [nn.MaxPool2d(2)]
    return Chain(features=nn.Sequential(*layers, nn.Flatten()), out=nn.Linear(2048, 10))


def mlp():
    return Chain(layers=nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10)))


def resnet18(width=64):
    w = width
    layers = [nn.Conv2d(3, w, 3, 1, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU(), NormalizedBlock(w, w, 1), NormalizedBlock(w, w, 1)]
    for channels in (w, 2 * w, 4 * w):
        layers += [NormalizedBlock(channels, 2 * channels, 2), NormalizedBlock(2 * channels, 2 * channels, 1)]
    return nn.Sequential(*layers, Mean(), nn.Linear(8 * w, 10))


def mobilenet_small(width=32):
    w = width
    layers = [nn.Conv2d(3, w, 3, 1, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU()]
    for i, o, stride in ((w, 2 * w, 1), (2 * w, 4 * w, 2), (4 * w, 4 * w, 1), (4 * w, 8 * w, 2)):
        layers += [nn.Conv2d(i, i, 3, stride, 1, groups=i, bias=False), nn.BatchNorm2d(i), nn.ReLU(),
                   nn.Conv2d(i, o, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU()]
    return nn.Sequential(*layers, Mean(), nn.Linear(8 * w, 10))


def normalized(inputs, outputs, kernel=3, stride=1, padding=1):
    """A convolution with batch normalisation and relu, as a list of layers."""
    return [nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


def wide_mlp():
    return nn.Sequential(nn.Linear(784, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 10))


def keras_cnn(dropout=0.4):
    features = [nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*features, nn.Flatten(), nn.Linear(64 * 7 * 7, 1024), nn.ReLU(), nn.Dropout(dropout), nn.Linear(1024, 10))


def resnet_stem():
    return nn.Sequential(*normalized(3, 64, 7, 2, 3), nn.MaxPool2d(3, 2, 1), NormalizedBlock(64, 64, 1), Mean(), nn.Linear(64, 10))


class DepthwiseBlock(nn.Module):
    """A depthwise convolution, then a network of two layers at each pixel."""
    def __init__(self, features):
        super().__init__()
        self.depthwise = nn.Conv2d(features, features, 7, padding=3, groups=features)
        self.norm = nn.LayerNorm(features)
        self.up = nn.Linear(features, 4 * features)
        self.down = nn.Linear(4 * features, features)

    def forward(self, x):
        pixels = self.norm(self.depthwise(x).movedim(1, 3))
        return x + self.down(F.gelu(self.up(pixels))).movedim(3, 1)


def convnext_small():
    return nn.Sequential(nn.Conv2d(3, 48, 4, 4), DepthwiseBlock(48), DepthwiseBlock(48), Mean(), nn.Linear(48, 10))


class PixelNetwork(nn.Module):
    """The U-net."""
    def __init__(self):
        super().__init__()
        self.down1 = nn.Sequential(*normalized(1, 16))
        self.down2 = nn.Sequential(*normalized(16, 32))
        self.middle = nn.Sequential(*normalized(32, 64))
        self.up2 = nn.ConvTranspose2d(64, 32, 2, stride=2)
        self.merge2 = nn.Sequential(*normalized(64, 32))
        self.up1 = nn.ConvTranspose2d(32, 16, 2, stride=2)
        self.merge1 = nn.Sequential(*normalized(32, 16))
        self.out = nn.Conv2d(16, 1, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        fine = self.down1(x)
        coarse = self.down2(self.pool(fine))
        lowest = self.middle(self.pool(coarse))
        merged = self.merge2(torch.cat((self.up2(lowest), coarse), dim=1))
        return self.out(self.merge1(torch.cat((self.up1(merged), fine), dim=1)))


def autoencoder():
    sizes = [784, 256, 32, 256, 784]
    layers = [layer for i, o in zip(sizes, sizes[1:]) for layer in (nn.Linear(i, o), nn.ReLU())]
    return nn.Sequential(*layers[:-1], nn.Sigmoid())


class CausalAttention(Attention):
    def forward(self, x):
        n, t, e = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, e // self.heads).permute(2, 0, 3, 1, 4)
        return self.projection(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(n, t, e))


class DecoderBlock(nn.Module):
    def __init__(self, features, heads, approximate):
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(features), CausalAttention(features, heads))
        self.network = nn.Sequential(nn.LayerNorm(features), nn.Linear(features, 4 * features), nn.GELU(approximate=approximate),
                                     nn.Linear(4 * features, features))

    def forward(self, x):
        x = x + self.attention(x)
        return x + self.network(x)


class LanguageModel(nn.Module):
    """Tokens [N, T] to logits [N, T, vocabulary]; with `tied` those of the embedding's table."""
    def __init__(self, vocabulary, positions, features, heads, blocks, tied, approximate):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, features)
        self.positions = nn.Parameter(torch.randn(positions, features) * 0.02)
        self.blocks = nn.Sequential(*(DecoderBlock(features, heads, approximate) for _ in range(blocks)))
        self.norm = nn.LayerNorm(features)
        if not tied:
            self.out = nn.Linear(features, vocabulary, bias=False)
        self.tied = tied

    def forward(self, x):
        hidden = self.norm(self.blocks(self.tokens(x) + self.positions[:x.shape[1]]))
        return F.linear(hidden, self.tokens.weight) if self.tied else self.out(hidden)


class RecurrentLanguageModel(nn.Module):
    """Tokens [N, T] to logits [N, T, 256]."""
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(256, 64)
        self.lstm = nn.LSTM(64, 256, batch_first=True)
        self.out = nn.Linear(256, 256)

    def forward(self, x):
        hidden, _ = self.lstm(self.tokens(x))
        return self.out(hidden)


def gpt_small():
    return LanguageModel(256, 64, 128, 4, 2, False, "none")


def gpt2():
    return LanguageModel(50257, 1024, 768, 12, 12, True, "tanh")


# The models that tests run, with the shape of a sample: narrow versions of the large ones, as Tests/TestSupport/TestModels.swift has them.
BUILT_IN = {
    "mnist-cnn": (CNN, (1, 28, 28)), "lenet5": (lenet5, (1, 28, 28)), "resnet8": (resnet8, (3, 32, 32)), "vgg-small": (vgg_small, (3, 32, 32)),
    "mlp": (mlp, (1, 28, 28)), "vit-small": (VisionTransformer, (1, 28, 28)),
    "resnet18": (lambda: resnet18(8), (3, 32, 32)), "mobilenet-small": (lambda: mobilenet_small(8), (3, 32, 32)),
}
