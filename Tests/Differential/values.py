"""Components of plain values: pointwise chains, sums over the batch that are read again, reductions, products, indices, integers, views."""
from graph import Type

SMOOTH = ["neg", "tanh", "sigmoid", "silu", "softplus", "gelu", "gelu-tanh", "erf", "relu", "abs"]


def draw_shape(b, rank=None, largest=4000, first=None):
    """A shape that begins with the batch, of few enough elements; rank 0 to 8."""
    rank = b.choice([0, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8]) if rank is None else rank
    if rank == 0:
        return ()
    shape = [first or (b.batch if b.chance(0.85) else b.between(1, 9))]
    left = max(1, largest // shape[0])
    for _ in range(rank - 1):
        extent = min(b.choice([1, 2, 3, 3, 4, 5, 7, 8, 9, 16, 17, 33] if rank < 4 else [1, 1, 2, 3, 4]), left)
        shape.append(extent)
        left = max(1, left // extent)
    return tuple(shape)


def draw_axes(b, rank):
    return sorted(b.random.sample(range(rank), b.between(1, rank)))


def smooth(b, x):
    """One pointwise operation with one operand, defined for all numbers."""
    kind = b.choice(SMOOTH + ["exp", "log", "sqrt", "rsqrt", "reciprocal", "scale", "shift", "power"])
    if kind == "gelu-tanh":
        return b.unary("gelu", x, approximate="tanh")
    if kind in SMOOTH:
        return b.unary(kind, x)
    if kind == "exp":
        return b.unary("exp", b.unary("tanh", x))
    if kind == "scale":
        return b.scaled(x, b.choice([0.5, -2.0, 0.1, 1.0]))
    if kind == "shift":
        return b.binary("add", x, b.like(b.choice([1.0, -0.25, 0.3]), x))
    # Defined for positive numbers only.
    positive = b.binary("add", b.binary("mul", x, x), b.like(0.5, x))
    if kind == "reciprocal":
        return b.binary("div", x, positive)
    if kind == "power":
        return b.binary("pow", positive, b.unary("tanh", x))
    return b.unary(kind, positive)


def combine(b, x, y):
    kind = b.choice(["add", "sub", "mul", "max", "min", "select", "div"])
    if kind == "div":
        return b.binary("div", x, b.binary("add", b.unary("abs", y), b.like(1.0, y)))
    if kind == "select":
        return b.select(b.compare(x, y, b.choice(["lt", "ge", "gt", "le"])), x, y)
    return b.binary(kind, x, y)


def pointwise(b):
    shape = draw_shape(b)
    fill = b.choice(["normal", "normal", "normal", "integers"])
    values = [b.parameter(shape, fill=fill) for _ in range(b.between(1, 4))]
    if fill == "integers":
        # Where operands are equal each of them gets half of the gradient.
        values.append(b.binary(b.choice(["max", "min"]), b.choice(values), b.choice(values)))
        values.append(b.unary(b.choice(["relu", "abs", "sign"]), b.choice(values)))
    if b.chance(0.15):
        values.append(b.unary(b.choice(["floor", "round", "sign"]), b.choice(values)))
    if b.chance(0.2):
        a, c = b.choice(values), b.choice(values)
        p = b.compare(a, c)
        if b.chance(0.5):
            p = b.one(b.choice(["and", "or"]), [p, b.parameter(shape, "bool")], p.type)
        if b.chance(0.3):
            p = b.unary("not", p)
        b.result(p)
        values.append(b.select(p, c, a))
    for _ in range(b.between(1, 8)):
        x = values[-1] if b.chance(0.6) else b.choice(values)
        values.append(smooth(b, x) if b.chance(0.5) else combine(b, x, b.choice(values)))


def again(b, x):
    """One sum over the batch of which every sample makes use."""
    axis = 0
    kind = b.choice(["centre", "standardise", "softmax", "composed-softmax", "norm", "maximum", "share"])
    back = lambda v: b.spread(v, x.shape, [axis])
    if kind in ("centre", "standardise"):
        y = b.binary("sub", x, back(b.reduce("reduce_mean", x, [axis])))
        if kind == "centre":
            return y
        variance = b.reduce("reduce_mean", b.binary("mul", y, y), [axis])
        return b.binary("mul", y, back(b.unary("rsqrt", b.binary("add", variance, b.like(1e-3, variance)))))
    if kind == "softmax":
        return b.softmax(x, axis) if b.chance(0.6) else b.log_softmax(x, axis)
    if kind == "composed-softmax":
        e = b.unary("exp", b.binary("sub", x, back(b.reduce("reduce_max", x, [axis]))))
        return b.binary("div", e, back(b.reduce("reduce_sum", e, [axis])))
    if kind == "norm":
        n = b.unary("sqrt", b.reduce("reduce_sum", b.binary("mul", x, x), [axis]))
        return b.binary("div", x, back(b.binary("add", n, b.like(1e-3, n))))
    if kind == "maximum":
        return b.binary("sub", x, back(b.reduce(b.choice(["reduce_max", "reduce_min"]), x, [axis])))
    total = b.reduce("reduce_sum", b.unary("sigmoid", x), [axis])
    return b.binary("mul", x, back(b.unary("tanh", total)))


def batch_sums(b):
    rank = b.choice([1, 2, 2, 2, 3, 4])
    x = b.parameter(draw_shape(b, rank, first=b.batch))
    if b.chance(0.3):
        x = b.binary("add", x, b.parameter(x.shape))
    for _ in range(b.between(1, 3)):
        kind = b.below(4)
        if kind == 0 and x.type.rank == 2:
            x = b.linear(x, b.choice([1, 2, 3, 8, 17, 33]))
        elif kind == 1:
            x = smooth(b, x)
        x = again(b, x)
    if b.chance(0.2):
        # A running statistic: the new value of a state.
        old = b.parameter(x.shape[1:], role="state")
        new = b.binary("add", b.scaled(old, 0.9), b.scaled(b.reduce("reduce_mean", x, [0]), 0.1))
        b.result(new, differentiable=False, name=old.name)


def reductions(b):
    # Sums of more than 4,096 numbers are computed in parts.
    shape = draw_shape(b, b.choice([1, 2, 2, 3, 3, 4, 5]), largest=b.choice([4000, 4000, 40000]))
    x = b.parameter(shape)
    for _ in range(b.between(1, 3)):
        axes = draw_axes(b, x.type.rank)
        kind = b.choice(["reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "layer-norm", "log_softmax"])
        if kind == "layer-norm":
            y = b.binary("sub", x, b.spread(b.reduce("reduce_mean", x, axes), x.shape, axes))
            variance = b.reduce("reduce_mean", b.binary("mul", y, y), axes)
            x = b.binary("mul", y, b.spread(b.unary("rsqrt", b.binary("add", variance, b.like(1e-3, variance))), x.shape, axes))
        elif kind == "log_softmax":
            x = b.log_softmax(x, b.below(x.type.rank))
        else:
            r = b.reduce(kind, x, axes)
            if b.chance(0.3):
                r = smooth(b, r)
            if b.chance(0.5):
                x = b.binary(b.choice(["add", "sub", "mul"]), x, b.spread(r, x.shape, axes))
        if b.chance(0.3):
            x = smooth(b, x)


def matmuls(b):
    inner, rows, columns = (b.choice([1, 2, 3, 5, 8, 16, 17, 33, 64]) for _ in range(3))
    rank = b.choice([2, 2, 2, 3, 3, 4, 5])
    batches = tuple(b.choice([1, 2, 3]) for _ in range(rank - 3)) if rank > 3 else ()
    if rank > 2:
        batches = (min(b.batch, 33 if b.chance(0.7) else 130),) + batches
    else:
        rows = b.batch
    scale = inner ** -0.5
    while rows * columns * inner * max(1, len(batches) and batches[0]) > 3e6:
        rows, columns = max(1, rows // 2), max(1, columns // 2)
    lhs, rhs = b.chance(0.3), b.chance(0.5)
    a = b.parameter(batches + ((inner, rows) if lhs else (rows, inner)), scale=scale)
    w = b.parameter(batches + ((columns, inner) if rhs else (inner, columns)))
    y = b.matmul(a, w, lhs, rhs)
    if b.chance(0.3):
        y = b.add_bias(y, y.type.rank - 1)
    if b.chance(0.4):
        y = smooth(b, y)
    if b.chance(0.3):
        # Weights of attention and what they weigh.
        y = b.softmax(y, y.type.rank - 1)
        other = b.parameter(batches + (columns, b.choice([1, 3, 8])))
        y = b.matmul(y, other)
    if b.chance(0.2):
        b.matmul(y, y, transpose_rhs=True) if y.shape[-2] < 40 else b.matmul(y, y, transpose_lhs=True)


def classification(b):
    x = b.parameter([b.batch, b.choice([1, 3, 8, 33])])
    if b.chance(0.5):
        x = b.unary(b.choice(["relu", "tanh", "gelu"]), b.linear(x, b.choice([1, 4, 16, 33])))
    classes = b.choice([1, 2, 5, 10, 17])
    logits = b.linear(x, classes, bias=b.chance(0.5))
    labels = b.parameter([b.batch], "i32", fill="index", limit=classes, role="input")
    loss = b.cross_entropy(logits, labels, b.choice([0.0, 0.1, 0.3]))
    if b.chance(0.5):
        b.result(loss)
        b.result(logits)
    if b.chance(0.4):
        b.result(b.log_softmax(logits, b.below(2)))
    if b.chance(0.3):
        given = b.parameter([b.batch, classes], role="input")
        b.result(b.one("cross_entropy_grad", [given, labels], given.type), differentiable=False)


def views(b):
    """Slices, paddings, concatenations and transpositions of a few values, added where their shapes are equal."""
    shape = draw_shape(b, b.choice([1, 2, 3, 4, 4, 5]), largest=2500)
    values = [b.parameter(shape) for _ in range(b.between(1, 2))]
    for _ in range(b.between(2, 7)):
        x = b.choice(values)
        rank = x.type.rank
        kind = b.below(8)
        if kind == 0 and rank:
            values.append(b.transpose(x))
        elif kind == 1 and rank:
            low, high = ([b.choice([0, 0, 1, 2]) for _ in x.shape] for _ in range(2))
            values.append(b.pad(x, low, high, b.choice([0, 0, 0.5, -1.5])))
        elif kind in (2, 3) and rank:
            starts = [b.below(e) for e in x.shape]
            limits = [b.between(s + 1, e) for s, e in zip(starts, x.shape)]
            strides = [b.choice([1, 1, 1, 2, 3, 100]) for _ in x.shape]
            y = b.slice(x, starts, limits, strides)
            values.append(y)
            if b.chance(0.5) and max(strides) == 1:
                # Back at another place of the same shape.
                low = [b.between(0, e - n) for e, n in zip(x.shape, y.shape)]
                high = [e - n - l for e, n, l in zip(x.shape, y.shape, low)]
                values.append(b.binary("add", b.pad(y, low, high), x))
        elif kind == 4 and rank:
            axis = b.below(rank)
            same = [v for v in values if v.type.rank == rank and all(i == axis or v.shape[i] == x.shape[i] for i in range(rank))]
            values.append(b.concat([b.choice(same) for _ in range(b.between(1, 3))], axis))
        elif kind == 5:
            values.append(b.reshape(x, draw_factors(b, x.type.count)))
        elif kind == 6 and rank < 8 and x.type.count < 2000:
            at = b.between(0, rank)
            values.append(b.broadcast(x, x.shape[:at] + (b.choice([1, 2, 3]),) + x.shape[at:], [i for i in range(rank + 1) if i != at]))
        else:
            same = [v for v in values if v.shape == x.shape]
            values.append(combine(b, x, b.choice(same)))
        if values[-1].type.count > 20000:
            values.pop()


def draw_factors(b, count):
    """A shape of that many elements."""
    shape = []
    while count > 1 and len(shape) < 6:
        divisors = [d for d in range(1, min(count, 140) + 1) if count % d == 0]
        d = b.choice(divisors)
        shape.append(d)
        count //= d
    return tuple(shape) + ((count,) if count > 1 or b.chance(0.3) else ())


def indices(b):
    """gather, scatter_add, one_hot and argmax along any axis; indices are graph inputs or the places of maxima."""
    shape = draw_shape(b, b.choice([1, 2, 2, 3]), largest=2000)
    axis = b.below(len(shape))
    table = b.parameter(shape)
    index_shape = b.choice([(b.batch,), (b.between(1, 9),), (b.batch, 2), ()])
    chosen = b.parameter(index_shape, "i32", fill="index", limit=shape[axis], role=b.choice(["input", "input", "state"]))
    y = b.gather(table, chosen, axis)
    if y.type.count > 40000:
        return
    if b.chance(0.4):
        y = smooth(b, y)
    if b.chance(0.5):
        base = b.parameter(shape)
        b.scatter_add(base, chosen, y, axis)
    if b.chance(0.3):
        places = b.argmax(table, axis)
        b.result(places)
        hot = b.one_hot(places, shape[axis], b.dtype)
        b.reduce("reduce_sum", hot, [len(places.shape)])
    if b.chance(0.3):
        b.one_hot(chosen, shape[axis], b.choice([b.dtype, "i32"]))


def integers(b):
    """i32 arithmetic, which wraps around; comparisons, logic, bytes and conversions."""
    shape = draw_shape(b, b.choice([0, 1, 2, 3, 4]))
    wide = b.chance(0.3)
    values = [b.parameter(shape, "i32", limit=None if wide else 50) for _ in range(b.between(1, 3))]
    truths = [b.parameter(shape, "bool")]
    for _ in range(b.between(2, 8)):
        kind = b.below(9)
        x, y = b.choice(values), b.choice(values)
        if kind < 3:
            values.append(b.binary(b.choice(["add", "sub", "mul", "max", "min"]), x, y))
        elif kind == 3:
            truths.append(b.compare(x, y))
        elif kind == 4:
            p = b.choice(truths)
            truths.append(b.unary("not", p) if b.chance(0.3) else b.one(b.choice(["and", "or"]), [p, b.choice(truths)], p.type))
        elif kind == 5:
            values.append(b.select(b.choice(truths), x, y))
        elif kind == 6:
            values.append(b.convert(b.convert(x, b.choice(["u8", "bool", "i32"])), "i32"))
        elif kind == 7:
            values.append(b.convert(b.parameter(shape, "u8"), "i32"))
        else:
            values.append(b.binary("mul", x, b.like(b.choice([2, -1, 3]), x)))
    if b.chance(0.5):
        b.convert(b.choice(truths), b.choice([b.dtype, "i32", "u8"]))
    if b.chance(0.5):
        b.convert(b.parameter(shape, fill="normal", scale=50.0), b.choice(["i32", "u8", "bool"]))
    if b.chance(0.4):
        x = b.convert(b.parameter(shape, "u8"), b.dtype)
        b.binary("mul", x, b.parameter(shape))
    if shape and b.chance(0.4):
        b.transpose(b.choice(values + truths))
    if shape and b.chance(0.3):
        v = b.choice(values)
        b.concat([v, b.choice(values)], b.below(len(shape)))


def zero_extents(b):
    """Axes of extent 0: tensors are empty, their sums 0."""
    rank = b.choice([1, 2, 3, 4])
    shape = [b.choice([1, 2, 3, 17]) for _ in range(rank)]
    shape[b.below(rank)] = 0
    x, y = b.parameter(shape), b.parameter(shape)
    z = combine(b, x, y)
    if b.chance(0.6):
        z = smooth(b, z)
    axes = draw_axes(b, rank)
    kind = b.below(6)
    if kind < 3:
        b.reduce("reduce_sum", z, axes)
    elif kind == 3:
        axis = b.below(rank)
        full = [e or 2 for e in shape] if b.chance(0.5) else shape
        if any(f != s for i, (f, s) in enumerate(zip(full, shape)) if i != axis):
            full = shape
        b.concat([z, b.parameter(full)], axis)
    elif kind == 4:
        b.pad(z, [1] * rank, [0] * rank, 0.5)
    else:
        # A product over no element is 0.
        b.matmul(b.parameter([b.choice([0, 3, 17]), 0]), b.parameter([0, b.choice([2, 9])]))
    if b.chance(0.3):
        b.transpose(z)
    if b.chance(0.2):
        b.reshape(z, [0])


def precisions(b):
    """Values that go from f32 to f64 or back."""
    other = "f64" if b.dtype == "f32" else "f32"
    x = b.parameter(draw_shape(b, b.choice([1, 2, 3])))
    y = b.convert(smooth(b, x), other)
    y = smooth(b, y)
    if b.chance(0.5):
        y = b.binary("mul", y, b.parameter(y.shape, other))
    if b.chance(0.5):
        y = b.reduce("reduce_mean", y, draw_axes(b, y.type.rank))
    if b.chance(0.5):
        b.convert(y, b.dtype)


def special_values(b):
    """NaN and infinities through operations that move or choose values. Not differentiated."""
    shape = draw_shape(b, b.choice([1, 2, 3]))
    given = lambda: b.parameter(shape, fill="special", role="input")
    values = [given(), given()]
    for _ in range(b.between(2, 6)):
        x, y = b.choice(values), b.choice(values)
        kind = b.below(6)
        if kind == 0:
            values.append(b.unary(b.choice(["relu", "abs", "neg", "sign", "exp", "tanh", "sigmoid"]), x))
        elif kind < 4:
            values.append(b.binary(b.choice(["add", "sub", "mul", "max", "min", "div"]), x, y))
        elif kind == 4:
            values.append(b.select(b.compare(values[0], values[1]), x, y))
        else:
            b.reduce(b.choice(["reduce_max", "reduce_min", "reduce_sum"]), x, draw_axes(b, len(shape)))
    b.finish_results(differentiable=False)


RECIPES = {
    "pointwise": (pointwise, 2), "batch-sums": (batch_sums, 2.5), "reductions": (reductions, 2), "matmuls": (matmuls, 2),
    "classification": (classification, 1), "views": (views, 2), "indices": (indices, 1.5), "integers": (integers, 1.5),
    "zero-extents": (zero_extents, 0.7), "precisions": (precisions, 0.7), "special-values": (special_values, 0.7),
}
