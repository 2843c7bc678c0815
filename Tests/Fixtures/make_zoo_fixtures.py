"""Makes the expectations of Tests/ConformanceTests/Zoo.swift: the initial weights of the larger built-in models, their first loss and its
gradients, computed by PyTorch in double precision, and what causal attention, RMSNorm and rotary embeddings compute.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy   (any torch from 2.4 on; a processor with AVX2)
Run:     venv/bin/python Tests/Fixtures/make_zoo_fixtures.py [MODEL…]      ten minutes for all, 5 GB of memory for gpt2

Weights are those after torch.manual_seed(0), samples are not stored: both sides draw them, bit for bit, with the 32-bit Mersenne Twister MT19937
(numpy.random.RandomState, PyTorchGenerator in Swift), seeded with the FNV-1a hash (32 bits) of "zoo/MODEL/images" or "zoo/MODEL/labels" in
UTF-8, one draw an element:
  images    the upper 8 bits: a byte, which the network takes divided by 255. Tokens: the draw modulo the vocabulary.
  labels    the draw modulo 10, modulo the vocabulary for tokens, the upper bit for pixels; an autoencoder has the intensities of its images.

zoo/MODEL.safetensors has in its metadata `names`, those of the state dict in its order (integers left out), and `sha256`, the digest of the bytes
of its f32 tensors in this order. For each batch B there is `B/loss` and `B/NAME.gradient`, a vector of f64: the sum, the norm (square root of the
sum of squares), the largest magnitude, how far PyTorch's own f32 is from its f64 (largest difference, relative to the largest magnitude), then
elements of the flat tensor: all of a tensor that has no more than 64, else those at the positions (draw modulo count) of the generator with
seed 64. Under `B/smooth/` stands the same for the network with silu for relu and the mean of a window for its maximum, of networks with batch
normalisation: their f32 gradients depend on which side of a kink rounding falls.
"""
import hashlib, json, os, struct, sys
import numpy as np, torch
from torch import nn
from torch.nn import functional as F
import networks
from draws import draws, named_draws

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "zoo")


def classes(*shape):
    """Images with one of ten classes."""
    def samples(name, batch):
        images = named_draws(f"zoo/{name}/images", batch * int(np.prod(shape))) >> 24
        labels = named_draws(f"zoo/{name}/labels", batch) % 10
        return torch.tensor(images.astype(np.int64).reshape(batch, *shape)), torch.tensor(labels.astype(np.int64)), F.cross_entropy
    return samples


def tokens(window, vocabulary):
    def samples(name, batch):
        drawn = [named_draws(f"zoo/{name}/{part}", batch * window).astype(np.int64) % vocabulary for part in ("images", "labels")]
        x, y = (torch.tensor(part.reshape(batch, window)) for part in drawn)
        return x, y, lambda logits, y: F.cross_entropy(logits.flatten(0, 1), y.flatten())
    return samples


def pixels(name, batch):
    images, masks = (named_draws(f"zoo/{name}/{part}", batch * 32 * 32).reshape(batch, 1, 32, 32) for part in ("images", "labels"))
    return torch.tensor((images >> 24).astype(np.int64)), torch.tensor((masks >> 31).astype(np.float64)), F.binary_cross_entropy_with_logits


def own_input(name, batch):
    images = torch.tensor((named_draws(f"zoo/{name}/images", batch * 784) >> 24).astype(np.int64).reshape(batch, 784))
    return images, images.double() / 255, F.mse_loss


MODELS = {
    "wide-mlp": (networks.wide_mlp, classes(784)), "keras-cnn": (lambda: networks.keras_cnn(0), classes(1, 28, 28)),
    "resnet-stem": (networks.resnet_stem, classes(3, 64, 64)), "resnet18": (networks.resnet18, classes(3, 32, 32)),
    "mobilenet-small": (networks.mobilenet_small, classes(3, 32, 32)), "convnext-small": (networks.convnext_small, classes(3, 64, 64)),
    "unet-small": (networks.PixelNetwork, pixels), "autoencoder": (networks.autoencoder, own_input),
    "gpt-small": (networks.gpt_small, tokens(64, 256)), "gpt2": (networks.gpt2, tokens(64, 50257)),
    "char-lstm": (networks.RecurrentLanguageModel, tokens(64, 256)),
}


def without_kinks(module):
    for name, child in module.named_children():
        if isinstance(child, nn.ReLU):
            setattr(module, name, nn.SiLU())
        elif isinstance(child, nn.MaxPool2d):
            setattr(module, name, nn.AvgPool2d(child.kernel_size, child.stride, child.padding))
        else:
            without_kinks(child)
    return module


def initial(build):
    torch.manual_seed(0)
    return build()


def results(name, build, samples, batch, smooth, dtype):
    """Loss and gradients, by name."""
    model = initial(build)
    model = (without_kinks(model) if smooth else model).to(dtype)
    x, y, loss = samples(name, batch)
    is_text = any(isinstance(module, nn.Embedding) for module in model.modules())
    value = loss(model(x if is_text else x.to(dtype) / 255), y.to(dtype) if y.is_floating_point() else y)
    value.backward()
    found = {"loss": value} | {f"{key}.gradient": p.grad for key, p in model.named_parameters()}
    return {key: tensor.detach().numpy().reshape(-1) for key, tensor in found.items()}


def summary(numbers, rounded):
    count, largest = len(numbers), np.abs(numbers).max()
    positions = np.arange(count) if count <= 64 else draws(64, 64) % count
    distance = np.abs(rounded - numbers).max() / max(largest, 1e-300)
    return np.concatenate([[numbers.sum(), np.sqrt((numbers * numbers).sum()), largest, distance], numbers[positions]])


def save(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for key, a in tensors.items():
        header[key] = {"dtype": {"float32": "F32", "float64": "F64"}[a.dtype.name], "shape": list(a.shape), "data_offsets": [len(data), len(data) + a.nbytes]}
        data += a.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def make(name):
    build, samples = MODELS[name]
    state = {key: tensor for key, tensor in initial(build).state_dict().items() if tensor.is_floating_point()}
    digest = hashlib.sha256(b"".join(tensor.numpy().tobytes() for tensor in state.values())).hexdigest()
    metadata = {"names": json.dumps([[key, list(tensor.shape)] for key, tensor in state.items()]), "sha256": digest}
    normalizes = any(key.endswith("running_mean") for key in state)
    # gpt2 has 500 MB of them.
    del state
    rows = {}
    for batch in [1] if name == "gpt2" else [3, 64]:
        for smooth in [False, True] if normalizes else [False]:
            exact = results(name, build, samples, batch, smooth, torch.float64)
            rounded = results(name, build, samples, batch, smooth, torch.float32)
            made = {key: summary(numbers, rounded[key]) for key, numbers in exact.items()}
            rows |= {f"{batch}/{'smooth/' if smooth else ''}{key}": row for key, row in made.items()}
            furthest = max(made, key=lambda key: made[key][3])
            print(f"{name}, batch {batch}{', smooth' if smooth else ''}: {len(made)} results; loss {made['loss'][0]:.6f}, "
                  f"f32 is {made['loss'][3]:.1e} away; {made[furthest][3]:.1e} in {furthest}", flush=True)
            del exact, rounded
    save(os.path.join(OUT, f"{name}.safetensors"), rows, metadata)


def turned(x, base=10000.0):
    """Rotary position embeddings of [..., positions, features]: features i and i + features / 2 are a pair."""
    positions, half = x.shape[-2], x.shape[-1] // 2
    angles = torch.outer(torch.arange(positions, dtype=torch.float64), base ** (-torch.arange(half, dtype=torch.float64) / half))
    pairs = torch.complex(x[..., :half].double(), x[..., half:].double()) * torch.polar(torch.ones_like(angles), angles)
    return torch.cat((pairs.real, pairs.imag), -1).to(x.dtype)


def make_layers():
    """Outputs y and gradients of sum(y * weights) by input and parameters, in f64, of inputs that are drawn as above."""
    def drawn(name, *shape):
        u = (named_draws(f"zoo/layers/{name}", int(np.prod(shape))) >> 16).astype(np.float64) / 2**15 - 1
        return torch.tensor(u.reshape(shape))

    found = {}

    def note(name, function, x, parameters=()):
        x.requires_grad_()
        y = function(x)
        weights = drawn(f"{name}/weights", *y.shape).to(y.dtype)
        gradients = torch.autograd.grad((y * weights).sum(), [x, *(p for _, p in parameters)])
        found[f"{name}/y"] = y.detach().numpy()
        for key, gradient in zip(["x", *(key for key, _ in parameters)], gradients):
            found[f"{name}/{key}.gradient"] = gradient.numpy()

    attention = networks.CausalAttention(16, 2).double()
    with torch.no_grad():
        for key, parameter in attention.named_parameters():
            parameter.copy_(drawn(f"attention/{key}", *parameter.shape) / 4)
    note("attention", attention, drawn("attention/x", 2, 7, 16), list(attention.named_parameters()))

    def rotary_attention(x):
        n, t, e = x.shape
        q, k, v = attention.qkv(x).reshape(n, t, 3, 2, e // 2).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(turned(q), turned(k), v, is_causal=True)
        return attention.projection(mixed.transpose(1, 2).reshape(n, t, e))
    note("rotary-attention", rotary_attention, drawn("rotary-attention/x", 2, 7, 16), list(attention.named_parameters()))

    for name, epsilon, dtype in (("norm", 1e-5, torch.float64), ("norm-default", None, torch.float32)):
        norm = nn.RMSNorm(12, eps=epsilon).to(dtype)
        with torch.no_grad():
            norm.weight.copy_(drawn(f"{name}/weight", 12))
        # So small that the default epsilon, which is that of the type, counts.
        x = (drawn(f"{name}/x", 4, 5, 12) / (1 if epsilon else 1024)).to(dtype)
        note(name, norm, x, list(norm.named_parameters()))
    for positions in (1, 7, 70):
        note(f"rotary-{positions}", turned, drawn(f"rotary-{positions}/x", 2, positions, 10))
    note("rotary-base", lambda x: turned(x, 100.0), drawn("rotary-base/x", 2, 9, 6))

    table = nn.Parameter(drawn("tied/table", 11, 6))
    indices = torch.tensor((named_draws("zoo/layers/tied/indices", 10) % 11).astype(np.int64).reshape(2, 5))
    note("tied", lambda x: (F.embedding(indices, table) * x) @ table.T, drawn("tied/x", 2, 5, 6), [("table", table)])
    note("mean", lambda x: x.mean((2, 3)), drawn("mean/x", 2, 3, 4, 5))
    save(os.path.join(OUT, "layers.safetensors"), found, {})


if __name__ == "__main__":
    os.makedirs(OUT, exist_ok=True)
    for chosen in sys.argv[1:] or ["layers", *MODELS]:
        make_layers() if chosen == "layers" else make(chosen)
