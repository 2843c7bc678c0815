"""Convolutions, poolings, normalisation, views and losses of torch.nn.functional as graphs."""
import math

import functional as f
from functional import floats, need
from graph import Type


def pair(value):
    return [value, value] if isinstance(value, int) else list(value) * (2 if len(value) == 1 else 1)


def single(value):
    return value if isinstance(value, int) else value[0]


def as_images(b, x, rank):
    """The value as [N, C, H, W], and a function that takes a result back. `rank` is that of a batch: 4 for images, 3 for sequences."""
    floats(x)
    batched = x.type.rank == rank
    shape = ((() if batched else (1,)) + x.shape)
    need(len(shape) == rank, "another rank")
    shape = shape if rank == 4 else shape[:2] + (1,) + shape[2:]

    def back(y):
        own = y.shape if rank == 4 else y.shape[:2] + y.shape[3:]
        return b.reshape(y, own if batched else own[1:])
    return b.reshape(x, shape), back


def across(value):
    """An option of a sequence as one of an image of height 1."""
    return [1, single(value)]


def convolution(dimensions, transposed=False):
    def function(b, x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        return convolve(b, x, weight, bias, stride, padding, [0] * dimensions, groups, dilation, dimensions, False)

    def transposed_function(b, x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        return convolve(b, x, weight, bias, stride, padding, output_padding, groups, dilation, dimensions, True)
    return transposed_function if transposed else function


def convolve(b, x, weight, bias, stride, padding, output_padding, groups, dilation, dimensions, transposed):
    x, back = as_images(b, x, dimensions + 2)
    if dimensions == 1:
        weight = b.reshape(weight, weight.shape[:2] + (1,) + weight.shape[2:])
        stride, dilation = across(stride), across(dilation)
        padding = padding if isinstance(padding, str) else [0, single(padding)]
        output_padding = [0, single(output_padding)]
    stride, dilation, extra = pair(stride), pair(dilation), pair(output_padding)
    kernel = weight.shape[2:]
    if isinstance(padding, str):
        spans = [d * (k - 1) for d, k in zip(dilation, kernel)] if padding == "same" else [0, 0]
        padding = [spans[0] // 2, spans[0] - spans[0] // 2, spans[1] // 2, spans[1] - spans[1] // 2]
    else:
        p = pair(padding)
        padding = [p[0], p[0], p[1], p[1]]
    attributes = {"strides": stride, "padding": padding, "dilation": dilation, "groups": groups}
    extents = []
    for i in (0, 1):
        span, both = dilation[i] * (kernel[i] - 1), padding[2 * i] + padding[2 * i + 1]
        if transposed:
            need(extra[i] < stride[i], "output padding beyond the stride")
            extents.append((x.shape[2 + i] - 1) * stride[i] + span + 1 - both + extra[i])
        else:
            extents.append((x.shape[2 + i] + both - span - 1) // stride[i] + 1)
    need(min(extents) > 0 and min(weight.shape) > 0, "no image")
    if transposed:
        attributes["output_padding"] = extra
    channels = weight.shape[1] * groups if transposed else weight.shape[0]
    operation = "conv_transpose2d" if transposed else "conv2d"
    y = b.one(operation, [x, weight], Type(x.dtype, (x.shape[0], channels, *extents)), attributes)
    if bias is not None:
        y = b.binary("add", y, b.broadcast(bias, y.shape, [1]))
    return back(y)


def pooling(kind, dimensions):
    def function(b, x, kernel_size, stride=None, padding=0, *more, **options):
        names = ["dilation", "ceil_mode", "return_indices"] if kind == "max" else ["ceil_mode", "count_include_pad", "divisor_override"]
        options = {**dict(zip(names, more)), **options}
        need(options.get("divisor_override") is None, "a divisor")
        need(not options.get("return_indices"), "indices")
        dilation = options.get("dilation", 1)
        x, back = as_images(b, x, dimensions + 2)
        stride = kernel_size if stride is None or stride == () or stride == [] else stride
        if dimensions == 1:
            kernel_size, stride, dilation, p = across(kernel_size), across(stride), across(dilation), [0, single(padding)]
        else:
            kernel_size, stride, dilation, p = pair(kernel_size), pair(stride), pair(dilation), pair(padding)
        return back(pool(b, x, kind, kernel_size, stride, [p[0], p[0], p[1], p[1]], options.get("count_include_pad", True), dilation,
                         bool(options.get("ceil_mode"))))
    return function


def pool(b, x, kind, window, strides, padding, counts_padding=True, dilation=(1, 1), up=False):
    shape = x.shape[:2]
    for i in (0, 1):
        room = x.shape[2 + i] + padding[2 * i] + padding[2 * i + 1] - dilation[i] * (window[i] - 1) - 1
        count = -(-room // strides[i]) + 1 if up else room // strides[i] + 1
        # The last window begins in the image or in the padding before it.
        shape += (count - (up and (count - 1) * strides[i] >= x.shape[2 + i] + padding[2 * i]),)
    need(min(shape[2:]) > 0 and min(x.shape[2:]) > 0, "no image")
    need(all(d <= e for d, e in zip(dilation, x.shape[2:])), "taps that step over the image")
    attributes = {"window": window, "strides": strides, "padding": padding}
    if list(dilation) != [1, 1]:
        attributes["dilation"] = list(dilation)
    if up:
        attributes["ceil_mode"] = True
    if kind == "max":
        position = "u8" if window[0] * window[1] <= 256 else "i32"
        return b.node("max_pool2d", [x], [Type(x.dtype, shape), Type(position, shape)], attributes)[0]
    attributes["count_includes_padding"] = bool(counts_padding)
    return b.one("avg_pool2d", [x], Type(x.dtype, shape), attributes)


def adaptive(kind, dimensions):
    def function(b, x, output_size, return_indices=False):
        need(not return_indices, "indices")
        sizes = [output_size] * dimensions if isinstance(output_size, int) else list(output_size) * (dimensions if len(output_size) == 1 else 1)
        x, back = as_images(b, x, dimensions + 2)
        sizes = ([1] if dimensions == 1 else []) + sizes
        extents = [x.shape[2 + i] if s is None else s for i, s in enumerate(sizes)]
        need(all(s and e % s == 0 and e for e, s in zip(x.shape[2:], extents)), "a ratio that is not whole")
        window = [e // s for e, s in zip(x.shape[2:], extents)]
        return back(pool(b, x, kind, window, window, [0] * 4))
    return function


# Normalisation

def normalise(b, x, axes, epsilon):
    mean = b.reduce("reduce_mean", floats(x), axes)
    centred = b.binary("sub", x, b.spread(mean, x.shape, axes))
    variance = b.reduce("reduce_mean", b.binary("mul", centred, centred), axes)
    return b.binary("mul", centred, b.spread(b.unary("rsqrt", b.binary("add", variance, b.like(epsilon, variance))), x.shape, axes))


def scale_and_shift(b, x, weight, bias, axes):
    if weight is not None:
        x = b.binary("mul", x, b.broadcast(weight, x.shape, axes))
    return x if bias is None else b.binary("add", x, b.broadcast(bias, x.shape, axes))


def batch_norm(b, x, running_mean=None, running_var=None, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    need(x.type.count and x.type.rank >= 2, "no elements")
    if training:
        y = normalise(b, x, [i for i in range(x.type.rank) if i != 1], eps)
    else:
        y = b.binary("sub", floats(x), b.broadcast(running_mean, x.shape, [1]))
        factor = b.unary("rsqrt", b.binary("add", running_var, b.like(eps, running_var)))
        y = b.binary("mul", y, b.broadcast(factor, x.shape, [1]))
    return scale_and_shift(b, y, weight, bias, [1])


def layer_norm(b, x, normalized_shape, weight=None, bias=None, eps=1e-5):
    axes = list(range(x.type.rank - len(normalized_shape), x.type.rank))
    need(x.type.count, "no elements")
    return scale_and_shift(b, normalise(b, x, axes, eps), weight, bias, axes)


def rms_norm(b, x, normalized_shape, weight=None, eps=None):
    axes = list(range(x.type.rank - len(normalized_shape), x.type.rank))
    need(x.type.count and axes, "no elements")
    squares = b.reduce("reduce_mean", b.binary("mul", floats(x), x), axes)
    eps = (2.0**-23 if x.dtype == "f32" else 2.0**-52) if eps is None else eps
    factor = b.unary("rsqrt", b.binary("add", squares, b.like(eps, squares)))
    return scale_and_shift(b, b.binary("mul", x, b.spread(factor, x.shape, axes)), weight, None, axes)


def group_norm(b, x, num_groups, weight=None, bias=None, eps=1e-5):
    need(x.type.count and x.type.rank >= 2, "no elements")
    grouped = b.reshape(x, [x.shape[0], num_groups, x.type.count // (x.shape[0] * num_groups)])
    return scale_and_shift(b, b.reshape(normalise(b, grouped, [2], eps), x.shape), weight, bias, [1])


def instance_norm(b, x, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5):
    need(use_input_stats and x.type.count and x.type.rank >= 3, "running statistics or no elements")
    return scale_and_shift(b, normalise(b, x, list(range(2, x.type.rank)), eps), weight, bias, [1])


# Losses

def reduced(b, losses, mode):
    if mode == "none":
        return losses
    if mode == "batchmean":
        return b.scaled(f.total(b, losses), 1 / losses.shape[0])
    return (f.mean if mode == "mean" else f.total)(b, losses)


def loss_of(function):
    def loss(b, *arguments, reduction="mean", size_average=None, reduce=None, **options):
        need(size_average is None and reduce is None, "old options")
        return reduced(b, function(b, *arguments, **options), reduction)
    return loss


def smooth_l1(b, x, y, beta=1.0):
    d = b.unary("abs", f.subtract(b, x, y))
    if beta == 0:
        return d
    square = b.scaled(b.binary("mul", d, d), 0.5 / beta)
    return b.select(b.compare(d, b.like(beta, d), "lt"), square, b.binary("sub", d, b.like(0.5 * beta, d)))


def huber(b, x, y, delta=1.0, weight=None):
    need(weight is None, "weights")
    return b.scaled(smooth_l1(b, x, y, beta=delta), delta)


def squared(b, x, y, weight=None):
    need(weight is None, "weights")
    d = f.subtract(b, x, y)
    return b.binary("mul", d, d)


def absolute(b, x, y, weight=None):
    need(weight is None, "weights")
    return b.unary("abs", f.subtract(b, x, y))


def logistic(b, x, y, weight=None, pos_weight=None):
    need(pos_weight is None, "weights of the positive class")
    x, y = f.together(b, x, y)
    l = b.binary("sub", b.unary("softplus", x), b.binary("mul", x, y))
    return l if weight is None else f.multiply(b, l, weight)


def binary_entropy(b, x, y, weight=None):
    x, y = f.together(b, x, y)
    one = b.like(1, x)
    low = lambda v: b.binary("max", b.unary("log", v), b.like(-100, x))
    l = b.unary("neg", b.binary("add", b.binary("mul", y, low(x)), b.binary("mul", b.binary("sub", one, y), low(b.binary("sub", one, x)))))
    return l if weight is None else f.multiply(b, l, weight)


def soft_margin(b, x, y):
    return b.unary("softplus", b.unary("neg", f.multiply(b, x, y)))


def margin_ranking(b, x, y, target, margin=0.0):
    d = b.unary("neg", f.multiply(b, target, f.subtract(b, x, y)))
    return b.unary("relu", b.binary("add", d, b.like(margin, d)))


def divergence(b, x, target, log_target=False):
    need(log_target, "target * log(target) at 0")
    return f.multiply(b, b.unary("exp", target), f.subtract(b, target, x))


def cross_entropy(b, x, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    need(target.dtype == "i32" and x.type.count, "probabilities as targets or no elements")
    if x.type.rank == 2 and weight is None and ignore_index < 0 and reduction == "mean":
        return b.cross_entropy(floats(x), target, float(label_smoothing))
    need(label_smoothing == 0, "smoothing beside weights")
    return nll(b, b.log_softmax(floats(x), min(1, x.type.rank - 1)), target, weight, ignore_index, reduction)


def nll(b, x, target, weight=None, ignore_index=-100, reduction="mean"):
    """x is [N, C, ...] or [C]; the classes become the last axis."""
    classes = min(1, x.type.rank - 1)
    count = x.shape[classes]
    need(ignore_index == -100 or 0 <= ignore_index < count, "an index that is ignored and is no class")
    need(x.type.count, "no elements")
    order = [i for i in range(x.type.rank) if i != classes] + [classes]
    last = b.transpose(floats(x), order)
    hot = b.one_hot(target, count, x.dtype)
    picked = b.unary("neg", b.reduce("reduce_sum", b.binary("mul", hot, last), [x.type.rank - 1]))
    if weight is None and ignore_index == -100:
        return reduced(b, picked, reduction)
    weights = b.like(1, picked) if weight is None else b.gather(weight, target, 0)
    if ignore_index >= 0:
        counted = b.convert(b.compare(target, b.like(ignore_index, target), "ne"), x.dtype)
        weights = b.binary("mul", weights, counted)
    losses = b.binary("mul", picked, weights)
    if reduction == "mean":
        return b.binary("div", f.total(b, losses), f.total(b, weights))
    return reduced(b, losses, reduction)


# Views

def pad_constant(b, x, pad, mode="constant", value=None):
    need(mode == "constant" and x.dtype != "bool", "another mode")
    low, high = [0] * x.type.rank, [0] * x.type.rank
    for i in range(len(pad) // 2):
        low[x.type.rank - 1 - i], high[x.type.rank - 1 - i] = pad[2 * i], pad[2 * i + 1]
    # Negative widths cut off.
    starts = [max(0, -l) for l in low]
    limits = [e - max(0, -h) for e, h in zip(x.shape, high)]
    if any(starts) or limits != list(x.shape):
        x = b.slice(x, starts, limits, [1] * x.type.rank)
    return b.pad(x, [max(0, l) for l in low], [max(0, h) for h in high], value or 0)


def concatenate(b, tensors, dim=0):
    tensors = [t for t in tensors if t.shape != (0,)]
    need(tensors and len({t.dtype for t in tensors}) == 1, "operands of different types")
    return b.concat(tensors, f.axis_of(tensors[0], dim))


def stack(b, tensors, dim=0):
    axis = dim % (tensors[0].type.rank + 1)
    return b.concat([b.reshape(t, t.shape[:axis] + (1,) + t.shape[axis:]) for t in tensors], axis)


def index_select(b, x, dim, index):
    need(x.type.rank and index.type.rank <= 1 and x.type.count, "a scalar or no elements")
    return b.gather(x, b.reshape(index, [index.type.count]), f.axis_of(x, dim))


def index_add(b, x, dim, index, source, alpha=1):
    need(x.type.rank and index.type.rank == 1, "a scalar")
    return b.scatter_add(floats(x), index, b.scaled(source, alpha) if alpha != 1 else source, f.axis_of(x, dim))


def embedding(b, indices, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    need(padding_idx is None and max_norm is None and not scale_grad_by_freq and indices.type.count, "options of the table")
    return b.gather(weight, indices, 0)


def shape_of(x, sizes):
    sizes = list(sizes[0]) if len(sizes) == 1 and not isinstance(sizes[0], int) else list(sizes)
    if -1 in sizes:
        rest = math.prod(s for s in sizes if s != -1)
        need(rest, "no elements")
        sizes[sizes.index(-1)] = x.type.count // rest
    return sizes


def roll(b, x, shifts, dims=None):
    need(dims is not None and x.type.count, "all axes as one")
    for shift, dim in zip(*([v] if isinstance(v, int) else list(v) for v in (shifts, dims))):
        axis = f.axis_of(x, dim)
        at = -shift % x.shape[axis]
        if at:
            x = b.concat([f.part(b, x, axis, at, x.shape[axis]), f.part(b, x, axis, 0, at)], axis)
    return x

