"""The meaning of each operation in PyTorch. An evaluation chooses which PyTorch type stands for f32 and which for f64."""
import numpy as np
import torch
from torch.nn import functional as F

from graph import Table

PRECISE = {"f32": torch.float64, "f64": torch.float64}
SINGLE = {"f32": torch.float32, "f64": torch.float32}
AS_WRITTEN = {"f32": torch.float32, "f64": torch.float64}
INTEGERS = {"i32": torch.int32, "u8": torch.uint8, "bool": torch.bool}

UNARY = {
    "neg": torch.neg, "exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt, "tanh": torch.tanh,
    "sigmoid": torch.sigmoid, "relu": torch.relu, "abs": torch.abs, "sign": torch.sign, "silu": F.silu, "erf": torch.erf,
    "floor": torch.floor, "round": torch.round, "not": torch.logical_not, "log1p": torch.log1p, "expm1": torch.expm1,
    # F.softplus is linear from 20 on, which is 2e-9 away.
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
}
BINARY = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "max": torch.maximum, "min": torch.minimum,
    "pow": torch.pow, "and": torch.logical_and, "or": torch.logical_or, "xor": torch.logical_xor, "atan2": torch.atan2,
    "floor_divide": torch.floor_divide, "remainder": torch.remainder,
}
COMPARE = {"eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge}


def padded(x, padding, value=0.0):
    top, bottom, left, right = padding
    return F.pad(x, (left, right, top, bottom), value=value) if any(padding) else x


def convolution(x, w, a):
    return F.conv2d(
        padded(x, a.get("padding", [0] * 4)), w, stride=a.get("strides", [1, 1]), dilation=a.get("dilation", [1, 1]), groups=a.get("groups", 1))


def convolution_transpose(x, w, a):
    top, bottom, left, right = a.get("padding", [0] * 4)
    strides, dilation, extra = a.get("strides", [1, 1]), a.get("dilation", [1, 1]), a.get("output_padding", [0, 0])
    y = F.conv_transpose2d(x, w, stride=strides, dilation=dilation, groups=a.get("groups", 1))
    # Rows and columns of output padding are zeros behind the image; then the padding is cut off.
    y = F.pad(y, (0, extra[1], 0, extra[0]))
    return y[:, :, top:y.shape[2] - bottom, left:y.shape[3] - right]


def pool_geometry(a, extent):
    """Window, strides, dilation, and the padding with what a last window reaches over it, which only ceil_mode has."""
    window, padding = a["window"], list(a.get("padding", [0] * 4))
    strides, dilation = a.get("strides", window), a.get("dilation", [1, 1])
    beyond = [0, 0]
    for i in (0, 1) if a.get("ceil_mode") else ():
        span = dilation[i] * (window[i] - 1) + 1
        room = extent[i] + padding[2 * i] + padding[2 * i + 1] - span
        count = -(-room // strides[i]) + 1
        # The last window begins in the image or in the padding before it.
        count -= (count - 1) * strides[i] >= extent[i] + padding[2 * i]
        beyond[i] = max((count - 1) * strides[i] - room, 0)
    return window, strides, dilation, padding, beyond


def beyond_padding(padding, beyond):
    return [padding[0], padding[1] + beyond[0], padding[2], padding[3] + beyond[1]]


def max_pool(x, a, position_dtype):
    window, strides, dilation, padding, beyond = pool_geometry(a, x.shape[2:])
    image = padded(x, beyond_padding(padding, beyond), -np.inf)
    y, index = F.max_pool2d(image, window, strides, 0, dilation, return_indices=True)
    rows = torch.arange(y.shape[2]).view(-1, 1) * strides[0]
    columns = torch.arange(y.shape[3]).view(1, -1) * strides[1]
    position = (index // image.shape[3] - rows) // dilation[0] * window[1] + (index % image.shape[3] - columns) // dilation[1]
    return y, position.to(INTEGERS[position_dtype])


def max_pool_gradient(dy, position, a):
    window, strides, dilation, padding, beyond = pool_geometry(a, a["extent"])
    padding = beyond_padding(padding, beyond)
    height, width = (a["extent"][i] + padding[2 * i] + padding[2 * i + 1] for i in (0, 1))
    position = position.long()
    rows = torch.arange(dy.shape[2]).view(-1, 1) * strides[0] + position // window[1] * dilation[0]
    columns = torch.arange(dy.shape[3]).view(1, -1) * strides[1] + position % window[1] * dilation[1]
    flat = torch.zeros(*dy.shape[:2], height * width, dtype=dy.dtype)
    flat = flat.scatter_add(2, (rows * width + columns).flatten(2), dy.flatten(2))
    image = flat.view(*dy.shape[:2], height, width)
    return image[:, :, padding[0]:height - padding[1], padding[2]:width - padding[3]]


def average_pool(x, a):
    window, strides, _, padding, beyond = pool_geometry(a, x.shape[2:])
    outside = beyond_padding([0] * 4, beyond)
    y = F.avg_pool2d(padded(padded(x, padding), outside), window, strides)
    ones = torch.ones_like(x)
    # Padding counts, what is beyond it never does.
    counted = padded(ones, padding, 1.0) if a.get("count_includes_padding", True) else padded(ones, padding)
    return y / F.avg_pool2d(padded(counted, outside), window, strides)


def product_with_jacobian(function, x, dy):
    """The gradient of sum(function(x) * dy) by x, where `function` is linear."""
    with torch.enable_grad():
        x = x.requires_grad_()
        return torch.autograd.grad(function(x), x, dy)[0]


def convert(x, to, types):
    """Float to integer truncates, saturates and makes NaN 0; integer to u8 wraps around; to bool is x != 0."""
    if to == "bool":
        return x != 0
    if to in ("f32", "f64"):
        # In the precise evaluation a value of f32 is held in double precision: it is rounded where it becomes one.
        return x.float().to(types[to]) if to == "f32" and x.dtype == torch.float64 else x.to(types[to])
    if x.is_floating_point():
        lowest, highest = (0, 255) if to == "u8" else (-2**31, 2**31 - 1)
        return torch.nan_to_num(x.double(), nan=0.0).clamp(lowest, highest).trunc().to(torch.int64).to(INTEGERS[to])
    return x.to(INTEGERS[to])


def constant(type, a, types):
    given = a["values"] if "values" in a else a["value"]
    values = given.array(type.dtype) if isinstance(given, Table) else np.asarray(given)
    if type.is_float:
        # A constant of f32 is the nearest f32, also where the evaluation is precise.
        values = values.astype(np.float32 if type.dtype == "f32" else np.float64)
    t = tensor(values, type.dtype, types) if type.is_float else torch.from_numpy(values.astype(np.int64)).to(INTEGERS[type.dtype])
    return t.reshape(type.shape) if "values" in a else t.expand(type.shape)


def broadcast(x, a):
    axes, shape = a["axes"], a["shape"]
    order = sorted(range(len(axes)), key=lambda i: axes[i])
    view = [1] * len(shape)
    for axis, extent in zip(axes, x.shape):
        view[axis] = extent
    return x.permute(order).reshape(view).expand(shape)


def pad(x, a):
    value = a.get("value", 0)
    widths = [w for pair in reversed(list(zip(a["low"], a["high"]))) for w in pair]
    if x.is_floating_point():
        value = float(np.float32(value)) if x.dtype == torch.float32 else value
        return F.pad(x, widths, value=value) if widths else x
    result = torch.full([l + e + h for l, e, h in zip(a["low"], x.shape, a["high"])], value, dtype=x.dtype)
    result[tuple(slice(l, l + e) for l, e in zip(a["low"], x.shape))] = x
    return result


def slice_of(x, a):
    strides = a.get("strides", [1] * x.dim())
    return x[tuple(slice(s, l, step) for s, l, step in zip(a["starts"], a["limits"], strides))]


def gather(table, indices, a):
    axis = a.get("axis", 0)
    chosen = torch.index_select(table, axis, indices.flatten().long())
    return chosen.reshape((*table.shape[:axis], *indices.shape, *table.shape[axis + 1:]))


def scatter_add(base, indices, updates, a):
    axis = a.get("axis", 0)
    flat = updates.reshape((*base.shape[:axis], indices.numel(), *base.shape[axis + 1:]))
    return base.index_add(axis, indices.flatten().long(), flat)


def reduce(x, operation, axes):
    if not axes:
        return x.clone()
    function = {"reduce_sum": torch.sum, "reduce_mean": torch.mean, "reduce_max": torch.amax, "reduce_min": torch.amin}[operation]
    return wrapped(function(x, dim=tuple(axes)), x.dtype)


def wrapped(x, dtype):
    """PyTorch sums i32 in 64 bits; here sums wrap around."""
    return x.to(dtype) if x.dtype == torch.int64 else x


def cumulative_sum(x, a):
    axis, backwards = a["axis"], a.get("reverse", False)
    ordered = x.flip(axis) if backwards else x
    total = wrapped(torch.cumsum(ordered, axis), x.dtype)
    if a.get("exclusive", False):
        total = total - ordered
    return total.flip(axis) if backwards else total


def iota(type, a):
    view = [1] * type.rank
    view[a["axis"]] = -1
    return torch.arange(type.shape[a["axis"]], dtype=torch.int32).view(view).expand(type.shape)


def batch_gather(table, indices):
    flat = indices.reshape(indices.shape[0], *[1] * (table.dim() - 2), -1).long()
    chosen = torch.take_along_dim(table, flat.expand(*table.shape[:-1], flat.shape[-1]), -1)
    return chosen.reshape(*table.shape[:-1], *indices.shape[1:])


def scan(node, operands, types):
    """The steps of a loop, one after the other."""
    a, region = node.attributes, node.region
    carried, scanned = a.get("carried", 0), a.get("scanned", 0)
    state, sequences = list(operands[:carried]), operands[carried:carried + scanned]
    whole = {o.name: t for o, t in zip(node.operands[carried + scanned:], operands[carried + scanned:])}
    steps = range(a["length"])
    stacks = {}
    for step in reversed(steps) if a.get("reverse", False) else steps:
        values = {**whole, **{v.name: t for v, t in zip(region.parameters, state + [s[step] for s in sequences])}}
        for inner in region.nodes:
            outputs = evaluate(inner, [values[o.name] for o in inner.operands], types)
            values.update((r.name, t) for r, t in zip(inner.results, outputs))
        returned = [values[v.name] for v in region.returned]
        state, stacks[step] = returned[:carried], returned[carried:]
    results = []
    for number, result in enumerate(node.results[carried:]):
        if stacks:
            results.append(torch.stack([stacks[step][number] for step in steps]))
        else:
            results.append(torch.zeros(result.shape, dtype=types.get(result.dtype) or INTEGERS[result.dtype]))
    return state + results


def matmul(a, b, attributes):
    a = a.transpose(-1, -2) if attributes.get("transpose_lhs", False) else a
    b = b.transpose(-1, -2) if attributes.get("transpose_rhs", False) else b
    return torch.matmul(a, b)


def cross_entropy(logits, labels, weights, smoothing):
    if weights is None:
        return F.cross_entropy(logits, labels.long(), label_smoothing=smoothing)
    return (F.cross_entropy(logits, labels.long(), label_smoothing=smoothing, reduction="none") * weights.detach()).sum()


def cross_entropy_gradient(logits, labels, smoothing):
    count, classes = logits.shape
    target = F.one_hot(labels.long(), classes).to(logits.dtype) * (1 - smoothing) + smoothing / classes
    return (torch.softmax(logits, 1) - target) / count


def evaluate(node, operands, types):
    """The results of a node as a list of tensors."""
    name, a = node.operation, node.attributes
    if name in UNARY:
        return [UNARY[name](operands[0])]
    if name in BINARY:
        return [BINARY[name](*operands)]
    x = operands[0] if operands else None
    result = node.results[0].type
    if name == "constant":
        return [constant(result, a, types)]
    if name == "gelu":
        return [F.gelu(x, approximate=a.get("approximate", "none"))]
    if name == "compare":
        return [COMPARE[a["direction"]](*operands)]
    if name == "select":
        return [torch.where(*operands)]
    if name == "convert":
        return [convert(x, result.dtype, types)]
    if name == "broadcast":
        return [broadcast(x, a)]
    if name == "reshape":
        return [x.reshape(result.shape)]
    if name == "transpose":
        return [x.permute(a["permutation"])]
    if name.startswith("reduce_"):
        return [reduce(x, name, a["axes"])]
    if name == "argmax":
        return [torch.from_numpy(np.asarray(np.argmax(x.detach().numpy(), a["axis"]), np.int32))]
    if name == "pad":
        return [pad(x, a)]
    if name == "slice":
        return [slice_of(x, a)]
    if name == "concat":
        return [torch.cat(operands, a["axis"])]
    if name == "gather":
        return [gather(*operands, a)]
    if name == "scatter_add":
        return [scatter_add(*operands, a)]
    if name == "batch_gather":
        return [batch_gather(*operands)]
    if name == "gather_elements":
        return [torch.gather(x, a["axis"], operands[1].long())]
    if name == "scatter_add_elements":
        return [wrapped(torch.scatter_add(x, a["axis"], operands[1].long(), operands[2]), x.dtype)]
    if name == "cumulative_sum":
        return [cumulative_sum(x, a)]
    if name == "iota":
        return [iota(result, a)]
    if name == "scan":
        return scan(node, operands, types)
    if name == "one_hot":
        dtype = types[result.dtype] if result.is_float else INTEGERS[result.dtype]
        return [F.one_hot(x.long(), a["classes"]).to(dtype)]
    if name == "matmul":
        return [matmul(*operands, a)]
    if name == "conv2d":
        return [convolution(*operands, a)]
    if name == "conv2d_input_grad":
        image = torch.zeros(x.shape[0], operands[1].shape[1] * a.get("groups", 1), *a["extent"], dtype=x.dtype)
        return [product_with_jacobian(lambda v: convolution(v, operands[1], a), image, x)]
    if name == "conv2d_filter_grad":
        kernel = torch.zeros(result.shape, dtype=x.dtype)
        return [product_with_jacobian(lambda v: convolution(x, v, a), kernel, operands[1])]
    if name == "conv_transpose2d":
        return [convolution_transpose(*operands, a)]
    if name == "max_pool2d":
        return list(max_pool(x, a, node.results[1].dtype))
    if name == "max_pool2d_grad":
        return [max_pool_gradient(*operands, a)]
    if name == "avg_pool2d":
        return [average_pool(x, a)]
    if name == "avg_pool2d_grad":
        image = torch.zeros(*x.shape[:2], *a["extent"], dtype=x.dtype)
        return [product_with_jacobian(lambda v: average_pool(v, a), image, x)]
    if name == "log_softmax":
        return [F.log_softmax(x, a["axis"])]
    if name == "cross_entropy":
        return [cross_entropy(x, operands[1], operands[2] if len(operands) > 2 else None, a.get("label_smoothing", 0.0))]
    if name == "cross_entropy_grad":
        return [cross_entropy_gradient(x, operands[1], a.get("label_smoothing", 0.0))]
    if name == "relu_grad":
        return [torch.where((operands[1] > 0) | torch.isnan(operands[1]), x, torch.zeros_like(x))]
    raise ValueError(f"no meaning in PyTorch for {name}")


def tensor(array, dtype, types):
    # Loading from NumPy keeps zero extents and scalars.
    t = torch.from_numpy(np.array(array, order="C"))
    return t.to(types[dtype]) if dtype in ("f32", "f64") else t


def run(graph, arguments, types, gradients=False):
    """All values of the graph by name; with `gradients` also those of the sum named `loss` by every parameter and node.

    `arguments` are arrays by parameter name. Returns a pair of dictionaries of arrays."""
    values, tensors = {}, {}
    with torch.set_grad_enabled(gradients):
        for _, value in graph.parameters:
            t = tensor(arguments[value.name], value.dtype, types)
            tensors[value.name] = t.requires_grad_() if gradients and value.type.is_float else t
        for node in graph.nodes:
            outputs = evaluate(node, [tensors[o.name] for o in node.operands], types)
            for output, result in zip(outputs, node.results):
                if tuple(output.shape) != result.shape:
                    raise ValueError(f"{node} has the shape {tuple(output.shape)} in PyTorch")
                if gradients and output.requires_grad and not output.is_leaf:
                    output.retain_grad()
                tensors[result.name] = output
        slopes = {}
        if gradients:
            loss = tensors[dict(graph.results)["loss"].name]
            if loss.requires_grad:
                loss.backward()
            for name, t in tensors.items():
                if t.is_floating_point():
                    slopes[name] = t.grad.numpy() if t.requires_grad and t.grad is not None else np.zeros(tuple(t.shape))
    values = {name: t.detach().numpy() for name, t in tensors.items()}
    return values, slopes
