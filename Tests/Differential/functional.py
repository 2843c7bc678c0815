"""Functions of torch and torch.nn.functional as graphs. What the graph IR cannot express raises NotExpressed.

`b` is a Builder; tensors are Values; numbers, lists and None are what PyTorch takes."""
import math

from graph import Type, Value


class NotExpressed(Exception):
    pass


def need(condition, why):
    if not condition:
        raise NotExpressed(why)


# Shapes

def is_value(x):
    return isinstance(x, Value)


def common_shape(shapes):
    rank = max(len(s) for s in shapes)
    padded = [(1,) * (rank - len(s)) + tuple(s) for s in shapes]
    return tuple(next((e for e in extents if e != 1), 1) for extents in zip(*padded))


def expand(b, x, shape):
    """Broadcasts as PyTorch does: axes of extent 1 repeat, new axes come first."""
    shape = tuple(shape)
    if x.shape == shape:
        return x
    offset = len(shape) - x.type.rank
    kept = [i for i, e in enumerate(x.shape) if e == shape[i + offset]]
    need(all(e in (1, shape[i + offset]) for i, e in enumerate(x.shape)), "shapes do not broadcast")
    small = x if len(kept) == x.type.rank else b.reshape(x, [x.shape[i] for i in kept])
    return b.broadcast(small, shape, [i + offset for i in kept])


def together(b, *operands):
    """Values and numbers as values of one type and shape; integers beside floats become floats."""
    values = [v for v in operands if is_value(v)]
    shape = common_shape([v.shape for v in values])
    dtype = next((v.dtype for v in values if v.type.is_float), values[0].dtype)
    need(dtype in ("f32", "f64", "i32"), "operands are bytes or truths")
    need(dtype != "i32" or all(v.dtype == dtype for v in values), "operands of different types")

    def adapted(v):
        if not is_value(v):
            return b.constant(float(v) if dtype != "i32" else whole(v), Type(dtype, shape))
        return expand(b, v if v.dtype == dtype else b.convert(v, dtype), shape)
    return [adapted(v) for v in operands]


def whole(number):
    need(isinstance(number, (int, bool)) and not isinstance(number, float), "an integer beside a fraction")
    return int(number)


def axes_of(x, dim):
    if dim is None or dim == () or dim == []:
        return list(range(x.type.rank))
    dims = [dim] if isinstance(dim, int) else list(dim)
    return sorted(d % x.type.rank if x.type.rank else d for d in dims if x.type.rank)


def axis_of(x, dim):
    need(x.type.rank > 0, "a scalar has no axis")
    return dim % x.type.rank


def kept(b, y, x, axes, keepdim):
    return b.reshape(y, [1 if i in axes else e for i, e in enumerate(x.shape)]) if keepdim and axes else y


def floats(x):
    need(x.type.is_float, "not a floating-point tensor")
    return x


# Arithmetic

def arithmetic(operation):
    def function(b, x, y, **options):
        factor = options.pop("alpha", 1)
        rounding = options.pop("rounding_mode", None)
        need(not options and rounding is None, "an option")
        x, y = together(b, x, y)
        need(operation not in ("div", "pow") or x.type.is_float, "integers")
        if factor != 1:
            y = b.scaled(y, factor if x.type.is_float else whole(factor))
        return b.binary(operation, x, y)
    return function


add, subtract, multiply, divide = arithmetic("add"), arithmetic("sub"), arithmetic("mul"), arithmetic("div")
maximum, minimum, power = arithmetic("max"), arithmetic("min"), arithmetic("pow")


def swapped(function):
    return lambda b, x, y, **options: function(b, y, x, **options)


def unary(operation):
    return lambda b, x: b.unary(operation, floats(x))


def comparison(direction):
    return lambda b, x, y: b.compare(*together(b, x, y), direction)


def truth(b, x):
    return x if x.dtype == "bool" else b.convert(x, "bool")


def logic(operation):
    def function(b, x, y):
        x, y = truth(b, x), truth(b, y)
        shape = common_shape([x.shape, y.shape])
        x, y = expand(b, x, shape), expand(b, y, shape)
        return b.binary(operation, x, y)
    return function


def where(b, p, x, y):
    shape = common_shape([v.shape for v in (p, x, y) if is_value(v)])
    need(is_value(x) and is_value(y) and x.dtype == y.dtype, "operands of different types")
    return b.select(expand(b, truth(b, p), shape), expand(b, x, shape), expand(b, y, shape))


def masked_fill(b, x, mask, value):
    shape = common_shape([x.shape, mask.shape])
    x = expand(b, x, shape)
    filling = expand(b, value, shape) if is_value(value) else b.like(value, x)
    need(filling.dtype == x.dtype, "operands of different types")
    return b.select(expand(b, mask, shape), filling, x)


def clamp(b, x, min=None, max=None):
    need(not (min is None and max is None), "no bound")
    if min is not None:
        x = maximum(b, x, min)
    return x if max is None else minimum(b, x, max)


def lerp(b, x, y, weight):
    return add(b, x, multiply(b, subtract(b, y, x), weight))


def combined(operation):
    def function(b, x, y, z, value=1):
        product = multiply(b, operation(b, y, z), value) if value != 1 else operation(b, y, z)
        return add(b, x, product)
    return function


# Activations

def softplus(b, x, beta=1, threshold=20):
    y = b.unary("softplus", b.scaled(floats(x), beta) if beta != 1 else x)
    scaled = b.scaled(x, beta)
    y = b.scaled(y, 1 / beta) if beta != 1 else y
    return b.select(b.compare(scaled, b.like(threshold, x), "gt"), x, y)


def elu(b, x, alpha=1.0, inplace=False, scale=1.0, input_scale=1.0):
    # exp of a large number would be infinite on the side that is not chosen.
    low = b.binary("min", floats(x), b.like(0, x))
    e = b.binary("sub", b.unary("exp", b.scaled(low, input_scale)), b.like(1, x))
    y = b.select(b.compare(x, b.like(0, x), "gt"), x, b.scaled(e, alpha))
    return b.scaled(y, scale) if scale != 1 else y


def celu(b, x, alpha=1.0, inplace=False):
    return elu(b, x, alpha, input_scale=1 / alpha)


def selu(b, x, inplace=False):
    return elu(b, x, 1.6732632423543772848170429916717, scale=1.0507009873554804934193349852946)


def leaky_relu(b, x, negative_slope=0.01, inplace=False):
    return b.select(b.compare(floats(x), b.like(0, x), "gt"), x, b.scaled(x, negative_slope))


def prelu(b, x, weight):
    if weight.type.count > 1:
        need(x.type.rank >= 2, "one slope a channel")
        slope = b.broadcast(b.reshape(weight, [x.shape[1]]), x.shape, [1])
    else:
        slope = expand(b, b.reshape(weight, []), x.shape)
    return b.select(b.compare(x, b.like(0, x), "gt"), x, b.binary("mul", slope, x))


def bounded(b, x, low, high):
    """min(max(x, low), high) whose gradient at the bounds is 0, as PyTorch's activations have it."""
    lower = b.select(b.compare(x, b.like(low, x), "gt"), x, b.like(low, x))
    return b.select(b.compare(lower, b.like(high, x), "lt"), lower, b.like(high, x))


def hardtanh(b, x, min_val=-1.0, max_val=1.0, inplace=False):
    return bounded(b, floats(x), min_val, max_val)


def relu6(b, x, inplace=False):
    return bounded(b, floats(x), 0, 6)


def hardsigmoid(b, x, inplace=False):
    return b.scaled(bounded(b, b.binary("add", floats(x), b.like(3, x)), 0, 6), 1 / 6)


def hardswish(b, x, inplace=False):
    return b.binary("mul", x, hardsigmoid(b, x))


def logsigmoid(b, x):
    return b.unary("neg", b.unary("softplus", b.unary("neg", floats(x))))


def mish(b, x, inplace=False):
    return b.binary("mul", x, b.unary("tanh", b.unary("softplus", floats(x))))


def softsign(b, x):
    return b.binary("div", x, b.binary("add", b.unary("abs", floats(x)), b.like(1, x)))


def tanhshrink(b, x):
    return b.binary("sub", x, b.unary("tanh", floats(x)))


def softshrink(b, x, lambd=0.5):
    inside = bounded(b, floats(x), -lambd, lambd)
    return b.binary("sub", x, inside)


def hardshrink(b, x, lambd=0.5):
    far = b.compare(b.unary("abs", floats(x)), b.like(lambd, x), "gt")
    return b.select(far, x, b.like(0, x))


def threshold(b, x, threshold, value, inplace=False):
    return b.select(b.compare(floats(x), b.like(threshold, x), "gt"), x, b.like(value, x))


def glu(b, x, dim=-1):
    axis = axis_of(x, dim)
    half = x.shape[axis] // 2
    first, second = (part(b, x, axis, start, start + half) for start in (0, half))
    return b.binary("mul", first, b.unary("sigmoid", second))


def part(b, x, axis, start, end, step=1):
    starts, limits, strides = [0] * x.type.rank, list(x.shape), [1] * x.type.rank
    starts[axis], limits[axis], strides[axis] = start, max(start, end), step
    return b.slice(x, starts, limits, strides)


# Reductions

def reduction(operation):
    def function(b, x, dim=None, keepdim=False, dtype=None):
        need(dtype is None, "another type for the result")
        axes = axes_of(floats(x), dim)
        need(operation == "reduce_sum" or all(x.shape[a] for a in axes), "no elements")
        y = b.reduce(operation, x, axes) if axes else b.reshape(x, x.shape)
        return kept(b, y, x, axes, keepdim)
    return function


total, mean = reduction("reduce_sum"), reduction("reduce_mean")
largest, smallest = reduction("reduce_max"), reduction("reduce_min")


def variance(b, x, dim=None, unbiased=None, correction=None, keepdim=False):
    if isinstance(dim, bool):
        # std(unbiased) without axes.
        dim, unbiased = None, dim
    axes = axes_of(floats(x), dim)
    count = math.prod(x.shape[a] for a in axes)
    less = correction if correction is not None else (1 if unbiased in (None, True) else 0)
    need(count > less and axes, "too few elements")
    centred = b.binary("sub", x, b.spread(b.reduce("reduce_mean", x, axes), x.shape, axes))
    squares = b.reduce("reduce_sum", b.binary("mul", centred, centred), axes)
    return kept(b, b.scaled(squares, 1 / (count - less)), x, axes, keepdim)


def deviation(b, x, *arguments, **options):
    return b.unary("sqrt", variance(b, x, *arguments, **options))


def logsumexp(b, x, dim, keepdim=False):
    axes = axes_of(floats(x), dim)
    need(axes and x.type.count, "no elements")
    top = b.reduce("reduce_max", x, axes)
    shifted = b.unary("exp", b.binary("sub", x, b.spread(top, x.shape, axes)))
    y = b.binary("add", b.unary("log", b.reduce("reduce_sum", shifted, axes)), top)
    return kept(b, y, x, axes, keepdim)


def log_softmax(b, x, dim=None, dtype=None, _stacklevel=3):
    need(dtype is None and dim is not None and x.type.count, "another type for the result, no axis or no elements")
    return b.log_softmax(floats(x), axis_of(x, dim))


def softmax(b, x, dim=None, dtype=None, _stacklevel=3):
    return b.unary("exp", log_softmax(b, x, dim, dtype))


def softmin(b, x, dim=None, dtype=None, _stacklevel=3):
    return softmax(b, b.unary("neg", floats(x)), dim, dtype)


def argmax(b, x, dim=None, keepdim=False):
    if dim is None:
        need(not keepdim, "all axes kept")
        return b.argmax(b.reshape(floats(x), [x.type.count]), 0)
    axis = axis_of(floats(x), dim)
    return kept(b, b.argmax(x, axis), x, [axis], keepdim)


# Products

def matmul(b, x, y):
    floats(x)
    one = lambda v, at: b.reshape(v, v.shape[:at] + (1,) + v.shape[at:])
    left, right = x.type.rank == 1, y.type.rank == 1
    x = one(x, 0) if left else x
    y = one(y, 1) if right else y
    batch = common_shape([x.shape[:-2], y.shape[:-2]]) if x.type.rank + y.type.rank > 4 else ()
    z = b.matmul(expand(b, x, batch + x.shape[-2:]), expand(b, y, batch + y.shape[-2:]))
    shape = list(z.shape)
    if right:
        shape.pop()
    if left:
        shape.pop(-1 if right else -2)
    return b.reshape(z, shape) if left or right else z


def weighted(product):
    """beta * x + alpha * product(y, z)."""
    def function(b, x, y, z, beta=1, alpha=1):
        p = product(b, y, z)
        p = b.scaled(p, alpha) if alpha != 1 else p
        if beta == 0:
            return p
        return add(b, p, b.scaled(floats(x), beta) if beta != 1 else x)
    return function


def batch_product(b, x, y):
    return b.reduce("reduce_sum", matmul(b, x, y), [0])


def outer(b, x, y):
    return b.matmul(b.reshape(floats(x), [x.type.count, 1]), b.reshape(y, [1, y.type.count]))


def linear(b, x, weight, bias=None):
    floats(x)
    need(weight.type.rank == 2 and x.type.rank > 0, "weights of another rank")
    rows = math.prod(x.shape[:-1])
    y = b.matmul(b.reshape(x, [rows, x.shape[-1]]), weight, transpose_rhs=True)
    if bias is not None:
        y = b.binary("add", y, b.broadcast(bias, y.shape, [1]))
    return b.reshape(y, x.shape[:-1] + (weight.shape[0],))


def attention(b, query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
    need(attn_mask is None and dropout_p == 0 and not is_causal and not enable_gqa, "a mask, dropout or groups")
    factor = scale if scale is not None else query.shape[-1] ** -0.5
    turned = b.transpose(key, list(range(key.type.rank - 2)) + [key.type.rank - 1, key.type.rank - 2])
    scores = b.scaled(matmul(b, query, turned), factor)
    return matmul(b, b.softmax(scores, scores.type.rank - 1), value)
