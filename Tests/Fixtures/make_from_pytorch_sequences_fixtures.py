"""The PyTorch halves of docs/from-pytorch-sequences.md, and the numbers that they compute: the expectations of Tests/LibraryTests/FromPyTorchSequences.swift
and FromPyTorchAttention.swift.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy safetensors   (any torch from 2.4 on will do)
Run:     venv/bin/python Tests/Fixtures/make_from_pytorch_sequences_fixtures.py

from-pytorch-sequences.safetensors holds IDIOM/NAME for each number. Every Python block of the page stands in this file: a test compares.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

from idioms import classes, fresh, note, note_gradients, numbers, save

tokens, following = classes(4, 6, number=12), classes(4, 6, number=12, step=1)
windows = [(classes(4, 6, number=12, step=step), classes(4, 6, number=12, step=step + 1)) for step in range(3)]
features = numbers(4, 6, 8)
# Lengths of the four sequences, and tokens that are 0 behind them.
lengths = torch.tensor([6, 3, 1, 4])
padded = torch.where(torch.arange(6) < lengths[:, None], classes(4, 6, number=10) + 1, 0)


class CharLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(12, 8)
        self.lstm = nn.LSTM(8, 8, batch_first=True)
        self.out = nn.Linear(8, 12)

    def forward(self, x):
        output, _ = self.lstm(self.embedding(x))
        return self.out(output)


def char_lstm():
    net, (x, y) = fresh(CharLSTM), (tokens, following)
    logits = net(x)
    loss = F.cross_entropy(
        logits.reshape(-1, 12), y.reshape(-1))
    note("char_lstm/logits", logits)
    note_gradients("char_lstm", net, loss)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 6, num_layers=2, batch_first=True)
        self.out = nn.Linear(6, 3)

    def forward(self, x):
        _, (h, c) = self.lstm(x)
        return self.out(h[-1])


def last_state():
    net, y = fresh(Classifier), classes(4, number=3)
    logits = net(features)
    note("last_state/logits", logits)
    note_gradients("last_state", net, F.cross_entropy(logits, y))


class BothWays(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(8, 4, num_layers=2, batch_first=True,
                          bidirectional=True)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        output, h = self.gru(x)
        return self.out(output).mean(dim=1)


def both_ways():
    net, y = fresh(BothWays), classes(4, number=3)
    logits = net(features)
    note("both_ways/logits", logits)
    note("both_ways/states", net.gru(features)[1])
    note_gradients("both_ways", net, F.cross_entropy(logits, y))


class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.input = nn.Linear(8, 6)
        self.hidden = nn.Linear(6, 6)

    def forward(self, x):
        h = torch.zeros(x.shape[0], 6)
        states = []
        for t in range(x.shape[1]):
            h = torch.tanh(self.input(x[:, t]) + self.hidden(h))
            states.append(h)
        return torch.stack(states, dim=1)


def loop():
    net = fresh(Cell)
    states = net(features)
    note("loop/states", states)
    note_gradients("loop", net, F.mse_loss(states, numbers(4, 6, 6, stream=1)))


def windows_in_turn():
    net = fresh(CharLSTM)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    losses = []
    state = (torch.zeros(1, 4, 8), torch.zeros(1, 4, 8))
    for x, y in windows:
        optimizer.zero_grad()
        output, state = net.lstm(net.embedding(x), state)
        loss = F.cross_entropy(
            net.out(output).transpose(1, 2), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        state = tuple(part.detach() for part in state)
    note("windows/losses", losses)
    note("windows/cell", state[1])


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.source = nn.Embedding(12, 8)
        self.target = nn.Embedding(10, 8)
        self.encoder = nn.GRU(8, 8, batch_first=True)
        self.decoder = nn.GRU(8, 8, batch_first=True)
        self.out = nn.Linear(8, 10)

    def forward(self, x, y):
        _, h = self.encoder(self.source(x))
        start = torch.zeros_like(y[:, :1])
        shifted = torch.cat([start, y[:, :-1]], dim=1)
        output, _ = self.decoder(self.target(shifted), h)
        return self.out(output)


def teacher_forcing():
    net, y = fresh(Translator), classes(4, 5, number=10)
    logits = net(tokens, y)
    note("teacher/logits", logits)
    note_gradients("teacher", net, F.cross_entropy(logits.transpose(1, 2), y))


def greedy():
    net, x = fresh(Translator), tokens
    _, h = net.encoder(net.source(x))
    token = torch.zeros(4, 1, dtype=torch.long)
    decoded = []
    for _ in range(5):
        output, h = net.decoder(net.target(token), h)
        token = net.out(output).argmax(dim=2)
        decoded.append(token)
    note("greedy/tokens", torch.cat(decoded))
    note("greedy/state", h)


def temperature():
    net, text = fresh(CharLSTM), [3, 1, 4, 1, 5, 9]
    logits = net(torch.tensor([text]))[0, -1]
    probabilities = (logits / 0.8).softmax(dim=0)
    token = torch.multinomial(probabilities, 1).item()
    note("temperature/probabilities", probabilities)
    note("temperature/logits", logits)
    assert 0 <= token < 12


class Memory(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(8, 8)
        self.out = nn.Linear(16, 3)

    def forward(self, decoder, encoder):
        scores = self.query(decoder) @ encoder.transpose(1, 2)
        context = scores.softmax(dim=2) @ encoder
        return self.out(torch.cat([context, decoder], dim=2))


def memory():
    net, decoder = fresh(Memory), numbers(4, 5, 8, stream=2)
    output = net(decoder, features)
    note("memory/output", output)
    note_gradients("memory", net, F.mse_loss(output, numbers(4, 5, 3, stream=3)))


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(8, 16, bias=False)
        self.key = nn.Linear(8, 16, bias=False)
        self.value = nn.Linear(8, 16, bias=False)

    def forward(self, x):
        q, k, v = self.query(x), self.key(x), self.value(x)
        scores = q @ k.transpose(1, 2) * 16 ** -0.5
        mask = torch.tril(torch.ones(6, 6))
        scores = scores.masked_fill(mask == 0, float("-inf"))
        return scores.softmax(dim=2) @ v


def causal_mask():
    net = fresh(Head)
    output = net(features)
    note("mask/output", output)
    note_gradients("mask", net, F.mse_loss(output, numbers(4, 6, 16, stream=1)))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(8, 24)
        self.projection = nn.Linear(8, 8)

    def forward(self, x):
        n, t, _ = x.shape
        qkv = self.qkv(x).reshape(n, t, 3, 2, 4)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(
            q, k, v, is_causal=True)
        return self.projection(y.transpose(1, 2).reshape(n, t, 8))


def attention():
    net = fresh(Attention)
    output = net(features)
    note("attention/output", output)
    note_gradients("attention", net, F.mse_loss(output, numbers(4, 6, 8, stream=1)))


def sine_positions():
    x, layer = features, fresh(lambda: nn.Linear(8, 3))
    place = torch.arange(6)[:, None]
    rates = torch.exp(
        torch.arange(0, 8, 2) * (-math.log(10000.0) / 8))
    table = torch.zeros(6, 8)
    table[:, 0::2] = torch.sin(place * rates)
    table[:, 1::2] = torch.cos(place * rates)
    y = layer(x + table)
    note("sines/output", y)
    note_gradients("sines", layer, F.mse_loss(y, numbers(4, 6, 3, stream=1)))


class Turned(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(8, 8)
        self.key = nn.Linear(8, 8)

    def rotary(self, x):
        rates = 10000.0 ** (-torch.arange(4) / 4)
        angles = torch.arange(x.shape[1])[:, None] * rates
        cos, sin = angles.cos(), angles.sin()
        a, b = x[..., :4], x[..., 4:]
        return torch.cat(
            [a * cos - b * sin, b * cos + a * sin], dim=-1)

    def forward(self, x):
        q, k = self.rotary(self.query(x)), self.rotary(self.key(x))
        return q @ k.transpose(1, 2)


def rotary():
    net = fresh(Turned)
    scores = net(features)
    note("rotary/scores", scores)
    note_gradients("rotary", net, F.mse_loss(scores, numbers(4, 6, 6, stream=1)))


class OwnNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(8))

    def forward(self, x):
        square = x.pow(2).mean(dim=-1, keepdim=True)
        return x * torch.rsqrt(square + 1e-5) * self.weight


def own_norm():
    net = fresh(lambda: nn.Sequential(nn.Linear(8, 8), OwnNorm()))
    output = net(features)
    note("norm/output", output)
    note_gradients("norm", net, F.mse_loss(output, numbers(4, 6, 8, stream=1)))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(12, 8)
        self.gru = nn.GRU(8, 8, batch_first=True)
        self.out = nn.Linear(8, 12, bias=False)
        self.out.weight = self.embedding.weight

    def forward(self, x):
        return self.out(self.gru(self.embedding(x))[0])


def tied():
    net, (x, y) = fresh(Tied), (tokens, following)
    logits = net(x)
    note("tied/logits", logits)
    note_gradients("tied", net, F.cross_entropy(logits.transpose(1, 2), y))


class Padded(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(12, 8, padding_idx=0)
        self.gru = nn.GRU(8, 8, batch_first=True)
        self.out = nn.Linear(8, 12)

    def forward(self, x):
        return self.out(self.gru(self.embedding(x))[0])


def ignored():
    net, x = fresh(Padded), padded
    y = torch.cat([x[:, 1:], torch.zeros_like(x[:, :1])], dim=1)
    logits = net(x)
    loss = F.cross_entropy(
        logits.transpose(1, 2), y, ignore_index=0)
    note("ignored/logits", logits)
    note_gradients("ignored", net, loss)


class MeanOfTokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(12, 8)
        self.out = nn.Linear(8, 3)

    def forward(self, x, lengths):
        mask = torch.arange(x.shape[1]) < lengths[:, None]
        states = self.embedding(x) * mask[..., None]
        return self.out(states.sum(dim=1) / lengths[:, None])


def mean_of_tokens():
    net, y = fresh(MeanOfTokens), classes(4, number=3)
    logits = net(padded, lengths)
    note("mean/logits", logits)
    note_gradients("mean", net, F.cross_entropy(logits, y))


class LastOfPadded(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 6, batch_first=True)
        self.out = nn.Linear(6, 3)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            x, lengths, batch_first=True, enforce_sorted=False)
        _, (h, c) = self.lstm(packed)
        return self.out(h[-1])


def last_of_padded():
    net, y = fresh(LastOfPadded), classes(4, number=3)
    logits = net(features, lengths)
    note("packed/logits", logits)
    note_gradients("packed", net, F.cross_entropy(logits, y))


def weighted_tokens():
    net, (x, y) = fresh(CharLSTM), (tokens, following)
    weights = torch.ones(12)
    weights[3] = 0.25
    loss = F.cross_entropy(
        net(x).transpose(1, 2), y,
        weight=weights, label_smoothing=0.1)
    note_gradients("weighted", net, loss)


def token_accuracy():
    net, y = fresh(CharLSTM), padded
    x = torch.cat([y[:, 1:], y[:, :1]], dim=1)
    # So many right ones that the share says something.
    with torch.no_grad():
        net.out.bias[4] = 0.5
    logits = net(x)
    counts = y != 0
    right = (logits.argmax(dim=2) == y) & counts
    accuracy = right.sum() / counts.sum()
    assert right.sum() > 0
    note("accuracy/accuracy", accuracy)


def running_mean():
    x, layer = features, fresh(lambda: nn.Linear(8, 3))
    count = torch.arange(1, 7)[:, None]
    means = layer(x).cumsum(dim=1) / count
    note("running/means", means)
    note_gradients("running", layer, F.mse_loss(means, numbers(4, 6, 3, stream=1)))


class TextCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(12, 8)
        self.conv = nn.Conv1d(8, 6, 3, padding=1)
        self.out = nn.Linear(6, 3)

    def forward(self, x):
        x = self.embedding(x).transpose(1, 2)
        x = self.conv(x).relu().amax(dim=2)
        return self.out(x)


def text_cnn():
    net, y = fresh(TextCNN), classes(4, number=3)
    logits = net(tokens)
    note("text_cnn/logits", logits)
    note_gradients("text_cnn", net, F.cross_entropy(logits, y))


for idiom in (char_lstm, last_state, both_ways, loop, windows_in_turn, teacher_forcing, greedy, temperature, memory, causal_mask, attention, sine_positions,
              rotary, own_norm, tied, ignored, mean_of_tokens, last_of_padded, weighted_tokens, token_accuracy, running_mean, text_cnn):
    idiom()
save("from-pytorch-sequences.safetensors")
