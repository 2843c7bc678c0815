"""Components that came later: loops, elements by index, running sums, division of integers, masks, tables and last layers of one output."""
from graph import Type
from values import draw_shape, smooth


def samples_of(b):
    return b.parameter([b.batch, b.choice([1, 2, 3, 5, 8])])


def product(b, x, features):
    return b.matmul(x, b.parameter([features, x.shape[1]], scale=x.shape[1] ** -0.5, role=None), transpose_rhs=True)


def bounded(b, x):
    return b.unary(b.choice(["tanh", "sigmoid"]), x)


def step_value(b, floats, whole, depth):
    """One more value `[N, F]` or `[N]` of a step, of functions without kinks."""
    x = b.choice(floats)
    same = b.choice([v for v in floats if v.type == x.type])
    rows = [v for v in floats if v.type.rank == 2]
    m = b.choice(rows) if rows else None
    kind = b.choice(["unary", "binary", "product", "bias", "sum", "spread", "softmax", "running", "turned", "select", "loop", "mixed"])
    if kind == "unary":
        return b.unary(b.choice(["tanh", "sigmoid", "silu", "softplus", "gelu"]), x)
    if kind == "binary":
        return bounded(b, b.binary(b.choice(["add", "sub", "mul"]), x, same))
    if m is None:
        return b.unary("tanh", x)
    count, features = m.shape
    if kind == "product":
        fitting = [w for w in whole if w.shape == (features, features)]
        return b.matmul(m, b.choice(fitting)) if fitting and b.chance(0.5) else product(b, m, b.choice([1, 2, 4, 7]))
    if kind == "bias":
        return b.add_bias(m, 1)
    if kind == "sum":
        return b.reduce(b.choice(["reduce_sum", "reduce_mean"]), m, [1])
    if kind == "spread":
        return b.binary("mul", m, b.spread(b.reduce("reduce_mean", m, [1]), m.shape, [1]))
    if kind == "softmax":
        return b.softmax(m, 1)
    if kind == "running":
        return b.unary("tanh", b.cumulative_sum(m, 1))
    if kind == "turned":
        at = b.below(features)
        parts = [b.slice(m, [0, at], [count, features], [1, 1]), b.slice(m, [0, 0], [count, at + 1], [1, 1])]
        return b.concat(parts, 1)
    if kind == "select":
        places = b.one("remainder", [b.iota(x.shape, 0)] + [b.constant(3, Type("i32", x.shape))], Type("i32", x.shape))
        return b.select(b.compare(places, b.constant(1, places.type), "lt"), x, b.unary("neg", same))
    if kind == "mixed" and b.chance(0.5):
        return b.binary("sub", m, b.spread(b.reduce("reduce_mean", m, [0]), m.shape, [0]))
    if kind == "loop" and depth < 2:
        made = loop(b, [m], whole, depth + 1)
        return b.choice([v for v in made if v.type.is_float and v.shape[:1] == (count,)] or [m])
    return b.unary("sigmoid", x)


def sequence(b, floats, steps):
    x = b.choice([v for v in floats if v.type.rank == 2])
    count, features = x.shape
    kind = b.below(5)
    if kind == 0:
        return b.broadcast(x, (steps, count, features), [1, 2])
    if kind == 1 and features == steps:
        return b.transpose(x, [1, 0])
    if kind == 2:
        return b.parameter([steps, b.choice([1, 3, 5])], role="parameter")
    if kind == 3 and count * steps < 3000:
        return b.transpose(b.parameter([count, steps, b.choice([1, 2, 4])]), [1, 0, 2])
    return b.parameter([steps, count, b.choice([1, 3, 4])])


def loop(b, floats, whole, depth=0):
    """A loop over samples `[N, F]`; returns its results."""
    steps = b.choice([0, 1, 2, 5, 9, 5]) if depth == 0 else b.choice([0, 1, 2, 3])
    rows = [v for v in floats if v.type.rank == 2]
    count = rows[0].shape[0]
    if b.chance(0.25):
        steps = b.choice(rows).shape[1]
    carried = [b.choice(rows) for _ in range(b.choice([0, 1, 1, 1, 2]))]
    counts = b.chance(0.3)
    if counts:
        carried.append(b.parameter(b.choice([(), (count,)]), "i32", limit=9, role="input"))
    if b.chance(0.15) and whole:
        carried.append(b.choice(whole))
    sequences = [sequence(b, floats, steps) for _ in range(b.choice([0, 1, 1, 2]))]

    def body(state, elements):
        inner = [v for v in state + elements if v.type.is_float and v.shape[:1] == (count,) and v.type.rank <= 2]
        weights = whole + [v for v in state + elements if v.type.is_float and v not in inner]
        if not any(v.type.rank == 2 for v in inner):
            inner.append(b.choice(rows))
        for w in weights:
            if w.type.rank == 1 and b.chance(0.8):
                m = next(v for v in inner if v.type.rank == 2)
                inner.append(b.binary("mul", product(b, m, w.shape[0]), b.broadcast(w, (count, w.shape[0]), [1])))
        for _ in range(b.between(1, 5)):
            inner.append(step_value(b, inner, weights, depth))
        after = []
        for old in state:
            if old.dtype == "i32":
                after.append(b.binary("add", old, b.like(b.between(1, 3), old)))
            elif old not in inner:
                after.append(b.unary("tanh", b.binary("mul", old, old)))
            else:
                last = next((v for v in reversed(inner) if v.type == old.type and v != old), None)
                if last is None or b.chance(0.5):
                    last = product(b, b.choice([v for v in inner if v.type.rank == 2]), old.shape[1])
                after.append(b.unary("tanh", b.binary("add", last, b.scaled(old, 0.5))))
        stacked = [b.choice(inner + [v for v in state if v.dtype == "i32"]) for _ in range(b.choice([0, 1, 1, 2]))]
        if not after and not stacked:
            stacked = [inner[-1]]
        return after, stacked

    last, stacks = b.scan(steps, carried, sequences, body, b.chance(0.5))
    return last + stacks


def loops(b):
    if b.batch > 70:
        b.batch = b.choice([1, 3, 33, 65])
    floats = [samples_of(b)] + ([samples_of(b)] if b.chance(0.4) else [])
    whole = [b.parameter([f, f], scale=0.5, role="parameter") for f in {v.shape[1] for v in floats} if b.chance(0.4)]
    for _ in range(b.choice([1, 1, 2])):
        made = loop(b, floats, whole)
        for v in made:
            if v.type.is_float and v.shape[:1] == (b.batch,) and v.type.rank == 2:
                floats.append(v)
            elif v.type.rank == 3 and v.shape[0] > 0 and b.chance(0.4):
                part = b.slice(v, [v.shape[0] - 1, 0, 0], list(v.shape), [1, 1, 1])
                floats.append(b.reshape(part, v.shape[1:]))
        if b.chance(0.5):
            floats.append(smooth(b, b.choice(floats)))


def functions(b):
    """log1p, expm1, atan2, running sums, and exclusive or."""
    shape = draw_shape(b, b.choice([1, 2, 2, 3, 4]))
    values = [b.parameter(shape) for _ in range(b.between(1, 3))]
    for _ in range(b.between(2, 6)):
        x, y = b.choice(values), b.choice(values)
        kind = b.below(6)
        if kind == 0:
            values.append(b.unary("log1p", b.unary("sigmoid", x)))
        elif kind == 1:
            values.append(b.unary("expm1", b.unary("tanh", x)))
        elif kind == 2:
            values.append(b.one("atan2", [x, b.binary("add", b.unary("sigmoid", y), b.like(0.5, y))], x.type))
        elif kind == 3:
            values.append(b.unary("tanh", b.cumulative_sum(x, b.below(len(shape)))))
        elif kind == 4:
            given = b.parameter(shape, "bool")
            p = b.one("xor", [b.compare(values[0], b.like(0.0, x), "lt"), given], given.type)
            values.append(b.select(p, x, y))
        else:
            values.append(smooth(b, x))


def elements(b):
    """gather_elements, scatter_add_elements and batch_gather, along any axis and by indices that are fewer than the table's elements."""
    shape = draw_shape(b, b.choice([1, 2, 2, 3]), largest=1500)
    axis = b.below(len(shape))
    table = b.parameter(shape)
    chosen = tuple(b.between(1, e) if b.chance(0.3) else e for e in shape)
    chosen = chosen[:axis] + (b.choice([1, shape[axis], b.between(1, 9)]),) + chosen[axis + 1:]
    indices = b.parameter(chosen, "i32", fill="index", limit=shape[axis], role="input")
    y = b.gather_elements(table, indices, axis)
    if b.chance(0.6):
        y = smooth(b, y)
    if b.chance(0.6):
        b.scatter_add_elements(b.parameter(shape) if b.chance(0.5) else table, indices, y, axis)
    if len(shape) > 1 and b.chance(0.4):
        places = b.parameter([shape[0], b.between(1, 4)], "i32", fill="index", limit=shape[-1], role="input")
        b.one("batch_gather", [table, places], Type(table.dtype, shape[:-1] + places.shape[1:]))


def divisions(b):
    """Division that rounds down, of whole numbers in i32 and in floating point; sums, extremes and places of the largest in i32."""
    shape = draw_shape(b, b.choice([1, 2, 3]))
    values = [b.parameter(shape, "i32", limit=b.choice([9, 100, None]), role="input") for _ in range(2)]
    for _ in range(b.between(2, 6)):
        x, y = b.choice(values), b.choice(values)
        kind = b.below(6)
        divisor = b.like(b.choice([1, -1, 3, -7, 64]), y)
        if kind < 2:
            if b.chance(0.4):
                divisor = b.binary("max", y, b.like(1, y))
            values.append(b.binary(["floor_divide", "remainder"][kind], x, divisor))
        elif kind == 2:
            values.append(b.cumulative_sum(x, b.below(len(shape))))
        elif kind == 3:
            axis = b.below(len(shape))
            r = b.reduce(b.choice(["reduce_sum", "reduce_max", "reduce_min"]), x, [axis])
            values.append(b.binary("sub", x, b.spread(r, shape, [axis])))
        elif kind == 4:
            b.result(b.argmax(x, b.below(len(shape))))
        else:
            values.append(b.binary(b.choice(["add", "mul", "min"]), x, y))
    if b.chance(0.5):
        # The slopes of what rounds down are 0, which PyTorch does not say.
        x = b.parameter(shape, fill="integers", role="input")
        divisor = b.like(b.choice([2.0, -3.0, 1.0]), x)
        values.append(b.binary(b.choice(["floor_divide", "remainder"]), x, divisor))


def attention(b):
    """Scores of which some positions are masked: later ones, or those that an input says."""
    count, positions, width = min(b.batch, 33), b.choice([1, 2, 5, 8]), b.choice([1, 3, 4])
    query, key, given = (b.parameter([count, positions, width]) for _ in range(3))
    scores = b.matmul(query, key, transpose_rhs=True)
    if b.chance(0.7):
        square = (positions, positions)
        row, column = b.iota(square, 0), b.iota(square, 1)
        p = b.compare(row, column, "ge")
        if b.chance(0.3):
            distance = b.binary("sub", row, column)
            p = b.one("and", [p, b.compare(distance, b.like(2, distance), "lt")], p.type)
        p = b.broadcast(p, scores.shape, [1, 2])
    else:
        p = b.broadcast(b.parameter([count, positions], "bool"), scores.shape, [0, 2])
    masked = b.select(p, scores, b.like(-1e30, scores))
    mixed = b.matmul(b.softmax(masked, 2), given)
    if b.chance(0.3):
        b.cumulative_sum(mixed, 1)


def tables(b):
    """Constants of many numbers: factors, biases, and what indices choose from."""
    features = b.choice([3, 17, 40])
    x = b.parameter([b.batch, features])
    width = b.choice([2, 16, 257])
    y = b.matmul(x, b.table([features, width]))
    if b.chance(0.5):
        y = b.binary("add", y, b.broadcast(b.table([width]), y.shape, [1]))
    if b.chance(0.5):
        chosen = b.parameter([b.batch], "i32", fill="index", limit=300, role="input")
        y = b.binary("mul", y, b.gather(b.table([300, width]), chosen, 0))
    if b.chance(0.3):
        b.binary("mul", b.table([b.batch, 5], "i32"), b.parameter([b.batch, 5], "i32", limit=9))
    if b.chance(0.5):
        smooth(b, y)


def heads(b):
    """A last layer of one output or two, which become a vector, and a loss of vectors."""
    x = b.parameter([b.batch, b.choice([1, 3, 8, 40])])
    if b.chance(0.4):
        x = b.unary(b.choice(["tanh", "silu"]), b.linear(x, b.choice([1, 3, 8, 40])))
    outputs = b.choice([1, 1, 2])
    y = b.linear(x, outputs, bias=b.chance(0.75))
    y = b.reduce("reduce_sum", y, [1]) if b.chance(0.3) else b.reshape(y, (b.batch * outputs,))
    target = b.parameter(y.shape, role="input")
    difference = b.binary("sub", bounded(b, y) if b.chance(0.4) else y, target)
    square = b.binary("mul", difference, difference)
    b.reduce(b.choice(["reduce_mean", "reduce_sum"]), square, [0])


def weighted_losses(b):
    """Cross entropy with a weight for each sample."""
    classes = b.choice([1, 2, 5, 10])
    logits = b.linear(samples_of(b), classes)
    labels = b.parameter([b.batch], "i32", fill="index", limit=classes, role="input")
    weights = b.parameter([b.batch], fill="positive", role="input")
    smoothing = b.choice([0.0, 0.1])
    operands = [logits, labels, weights]
    b.one("cross_entropy", operands, Type(b.dtype, ()), {"label_smoothing": smoothing} if smoothing else {})


RECIPES = {
    "loops": (loops, 4), "functions": (functions, 1), "elements": (elements, 1.5), "divisions": (divisions, 1), "attention": (attention, 1),
    "tables": (tables, 1), "heads": (heads, 1), "weighted-losses": (weighted_losses, 0.5),
}
