"""Which translation belongs to which entry of PyTorch's op_db and module_db. An entry that is missing cannot be expressed (or nobody has yet)."""
import functional as f
import functional_images as g

UNARY = "neg exp log sqrt rsqrt tanh sigmoid abs sign erf floor round".split()
POINTWISE = {
    "add": f.add, "sub": f.subtract, "mul": f.multiply, "div.no_rounding_mode": f.divide, "true_divide": f.divide, "pow": f.power,
    "rsub": f.swapped(f.subtract), "__radd__": f.swapped(f.add), "__rmul__": f.swapped(f.multiply), "__rsub__": f.swapped(f.subtract),
    "__rdiv__": f.swapped(f.divide), "__rpow__": f.swapped(f.power), "maximum": f.maximum, "minimum": f.minimum, "max.binary": f.maximum,
    "min.binary": f.minimum, "square": lambda b, x: b.binary("mul", f.floats(x), x),
    "reciprocal": lambda b, x: b.binary("div", b.like(1, f.floats(x)), x), "clamp": f.clamp,
    "clamp_min": lambda b, x, m: f.maximum(b, x, m), "clamp_max": lambda b, x, m: f.minimum(b, x, m), "lerp": f.lerp,
    "addcmul": f.combined(f.multiply), "addcdiv": f.combined(f.divide), "where": lambda b, x, p, y: f.where(b, p, x, y),
    "masked_fill": f.masked_fill, "logical_and": f.logic("and"), "logical_or": f.logic("or"),
    "logical_not": lambda b, x: b.unary("not", f.truth(b, x)), "positive": lambda b, x: b.reshape(x, x.shape),
    "clone": lambda b, x, **o: b.reshape(x, x.shape), "contiguous": lambda b, x, **o: b.reshape(x, x.shape),
    "isnan": lambda b, x: b.compare(f.floats(x), x, "ne"), "bool": lambda b, x, **o: b.convert(x, "bool"),
    "int": lambda b, x, **o: b.convert(x, "i32"), "exp2": lambda b, x: b.unary("exp", b.scaled(f.floats(x), 0.6931471805599453)),
    "log2": lambda b, x: b.scaled(b.unary("log", f.floats(x)), 1.4426950408889634),
    "log10": lambda b, x: b.scaled(b.unary("log", f.floats(x)), 0.4342944819032518),
    **{name: f.unary(name) for name in UNARY}, **{name: f.comparison(name) for name in "eq ne lt le gt ge".split()},
}
# Without hardsigmoid: PyTorch's gradient of it takes 1 / 6 rounded to f32 also in f64.
ACTIVATIONS = {
    "relu": lambda b, x, inplace=False: b.unary("relu", f.floats(x)), "silu": lambda b, x, inplace=False: b.unary("silu", f.floats(x)),
    "gelu": lambda b, x, approximate="none": b.unary("gelu", f.floats(x), **({"approximate": "tanh"} if approximate == "tanh" else {})),
    "softplus": f.softplus, "elu": f.elu, "celu": f.celu, "selu": f.selu, "leaky_relu": f.leaky_relu, "prelu": f.prelu, "hardtanh": f.hardtanh,
    "relu6": f.relu6, "hardswish": f.hardswish, "logsigmoid": f.logsigmoid, "mish": f.mish, "softsign": f.softsign,
    "tanhshrink": f.tanhshrink, "softshrink": f.softshrink, "hardshrink": f.hardshrink, "threshold": f.threshold, "glu": f.glu,
    "softmin": f.softmin,
}
REDUCTIONS = {
    "sum": f.total, "mean": f.mean, "amax": f.largest, "amin": f.smallest, "max.reduction_no_dim": f.largest, "min.reduction_no_dim": f.smallest,
    "var": f.variance, "var.unbiased": f.variance, "std": f.deviation, "std.unbiased": f.deviation, "logsumexp": f.logsumexp, "argmax": f.argmax,
    "softmax": f.softmax, "log_softmax": f.log_softmax,
}
PRODUCTS = {
    "matmul": f.matmul, "mm": f.matmul, "bmm": f.matmul, "mv": f.matmul, "dot": f.matmul, "__rmatmul__": f.swapped(f.matmul),
    "addmm": f.weighted(f.matmul), "addmm.decomposed": f.weighted(f.matmul), "addmv": f.weighted(f.matmul), "baddbmm": f.weighted(f.matmul),
    "addbmm": f.weighted(f.batch_product), "addr": f.weighted(f.outer), "outer": f.outer,
}
VIEWS = {
    "cat": g.concatenate, "stack": g.stack, "index_select": g.index_select, "index_add": g.index_add, "roll": g.roll,
    "hstack": lambda b, x: g.concatenate(b, x, 1 if x[0].type.rank > 1 else 0), "vstack": lambda b, x: g.concatenate(b, [v if v.type.rank > 1 else b.reshape(v, [1, v.type.count]) for v in x], 0),
    "permute": lambda b, x, *dims: b.transpose(x, [d % x.type.rank for d in (dims[0] if len(dims) == 1 and not isinstance(dims[0], int) else dims)]),
    "transpose": lambda b, x, i, j: b.transpose(x, exchanged(x, i, j)), "t": lambda b, x: b.transpose(x, list(range(x.type.rank))[::-1]),
    "T": lambda b, x: b.transpose(x, list(range(x.type.rank))[::-1]), "mT": lambda b, x: b.transpose(x, exchanged(x, -1, -2)),
    "reshape": lambda b, x, *sizes: b.reshape(x, g.shape_of(x, sizes)), "view": lambda b, x, *sizes: b.reshape(x, g.shape_of(x, sizes)),
    "ravel": lambda b, x: b.reshape(x, [x.type.count]), "unsqueeze": lambda b, x, dim: b.reshape(x, inserted(x, dim)),
    "squeeze": lambda b, x, *dims: b.reshape(x, squeezed(x, *dims)),
    "flatten": lambda b, x, start_dim=0, end_dim=-1: b.reshape(x, flat(x, start_dim, end_dim)),
    "expand": lambda b, x, *sizes: expanded(b, x, sizes), "broadcast_to": lambda b, x, *sizes: expanded(b, x, sizes),
    "expand_as": lambda b, x, y: f.expand(b, x, y.shape), "narrow": lambda b, x, dim, start, length: narrowed(b, x, dim, start, length),
    "select": lambda b, x, dim, index: selected(b, x, dim, index), "constant_pad_nd": lambda b, x, pad, value=0: g.pad_constant(b, x, pad, value=value),
    "chunk": lambda b, x, count, dim=0: pieces(b, x, -(-x.shape[f.axis_of(x, dim)] // count), dim),
    "split": lambda b, x, size, dim=0: pieces(b, x, size, dim), "unbind": lambda b, x, dim=0: [selected(b, x, dim, i) for i in range(x.shape[dim])],
}
FUNCTIONAL = {
    "linear": f.linear, "scaled_dot_product_attention": f.attention, "conv1d": g.convolution(1), "conv2d": g.convolution(2),
    "conv_transpose1d": g.convolution(1, True), "conv_transpose2d": g.convolution(2, True), "max_pool1d": g.pooling("max", 1),
    "max_pool2d": g.pooling("max", 2), "avg_pool1d": g.pooling("average", 1), "avg_pool2d": g.pooling("average", 2),
    "adaptive_avg_pool1d": g.adaptive("average", 1), "adaptive_avg_pool2d": g.adaptive("average", 2),
    "adaptive_max_pool1d": g.adaptive("max", 1), "adaptive_max_pool2d": g.adaptive("max", 2), "batch_norm": g.batch_norm,
    "batch_norm.without_cudnn": g.batch_norm, "layer_norm": g.layer_norm, "rms_norm": g.rms_norm, "group_norm": g.group_norm,
    "instance_norm": g.instance_norm, "pad.constant": g.pad_constant, "embedding": f.swapped(g.embedding), "cross_entropy": g.cross_entropy,
    "nll_loss": g.nll, "mse_loss": g.loss_of(g.squared), "l1_loss": g.loss_of(g.absolute), "smooth_l1_loss": g.loss_of(g.smooth_l1),
    "huber_loss": g.loss_of(g.huber), "binary_cross_entropy_with_logits": g.loss_of(g.logistic),
    "binary_cross_entropy": g.loss_of(g.binary_entropy), "soft_margin_loss": g.loss_of(g.soft_margin),
    "margin_ranking_loss": g.loss_of(g.margin_ranking), "kl_div": g.loss_of(g.divergence),
    "one_hot": lambda b, x, num_classes=-1: b.one_hot(x, num_classes, "i32"), **ACTIVATIONS,
}
OPERATIONS = {**POINTWISE, **REDUCTIONS, **PRODUCTS, **VIEWS, **{"nn.functional." + k: v for k, v in FUNCTIONAL.items()}}


def exchanged(x, i, j):
    axes = list(range(x.type.rank))
    if axes:
        axes[i], axes[j] = axes[j], axes[i]
    return axes


def inserted(x, dim):
    at = dim % (x.type.rank + 1)
    return x.shape[:at] + (1,) + x.shape[at:]


def squeezed(x, *dims):
    axes = f.axes_of(x, dims[0] if dims else None)
    return [e for i, e in enumerate(x.shape) if not (e == 1 and i in axes)]


def flat(x, start, end):
    if x.type.rank == 0:
        return [1]
    start, end = start % x.type.rank, end % x.type.rank
    count = 1
    for e in x.shape[start:end + 1]:
        count *= e
    return x.shape[:start] + (count,) + x.shape[end + 1:]


def expanded(b, x, sizes):
    sizes = list(sizes[0]) if len(sizes) == 1 and not isinstance(sizes[0], int) else list(sizes)
    offset = len(sizes) - x.type.rank
    return f.expand(b, x, [x.shape[i - offset] if s == -1 else s for i, s in enumerate(sizes)])


def narrowed(b, x, dim, start, length):
    f.need(isinstance(start, int) and isinstance(length, int), "a start that is a tensor")
    axis = f.axis_of(x, dim)
    start %= x.shape[axis]
    return f.part(b, x, axis, start, start + length)


def selected(b, x, dim, index):
    axis = f.axis_of(x, dim)
    y = f.part(b, x, axis, index % x.shape[axis], index % x.shape[axis] + 1)
    return b.reshape(y, x.shape[:axis] + x.shape[axis + 1:])


def pieces(b, x, size, dim):
    f.need(isinstance(size, int), "a list of sizes")
    axis = f.axis_of(x, dim)
    return [f.part(b, x, axis, start, min(start + size, x.shape[axis])) for start in range(0, x.shape[axis], size)]


# A translation of a module takes the module and its weights by name, as Values.
def plain(function, *attributes):
    """A module that is a function of its inputs and of these attributes."""
    return lambda b, m, w, *x: function(b, *x, **{a: getattr(m, a) for a in attributes})


def convolutional(function, transposed=False):
    def translate(b, m, w, x, *more):
        f.need(not more and m.padding_mode == "zeros", "another mode of padding or a size")
        extra = {"output_padding": m.output_padding} if transposed else {}
        return function(b, x, w["weight"], w.get("bias"), stride=m.stride, padding=m.padding, dilation=m.dilation, groups=m.groups, **extra)
    return translate


def pooled(kind, dimensions):
    def translate(b, m, w, x):
        own = {"ceil_mode": m.ceil_mode}
        own.update({"dilation": m.dilation, "return_indices": m.return_indices} if kind == "max" else {
            "count_include_pad": m.count_include_pad, "divisor_override": getattr(m, "divisor_override", None)})
        return g.pooling(kind, dimensions)(b, x, m.kernel_size, m.stride, m.padding, **own)
    return translate


def normalised(b, m, w, x):
    training = m.training or m.running_mean is None
    return g.batch_norm(b, x, w.get("running_mean"), w.get("running_var"), w.get("weight"), w.get("bias"), training, eps=m.eps)


def instance_normalised(dimensions):
    def translate(b, m, w, x):
        batched = x.type.rank == dimensions + 2
        y = x if batched else b.reshape(x, (1,) + x.shape)
        y = g.instance_norm(b, y, None, None, w.get("weight"), w.get("bias"), m.training or not m.track_running_stats, eps=m.eps)
        return y if batched else b.reshape(y, x.shape)
    return translate


MODULES = {
    "Linear": lambda b, m, w, x: f.linear(b, x, w["weight"], w.get("bias")),
    "Conv1d": convolutional(g.convolution(1)), "Conv2d": convolutional(g.convolution(2)),
    "ConvTranspose1d": convolutional(g.convolution(1, True), True), "ConvTranspose2d": convolutional(g.convolution(2, True), True),
    "MaxPool1d": pooled("max", 1), "MaxPool2d": pooled("max", 2), "AvgPool1d": pooled("average", 1), "AvgPool2d": pooled("average", 2),
    "AdaptiveAvgPool1d": plain(g.adaptive("average", 1), "output_size"), "AdaptiveAvgPool2d": plain(g.adaptive("average", 2), "output_size"),
    "AdaptiveMaxPool1d": plain(g.adaptive("max", 1), "output_size"), "AdaptiveMaxPool2d": plain(g.adaptive("max", 2), "output_size"),
    "BatchNorm1d": normalised, "BatchNorm2d": normalised, "BatchNorm3d": normalised,
    "LayerNorm": lambda b, m, w, x: g.layer_norm(b, x, m.normalized_shape, w.get("weight"), w.get("bias"), m.eps),
    "RMSNorm": lambda b, m, w, x: g.rms_norm(b, x, m.normalized_shape, w.get("weight"), m.eps),
    "GroupNorm": lambda b, m, w, x: g.group_norm(b, x, m.num_groups, w.get("weight"), w.get("bias"), m.eps),
    **{f"InstanceNorm{d}d": instance_normalised(d) for d in (1, 2, 3)},
    "Embedding": lambda b, m, w, x: g.embedding(b, x, w["weight"], m.padding_idx, m.max_norm, scale_grad_by_freq=m.scale_grad_by_freq),
    "PReLU": lambda b, m, w, x: f.prelu(b, x, w["weight"]),
    "ReLU": plain(ACTIVATIONS["relu"]), "SiLU": plain(ACTIVATIONS["silu"]), "GELU": plain(ACTIVATIONS["gelu"], "approximate"),
    "Softplus": plain(f.softplus, "beta", "threshold"), "ELU": plain(f.elu, "alpha"), "CELU": plain(f.celu, "alpha"), "SELU": plain(f.selu),
    "LeakyReLU": plain(f.leaky_relu, "negative_slope"), "Hardtanh": plain(f.hardtanh, "min_val", "max_val"), "ReLU6": plain(f.relu6),
    "Hardswish": plain(f.hardswish), "LogSigmoid": plain(f.logsigmoid), "Mish": plain(f.mish), "Softsign": plain(f.softsign),
    "Tanhshrink": plain(f.tanhshrink), "Softshrink": plain(f.softshrink, "lambd"), "Hardshrink": plain(f.hardshrink, "lambd"),
    "Threshold": plain(f.threshold, "threshold", "value"), "GLU": plain(f.glu, "dim"), "Tanh": plain(f.unary("tanh")), "Sigmoid": plain(f.unary("sigmoid")),
    "Softmax": plain(f.softmax, "dim"), "LogSoftmax": plain(f.log_softmax, "dim"), "Softmin": plain(f.softmin, "dim"),
    "Softmax2d": lambda b, m, w, x: f.softmax(b, x, -3),
    "MSELoss": plain(FUNCTIONAL["mse_loss"], "reduction"), "L1Loss": plain(FUNCTIONAL["l1_loss"], "reduction"),
    "SmoothL1Loss": plain(FUNCTIONAL["smooth_l1_loss"], "reduction", "beta"), "HuberLoss": plain(FUNCTIONAL["huber_loss"], "reduction", "delta"),
    "BCELoss": plain(FUNCTIONAL["binary_cross_entropy"], "reduction", "weight"), "SoftMarginLoss": plain(FUNCTIONAL["soft_margin_loss"], "reduction"),
    "BCEWithLogitsLoss": plain(FUNCTIONAL["binary_cross_entropy_with_logits"], "reduction", "weight", "pos_weight"),
    "MarginRankingLoss": plain(FUNCTIONAL["margin_ranking_loss"], "reduction", "margin"), "KLDivLoss": plain(FUNCTIONAL["kl_div"], "reduction", "log_target"),
    "CrossEntropyLoss": plain(g.cross_entropy, "reduction", "weight", "ignore_index", "label_smoothing"),
    "NLLLoss": plain(g.nll, "reduction", "weight", "ignore_index"),
    **{f"{kind}Pad{d}d": lambda b, m, w, x: g.pad_constant(b, x, list(m.padding), value=getattr(m, "value", 0))
       for kind in ("Constant", "Zero") for d in (1, 2, 3)},
}
