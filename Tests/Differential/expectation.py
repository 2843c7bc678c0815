"""What PyTorch expects of a case, how far rounding may take each result, and which results stand near a kink and say nothing."""
from dataclasses import dataclass

import numpy as np

import meaning
from drawing import component_of

# Operations whose results are exact where their operands are: they move or choose numbers.
EXACT = {
    "neg", "abs", "relu", "sign", "floor", "round", "max", "min", "compare", "and", "or", "not", "select", "broadcast", "reshape", "transpose",
    "xor", "iota", "batch_gather", "gather_elements", "floor_divide", "remainder",
    "reduce_max", "reduce_min", "argmax", "pad", "slice", "concat", "gather", "one_hot", "max_pool2d", "constant", "relu_grad",
}
# Of these, where a comparison goes the other way, the values jump; of the others only the gradients.
JUMPS = {"sign", "floor", "round", "compare", "argmax", "max_pool2d", "relu_grad", "convert"}


@dataclass
class Expected:
    array: np.ndarray
    # How far the same computation in PyTorch's f32 is from f64, scaled to f64's precision for graphs in f64.
    rounding: float
    # The largest number that appears on the way.
    magnitude: float
    # 2^-23 or 2^-52.
    unit: float
    comparable: bool = True


def finite_maximum(array):
    if array.size == 0 or array.dtype == np.bool_:
        return 0.0
    a = np.abs(array.astype(np.float64))
    return float(np.max(np.where(np.isfinite(a), a, 0)))


def difference(a, b):
    """The largest difference where both are finite."""
    if a.size == 0:
        return 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        d = np.abs(a.astype(np.float64) - b.astype(np.float64))
    return float(np.max(np.where(np.isfinite(a) & np.isfinite(b), d, 0)))


def second_gap(x, axes, behind_relu=False):
    """The smallest distance between the largest and the second largest number along the axes. Behind a relu zeros may be equal: whichever is
    chosen, its gradient is 0."""
    kept = [i for i in range(x.ndim) if i not in axes]
    rows = np.transpose(x, kept + list(axes)).reshape(int(np.prod([x.shape[i] for i in kept])), -1)
    if rows.shape[1] < 2 or rows.shape[0] == 0:
        return np.inf
    top = np.partition(rows, -2, axis=1)
    distances = top[:, -1] - top[:, -2]
    if behind_relu:
        distances = distances[top[:, -1] != 0]
    return float(np.min(distances, initial=np.inf))


def pool_gap(x, attributes, behind_relu):
    window, strides, dilation, padding, beyond = meaning.pool_geometry(attributes, x.shape[2:])
    padding = meaning.beyond_padding(padding, beyond)
    widths = ((0, 0), (0, 0), (padding[0], padding[1]), (padding[2], padding[3]))
    image = np.pad(x, widths, constant_values=-1e300)
    spans = [d * (w - 1) + 1 for d, w in zip(dilation, window)]
    windows = np.lib.stride_tricks.sliding_window_view(image, spans, (2, 3))[:, :, ::strides[0], ::strides[1], ::dilation[0], ::dilation[1]]
    return second_gap(windows, [4, 5], behind_relu)


def gap(node, operands, behind_relu):
    """How far the node's operands are from a place where its result jumps or its slope does."""
    x = operands[0]
    name = node.operation
    if x.size == 0:
        return np.inf
    if name in ("relu", "abs", "sign"):
        return np.min(np.abs(x))
    if name == "relu_grad":
        return np.min(np.abs(operands[1]))
    if name == "floor":
        return np.min(np.abs(x - np.round(x)))
    if name == "round":
        return np.min(np.abs(x - np.floor(x) - 0.5))
    if name in ("max", "min", "compare"):
        return np.min(np.abs(x.astype(np.float64) - operands[1]))
    if name in ("reduce_max", "reduce_min"):
        return second_gap(x if name == "reduce_max" else -x, node.attributes["axes"], behind_relu)
    if name == "argmax":
        return second_gap(x, [node.attributes["axis"]])
    if name == "max_pool2d":
        return pool_gap(x, node.attributes, behind_relu)
    if name == "convert" and not node.results[0].type.is_float and node.operands[0].type.is_float:
        return np.min(np.abs(x)) if node.results[0].dtype == "bool" else np.min(np.abs(x - np.round(x)))
    return np.inf


class Kinks:
    """Finds values that may jump by rounding, and components whose gradients may."""

    def __init__(self, graph, precise, single, factor, unit):
        self.jumping, self.components = set(), set()
        exact = {v.name for _, v in graph.parameters}
        # Results of relu, and those of them that have elements near zero.
        relus, near_zero = set(), set()
        for node in graph.nodes:
            names = [o.name for o in node.operands]
            if any(n in self.jumping for n in names):
                self.jumping.update(r.name for r in node.results)
            if all(n in exact for n in names) and (node.operation in EXACT or self.is_whole(node, precise)):
                exact.update(r.name for r in node.results)
                continue
            if not node.results[0].type.is_float and node.operation != "argmax" and not any(o.type.is_float for o in node.operands):
                exact.update(r.name for r in node.results)
                continue
            if not names:
                continue
            with np.errstate(invalid="ignore"):
                distance = gap(node, [precise[n] for n in names], names[0] in relus)
            reach = sum(16 * factor * difference(precise[n], single[n]) + 16 * unit * finite_maximum(precise[n]) for n in names)
            kinked = not distance > reach
            if node.operation == "relu":
                relus.add(node.results[0].name)
                if kinked:
                    near_zero.add(node.results[0].name)
            if kinked or names[0] in near_zero and node.operation == "max_pool2d":
                self.components.add(component_of(node.results[0].name))
                if node.operation in JUMPS:
                    # The value of a pooling is continuous, its position is not.
                    results = node.results[1:] if node.operation == "max_pool2d" else node.results
                    self.jumping.update(r.name for r in results)

    def is_whole(self, node, precise):
        """Sums and products of small whole numbers are exact; Winograd's tiles divide, so convolutions are not counted."""
        if node.operation not in ("add", "sub", "mul", "reduce_sum", "scatter_add", "scatter_add_elements", "cumulative_sum"):
            return False
        arrays = [precise[v.name] for v in node.operands + node.results]
        return all(finite_maximum(a) < 2**18 and np.array_equal(a, np.round(a)) for a in arrays)


def ancestors(graph):
    """For each value the largest-number keys that it depends on, as sets of names."""
    found = {v.name: {v.name} for _, v in graph.parameters}
    for node in graph.nodes:
        names = set().union(*(found[o.name] for o in node.operands)) if node.operands else set()
        for r in node.results:
            found[r.name] = names | {r.name}
    return found


def expect(graph, arguments, gradients):
    """What PyTorch expects of each result, by name; with gradients also of each `<parameter>.gradient`."""
    has_single = any(v.dtype == "f32" for v in all_values(graph))
    precise, slopes = meaning.run(graph, arguments, meaning.PRECISE, gradients)
    low = meaning.AS_WRITTEN if has_single else meaning.SINGLE
    single, single_slopes = meaning.run(graph, arguments, low, gradients)
    unit, factor = (2.0**-23, 1.0) if has_single else (2.0**-52, 2.0**-29)
    kinks = Kinks(graph, precise, single, factor, unit)
    largest = {name: finite_maximum(a) for name, a in precise.items()}
    depends = ancestors(graph)
    expected = {}
    for name, value in graph.results:
        array = precise[value.name]
        magnitude = max(largest[n] for n in depends[value.name])
        if name == "loss" and gradients:
            # A sum of terms of either sign.
            magnitude = max(magnitude, sum(float(np.sum(np.abs(precise[n]))) for n in depends[value.name] if n.startswith("m")))
        expected[name] = Expected(
            array, factor * difference(array, single[value.name]), magnitude, unit, value.name not in kinks.jumping)
    if not gradients:
        return expected
    # Numbers on the way to a gradient: products of slopes and values of the same component.
    widest = {}
    for node in graph.nodes:
        component = component_of(node.results[0].name)
        operands = max([1.0] + [largest[o.name] for o in node.operands if o.type.is_float])
        for r in node.results:
            if r.name in slopes:
                widest[component] = max(widest.get(component, 0.0), operands * finite_maximum(slopes[r.name]))
    for role, value in graph.parameters:
        if role != "parameter":
            continue
        component = component_of(value.name)
        array = slopes[value.name]
        expected[value.name + ".gradient"] = Expected(
            array, factor * difference(array, single_slopes[value.name]), widest.get(component, 0.0), unit, component not in kinks.components)
    return expected


def all_values(graph):
    return [v for _, v in graph.parameters] + [r for node in graph.nodes for r in node.results]
