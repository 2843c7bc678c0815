"""Builds one component of a random graph: types of results are inferred here, names carry the component's prefix."""
import numpy as np

from graph import NUMPY, Graph, Node, Region, Table, Type, Value

# Sizes around multiples of 16, 32 and 64, where tiles, shards and vectors end.
BATCHES = [1, 2, 3, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 100, 127, 128, 129, 130]


class Builder:
    """`random` draws the graph, `numbers` (a NumPy RandomState) the contents of inputs. `batch` is the extent that the component's inputs
    share, `dtype` its floating-point type."""

    def __init__(self, prefix, random, numbers, batch, dtype):
        self.prefix, self.random, self.numbers, self.batch, self.dtype = prefix, random, numbers, batch, dtype
        self.graph = Graph()
        self.arguments = {}
        self.names = {}
        self.differentiable = set()
        self.count = 0

    # Drawing

    def below(self, n):
        return self.random.randrange(n)

    def between(self, low, high):
        return self.random.randint(low, high)

    def chance(self, probability):
        return self.random.random() < probability

    def choice(self, items):
        return items[self.below(len(items))]

    # Parameters

    def name(self, kind):
        self.count += 1
        return f"{self.prefix}{kind}{self.count}"

    def parameter(self, shape, dtype=None, fill="normal", role=None, scale=1.0, limit=None):
        """A new parameter of the graph. Fills: normal, positive, integers (small whole numbers), index (below `limit`), special."""
        dtype = dtype or self.dtype
        shape = tuple(shape)
        if role is None:
            role = self.random.choices(["input", "parameter", "state"], [5, 4, 1])[0]
            if dtype not in ("f32", "f64") and role == "parameter":
                role = "input"
        value = Value(self.name("i"), Type(dtype, shape))
        self.graph.parameters.append((role, value))
        self.arguments[value.name] = self.contents(dtype, shape, fill, scale, limit)
        return value

    def contents(self, dtype, shape, fill, scale, limit):
        r = self.numbers
        if dtype == "bool":
            return r.randint(0, 2, shape).astype(np.bool_)
        if dtype == "u8":
            return r.randint(0, limit or 256, shape).astype(np.uint8)
        if dtype == "i32":
            if fill == "index":
                return r.randint(0, limit, shape).astype(np.int32)
            bound = limit or (2**31 - 1 if r.randint(4) == 0 else 100)
            return r.randint(-bound, bound + 1, shape).astype(np.int32)
        if fill == "integers":
            return r.randint(-3, 4, shape).astype(NUMPY[dtype])
        if fill == "positive":
            return r.uniform(0.5, 2, shape).astype(NUMPY[dtype])
        x = np.asarray(r.standard_normal(shape) * scale).astype(np.float32).astype(NUMPY[dtype])
        if fill == "special" and x.size:
            flat = x.reshape(-1)
            for special in (np.nan, np.inf, -np.inf):
                flat[r.randint(0, flat.size, 1 + flat.size // 20)] = special
            x = flat.reshape(shape)
        return x

    # Nodes

    def node(self, operation, operands, types, attributes=None):
        if not all(isinstance(o, Value) for o in operands):
            raise TypeError(f"an operand of {operation} is no value")
        results = [Value(self.name("v"), t) for t in types]
        self.graph.nodes.append(Node(results, operation, list(operands), dict(attributes or {})))
        return results

    def one(self, operation, operands, type, attributes=None):
        return self.node(operation, operands, [type], attributes)[0]

    def unary(self, operation, x, **attributes):
        return self.one(operation, [x], x.type, attributes)

    def binary(self, operation, a, b):
        return self.one(operation, [a, b], a.type)

    def constant(self, number, type):
        return self.one("constant", [], type, {"value": number})

    def table(self, shape, dtype=None):
        """A constant with a number for each element, drawn."""
        dtype = dtype or self.dtype
        array = self.contents(dtype, shape, "normal", 0.5, 9)
        many = array.size > 256 or self.chance(0.2)
        return self.one("constant", [], Type(dtype, tuple(shape)), {"values": Table.of(array) if many else array.flatten().tolist()})

    def iota(self, shape, axis):
        return self.one("iota", [], Type("i32", tuple(shape)), {"axis": axis})

    def like(self, number, x):
        return self.constant(float(number) if x.type.is_float else number, x.type)

    def scaled(self, x, number):
        return self.binary("mul", x, self.like(number, x))

    def compare(self, a, b, direction=None):
        direction = direction or self.choice(["eq", "ne", "lt", "le", "gt", "ge"])
        return self.one("compare", [a, b], Type("bool", a.shape), {"direction": direction})

    def select(self, p, a, b):
        return self.one("select", [p, a, b], a.type)

    def convert(self, x, dtype):
        return self.one("convert", [x], Type(dtype, x.shape))

    def broadcast(self, x, shape, axes):
        return self.one("broadcast", [x], Type(x.dtype, tuple(shape)), {"shape": list(shape), "axes": list(axes)})

    def reshape(self, x, shape):
        return self.one("reshape", [x], Type(x.dtype, tuple(shape)))

    def transpose(self, x, permutation=None):
        permutation = permutation or self.random.sample(range(x.type.rank), x.type.rank)
        return self.one("transpose", [x], Type(x.dtype, tuple(x.shape[i] for i in permutation)), {"permutation": permutation})

    def reduce(self, operation, x, axes):
        kept = tuple(e for i, e in enumerate(x.shape) if i not in axes)
        return self.one(operation, [x], Type(x.dtype, kept), {"axes": sorted(axes)})

    def spread(self, x, shape, axes):
        """What a reduction over `axes` gave, back in the shape that was reduced."""
        return self.broadcast(x, shape, [i for i in range(len(shape)) if i not in axes])

    def argmax(self, x, axis):
        return self.one("argmax", [x], Type("i32", x.shape[:axis] + x.shape[axis + 1:]), {"axis": axis})

    def pad(self, x, low, high, value=0):
        attributes = {"low": low, "high": high}
        if value:
            attributes["value"] = value
        return self.one("pad", [x], Type(x.dtype, tuple(l + e + h for l, e, h in zip(low, x.shape, high))), attributes)

    def slice(self, x, starts, limits, strides):
        attributes = {"starts": starts, "limits": limits}
        if any(s != 1 for s in strides):
            attributes["strides"] = strides
        shape = tuple((l - s + t - 1) // t for s, l, t in zip(starts, limits, strides))
        return self.one("slice", [x], Type(x.dtype, shape), attributes)

    def concat(self, values, axis):
        shape = list(values[0].shape)
        shape[axis] = sum(v.shape[axis] for v in values)
        return self.one("concat", values, Type(values[0].dtype, tuple(shape)), {"axis": axis})

    def gather(self, table, indices, axis):
        shape = table.shape[:axis] + indices.shape + table.shape[axis + 1:]
        return self.one("gather", [table, indices], Type(table.dtype, shape), {"axis": axis} if axis else {})

    def scatter_add(self, base, indices, updates, axis):
        return self.one("scatter_add", [base, indices, updates], base.type, {"axis": axis} if axis else {})

    def gather_elements(self, table, indices, axis):
        return self.one("gather_elements", [table, indices], Type(table.dtype, indices.shape), {"axis": axis})

    def scatter_add_elements(self, base, indices, updates, axis):
        return self.one("scatter_add_elements", [base, indices, updates], base.type, {"axis": axis})

    def cumulative_sum(self, x, axis):
        attributes = {"axis": axis, **{name: True for name in ("reverse", "exclusive") if self.chance(0.4)}}
        return self.one("cumulative_sum", [x], x.type, attributes)

    def scan(self, steps, carried, sequences, body, reverse=False):
        """A loop. `body` is given the carried values and the elements of a step, and returns the carried values after it and what is stacked;
        it may read any value of the graph."""
        inner = [Value(self.name("v"), v.type) for v in carried]
        elements = [Value(self.name("v"), Type(v.dtype, v.shape[1:])) for v in sequences]
        outer, self.graph.nodes = self.graph.nodes, []
        after, stacked = body(inner, elements)
        nodes, self.graph.nodes = self.graph.nodes, outer
        region = Region(self.choice(["cell", "walk"]), inner + elements, nodes, after + stacked)
        attributes = {"length": steps}
        attributes.update((name, len(values)) for name, values in (("carried", carried), ("scanned", sequences)) if values)
        if reverse:
            attributes["reverse"] = True
        types = [v.type for v in carried] + [Type(v.dtype, (steps, *v.shape)) for v in stacked]
        results = [Value(self.name("v"), t) for t in types]
        operands = carried + sequences + region.names_from_outside()
        self.graph.nodes.append(Node(results, "scan", operands, attributes, region))
        return results[:len(carried)], results[len(carried):]

    def one_hot(self, indices, classes, dtype):
        return self.one("one_hot", [indices], Type(dtype, indices.shape + (classes,)), {"classes": classes})

    def matmul(self, a, b, transpose_lhs=False, transpose_rhs=False):
        attributes = {}
        if transpose_lhs:
            attributes["transpose_lhs"] = True
        if transpose_rhs:
            attributes["transpose_rhs"] = True
        rows = a.shape[-1] if transpose_lhs else a.shape[-2]
        columns = b.shape[-2] if transpose_rhs else b.shape[-1]
        return self.one("matmul", [a, b], Type(a.dtype, a.shape[:-2] + (rows, columns)), attributes)

    def log_softmax(self, x, axis):
        return self.one("log_softmax", [x], x.type, {"axis": axis})

    def softmax(self, x, axis):
        return self.unary("exp", self.log_softmax(x, axis))

    def cross_entropy(self, logits, labels, smoothing=0.0):
        return self.one("cross_entropy", [logits, labels], Type(logits.dtype, ()), {"label_smoothing": smoothing} if smoothing else {})

    def linear(self, x, features, bias=True):
        w = self.parameter([features, x.shape[1]], scale=x.shape[1] ** -0.5)
        y = self.matmul(x, w, transpose_rhs=True)
        return self.add_bias(y, 1) if bias else y

    def add_bias(self, x, axis):
        b = self.parameter([x.shape[axis]], scale=0.5)
        return self.binary("add", x, self.broadcast(b, x.shape, [axis]))

    # Results

    def result(self, value, differentiable=True, name=None):
        """Makes the value a result; the loss sums results that are differentiable."""
        if any(v.name == value.name for _, v in self.graph.results):
            return
        self.graph.results.append((name or value.name, value))
        if differentiable and value.type.is_float:
            self.differentiable.add(value.name)

    def finish_results(self, differentiable=True):
        """Values that nothing reads become results, and sometimes others do."""
        read = {o.name for node in self.graph.nodes for o in node.operands}
        for node in self.graph.nodes:
            for r in node.results:
                if r.name not in read or (self.chance(0.06) and node.operation != "constant"):
                    self.result(r, differentiable)
