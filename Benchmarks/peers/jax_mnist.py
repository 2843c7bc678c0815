"""The reference model trained by JAX (XLA on the CPU), NHWC, one jitted step with Adam written out.

Prints one JSON line an epoch: seconds of training alone, test accuracy. Set-up: pip install jax numpy
"""
import argparse, gzip, json, os, time
import jax, jax.numpy as jnp, numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("--data", default=os.environ.get("MARTLET_DATA", os.path.expanduser("~/.cache/martlet/data")))
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()


def read(name, offset):
    return np.frombuffer(gzip.open(os.path.join(options.data, name)).read(), np.uint8, offset=offset)


def load(part):
    images = read(f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28, 1).astype(np.float32) / 255
    return images, read(f"{part}-labels-idx1-ubyte.gz", 8).astype(np.int32)


def layer(key, shape, fan_in):
    bound = fan_in ** -0.5
    weight_key, bias_key = jax.random.split(key)
    return {"w": jax.random.uniform(weight_key, shape, minval=-bound, maxval=bound),
            "b": jax.random.uniform(bias_key, shape[-1:], minval=-bound, maxval=bound)}


def initial(seed):
    keys = jax.random.split(jax.random.PRNGKey(seed), 4)
    shapes = [("conv1", (3, 3, 1, 8), 9), ("conv2", (3, 3, 8, 16), 72), ("conv3", (3, 3, 16, 32), 144), ("out", (1568, 10), 1568)]
    return {name: layer(key, shape, fan_in) for key, (name, shape, fan_in) in zip(keys, shapes)}


def block(x, layer, pools):
    x = jax.lax.conv_general_dilated(x, layer["w"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + layer["b"]
    x = jax.nn.relu(x)
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") if pools else x


def logits(weights, images):
    x = block(images, weights["conv1"], True)
    x = block(x, weights["conv2"], True)
    x = block(x, weights["conv3"], False)
    return x.reshape(len(x), -1) @ weights["out"]["w"] + weights["out"]["b"]


def loss(weights, images, labels):
    scores = jax.nn.log_softmax(logits(weights, images))
    return -jnp.take_along_axis(scores, labels[:, None], axis=1).mean()


@jax.jit
def step(weights, first, second, count, images, labels):
    value, gradients = jax.value_and_grad(loss)(weights, images, labels)
    count = count + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
    rate, scale = 0.01 / (1 - 0.9 ** count), 1 / (1 - 0.999 ** count)
    weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v * scale) + 1e-8), weights, first, second)
    return weights, first, second, count, value


training, test = load("train"), load("t10k")
weights = initial(options.seed)
zeros = jax.tree.map(jnp.zeros_like, weights)
state = (weights, zeros, zeros, jnp.float32(0))
correct = jax.jit(lambda weights, images, labels: (logits(weights, images).argmax(1) == labels).mean())
size = len(training[0])
for count in {options.batch, size % options.batch or options.batch}:
    step(*state, training[0][:count], training[1][:count])[-1].block_until_ready()
for epoch in range(1, options.epochs + 1):
    start = time.perf_counter()
    for first in range(0, size, options.batch):
        *state, value = step(*state, training[0][first:first + options.batch], training[1][first:first + options.batch])
    value.block_until_ready()
    seconds = time.perf_counter() - start
    print(json.dumps({"peer": "jax", "epoch": epoch, "seconds": seconds, "accuracy": float(correct(state[0], *test))}), flush=True)
