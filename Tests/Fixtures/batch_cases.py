"""The networks of make_batch_fixtures.py: those of Tests/ConformanceTests/BatchCases.swift, under the same names and in the same order."""
from dataclasses import dataclass
from typing import Callable
import torch
from torch import nn
from torch.nn import functional as F
from networks import BUILT_IN, Attention, CausalAttention, Chain, NormalizedBlock, Residual


@dataclass
class Case:
    shape: tuple
    model: Callable
    loss: Callable = F.cross_entropy
    indices: bool = False
    least_batch: int = 1
    # Whether a second file holds what the network without kinks gives: silu for relu, average pooling for the maximum.
    smooth: bool = False


class Function(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return self.body(x)


class PositionEmbedding(nn.Embedding):
    def forward(self, x):
        return x + self.weight


def outputs(layer):
    """A recurrent layer that gives the hidden states of all steps alone."""
    forward = layer.forward
    layer.forward = lambda x: forward(x)[0]
    return layer


def network(shape, *layers, **options):
    """`layers` make the modules anew for each use."""
    return Case(shape, lambda: Chain(layers=nn.Sequential(*[layer() for layer in layers])), **options)


def recurrent(kind, *sizes): return lambda: outputs(kind(*sizes, batch_first=True))
def linear(i, o, bias=True): return lambda: nn.Linear(i, o, bias)
def conv(i, o, kernel, stride=1, padding=0, dilation=1, groups=1, bias=True):
    return lambda: nn.Conv2d(i, o, kernel, stride, padding, dilation, groups, bias)
def padded_conv(i, o, kernel, padding, mode): return lambda: nn.Conv2d(i, o, kernel, padding=padding, padding_mode=mode)
def upsample(factor, mode): return lambda: nn.Upsample(scale_factor=factor, mode=mode)
def function(body): return lambda: Function(body)
def max_pool(*a, **options): return lambda: nn.MaxPool2d(*a, **options)
def average_pool(*a, **options): return lambda: nn.AvgPool2d(*a, **options)
def norm1(features): return lambda: nn.BatchNorm1d(features)
def norm2(channels): return lambda: nn.BatchNorm2d(channels)
def layer_norm(*shape): return lambda: nn.LayerNorm(shape)


relu, tanh, flatten = nn.ReLU, nn.Tanh, nn.Flatten


def shapes(x):
    part = F.pad(x, (0, 2, 1, 0), value=0.25)[:, 1:4, 0:7:2, 1:8]
    return torch.cat((part, part.tanh()), 1).permute(0, 2, 3, 1)


def functions(x):
    y = x.abs() + 0.5
    roots = y.log() + y.sqrt() * (x * -0.5).exp() + y.rsqrt()
    return roots + x.erf() + y ** 1.5 + torch.minimum(torch.maximum(x, x * x), y)


def activation(layer): return network((24,), linear(24, 20), layer, linear(20, 10))
def loss_of_rows(loss): return network((24,), linear(24, 10), loss=loss)
def weighted(x, labels):
    weights = torch.tensor([0.5, 2, 1, 0.25, 3, 1.5, 0.75, 1, 2.5, 0.125], dtype=x.dtype)
    return F.cross_entropy(x, labels, weight=weights, ignore_index=7)


def one_hot(x, labels): return F.one_hot(labels, 10).to(x.dtype)


CASES = {
    "linear": network((24,), linear(24, 33), relu, linear(33, 10)),
    "linear-sequence": network((6, 8), linear(8, 12), tanh, flatten, linear(72, 10)),

    "lstm": network((6, 8), recurrent(nn.LSTM, 8, 12), flatten, linear(72, 10)),
    "gru-two-layers": network((5, 16), recurrent(nn.GRU, 16, 16, 2), recurrent(nn.RNN, 16, 7), flatten, linear(35, 10)),

    "conv": network((3, 10, 10), conv(3, 8, 3, 1, 1), relu, max_pool(2), flatten, linear(200, 10)),
    "conv-deep": network((3, 12, 12), conv(3, 16, 3, 1, 1), relu, conv(16, 16, 3, 1, 1), relu, max_pool(2), flatten, linear(576, 10), smooth=True),
    "conv-strided": network((4, 11, 9), conv(4, 12, 3, 2, 1), relu, flatten, linear(360, 10)),
    "conv-dilated": network((3, 9, 9), conv(3, 6, 3, 1, 1), tanh, conv(6, 8, 3, 1, 2, 2), relu, flatten, linear(648, 10)),
    "conv-grouped": network((3, 8, 8), conv(3, 8, 1), tanh, conv(8, 12, 3, 1, 1, 1, 4), relu, flatten, linear(768, 10)),
    "conv-depthwise": network((3, 8, 8), conv(3, 8, 1), tanh, conv(8, 8, 3, 1, 1, 1, 8), relu, flatten, linear(512, 10)),
    "conv-pointwise": network((3, 7, 7), conv(3, 16, 1), relu, conv(16, 8, 1), relu, flatten, linear(392, 10)),
    "conv-one-channel": network((1, 12, 12), conv(1, 6, 5, 1, 2), relu, max_pool(2), flatten, linear(216, 10)),
    "conv-transposed": network((3, 9, 9), conv(3, 8, 3, 2, 1), relu,
                               lambda: nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1), tanh, flatten, linear(400, 10)),
    "residual": network((3, 8, 8), conv(3, 8, 3, 1, 1), lambda: Residual(nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1)),
                        relu, flatten, linear(512, 10)),
    "shapes": network((3, 6, 6), conv(3, 4, 3, 1, 1), function(shapes), flatten, linear(168, 10)),

    "max-pool-overlapping": network((3, 9, 9), conv(3, 6, 3, 1, 1), max_pool(3, 2, 1), tanh, flatten, linear(150, 10)),
    "average-pool": network((3, 8, 8), conv(3, 6, 3, 1, 1), average_pool(2), tanh, flatten, linear(96, 10)),
    "average-pool-overlapping": network((3, 9, 9), conv(3, 6, 3, 1, 1), average_pool(3, 2), tanh, flatten, linear(96, 10)),
    "average-pool-padded": network((3, 9, 9), conv(3, 6, 3, 1, 1), average_pool(3, 2, 1, count_include_pad=False), tanh, flatten,
                                   linear(150, 10)),
    "adaptive-average-pool": network((3, 7, 9), conv(3, 6, 3, 1, 1), lambda: nn.AdaptiveAvgPool2d((3, 4)), tanh, flatten, linear(72, 10)),
    "max-pool-ceil": network((3, 10, 8), conv(3, 6, 3, 1, 1), max_pool(3, 2, 1, ceil_mode=True), tanh, flatten, linear(180, 10)),
    "max-pool-dilated": network((3, 9, 9), conv(3, 6, 3, 1, 1), max_pool(2, 2, 1, 3, ceil_mode=True), tanh, flatten, linear(150, 10)),
    "average-pool-ceil": network((3, 10, 8), conv(3, 6, 3, 1, 1), average_pool(3, 2, 1, ceil_mode=True), tanh, flatten, linear(180, 10)),
    "adaptive-max-pool": network((3, 7, 9), conv(3, 6, 3, 1, 1), lambda: nn.AdaptiveMaxPool2d((3, 4)), tanh, flatten, linear(72, 10)),
    "upsample": network((3, 5, 4), conv(3, 4, 3, 1, 1), tanh, upsample(2, "bilinear"), conv(4, 4, 3, 1, 1), tanh, upsample(1.6, "bilinear"),
                        flatten, linear(768, 10)),
    "upsample-nearest": network((3, 5, 4), conv(3, 4, 3, 1, 1), tanh, upsample(2, "nearest"), conv(4, 4, 3, 1, 1), tanh,
                                upsample(1.5, "nearest"), flatten, linear(720, 10)),
    "padding-modes": network((3, 5, 6), padded_conv(3, 4, 3, 1, "reflect"), tanh, padded_conv(4, 4, 3, (1, 2), "circular"), tanh,
                             padded_conv(4, 4, 3, 1, "replicate"), tanh, flatten, linear(160, 10)),
    "sequences": network((3, 19), lambda: nn.Conv1d(3, 8, 3, 2, 1), tanh, lambda: nn.MaxPool1d(3, 2, ceil_mode=True),
                         lambda: nn.Conv1d(8, 8, 3, 1, 1, groups=2), tanh, lambda: nn.AvgPool1d(2, ceil_mode=True), flatten, linear(24, 10)),

    "batch-norm-rows": network((24,), linear(24, 16, False), norm1(16), tanh, linear(16, 10), least_batch=3),
    "batch-norm-sequences": network((4, 9), linear(9, 9, False), norm1(4), tanh, flatten, linear(36, 10)),
    "batch-norm-images": network((3, 6, 6), norm2(3), flatten, linear(108, 10)),
    "batch-norm-pool": network((3, 8, 8), conv(3, 8, 3, 1, 1, bias=False), norm2(8), relu, max_pool(2), flatten, linear(128, 10), smooth=True),
    "batch-norm-twice": network((3, 8, 8), conv(3, 8, 3, 1, 1, bias=False), norm2(8), relu, conv(8, 8, 3, 1, 1, bias=False), norm2(8), relu,
                                flatten, linear(512, 10), smooth=True),
    "batch-norm-residual": network((3, 8, 8), lambda: NormalizedBlock(3, 8, 2), lambda: NormalizedBlock(8, 8, 1), flatten, linear(128, 10),
                                   smooth=True),
    "layer-norm-rows": network((24,), linear(24, 16), layer_norm(16), tanh, linear(16, 10)),
    "layer-norm-images": network((3, 6, 6), conv(3, 4, 3, 1, 1), layer_norm(4, 6, 6), tanh, flatten, linear(144, 10)),

    "embedding": network((7,), lambda: nn.Embedding(256, 6), flatten, linear(42, 10), indices=True),
    "position-embedding": network((5, 8), linear(8, 8), lambda: PositionEmbedding(5, 8), tanh, flatten, linear(40, 10)),
    "self-attention": network((5, 16), linear(16, 16), lambda: Attention(16, 4), flatten, linear(80, 10)),
    "causal-attention": network((5, 16), linear(16, 16), lambda: CausalAttention(16, 2), flatten, linear(80, 10)),
    "rms-norm": network((5, 8), linear(8, 12), lambda: nn.RMSNorm(12, 1e-5), tanh, function(lambda x: x.mean(1)), linear(12, 10)),

    "softmax-over-batch": network((24,), linear(24, 12, False), lambda: nn.Softmax(0), linear(12, 10)),
    "minus-batch-mean": network((24,), linear(24, 12, False), function(lambda x: x - x.mean(0)), tanh, linear(12, 10)),
    "minus-batch-maximum": network((24,), linear(24, 12, False), function(lambda x: x - x.amax(0)), tanh, linear(12, 10)),
    "times-batch-sum": network((24,), linear(24, 12), function(lambda x: x * x.sum(0) * 0.0625), tanh, linear(12, 10)),
    "attention-over-batch": network((24,), linear(24, 16), function(lambda x: (x @ x.T * 0.0625).softmax(1) @ x), tanh, linear(16, 10)),
    "next-sample": network((24,), linear(24, 12), function(lambda x: x + torch.cat((x[1:], x[:1])).tanh()), linear(12, 10), least_batch=2),

    "relu": activation(nn.ReLU), "gelu": activation(nn.GELU), "gelu-tanh": activation(lambda: nn.GELU(approximate="tanh")),
    "silu": activation(nn.SiLU), "tanh": activation(nn.Tanh), "sigmoid": activation(nn.Sigmoid), "softplus": activation(nn.Softplus),
    "softmax": activation(lambda: nn.Softmax(1)), "functions": activation(function(functions)),

    "smoothed-cross-entropy": loss_of_rows(lambda x, labels: F.cross_entropy(x, labels, label_smoothing=0.1)),
    "weighted-cross-entropy": network((3, 8, 8), conv(3, 6, 3, 1, 1), tanh, flatten, linear(384, 10), loss=weighted),
    "mean-squared-error": loss_of_rows(lambda x, labels: F.mse_loss(x, one_hot(x, labels))),
    "negative-log-likelihood": loss_of_rows(lambda x, labels: F.nll_loss(F.log_softmax(x, 1), labels)),
    "binary-cross-entropy": loss_of_rows(lambda x, labels: F.binary_cross_entropy_with_logits(x, one_hot(x, labels))),

    **{name: Case(shape, model, smooth=name != "vit-small") for name, (model, shape) in BUILT_IN.items()},
}
