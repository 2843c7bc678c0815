"""Graphs of the graph IR in Python: types, nodes, loops, parameters; printing and reading their text."""
import base64
import re
from dataclasses import dataclass, field

import numpy as np

NUMPY = {"f32": np.float32, "f64": np.float64, "i32": np.int32, "u8": np.uint8, "bool": np.bool_}
FLOATS = ("f32", "f64")
ROLES = ("input", "parameter", "state")


@dataclass(frozen=True)
class Type:
    dtype: str
    shape: tuple

    @property
    def rank(self):
        return len(self.shape)

    @property
    def count(self):
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def is_float(self):
        return self.dtype in FLOATS

    def __str__(self):
        return f"{self.dtype}[{', '.join(map(str, self.shape))}]"


@dataclass(frozen=True)
class Value:
    name: str
    type: Type

    @property
    def shape(self):
        return self.type.shape

    @property
    def dtype(self):
        return self.type.dtype


@dataclass(frozen=True)
class Table:
    """Many numbers of a constant: the bytes of its elements as base64."""

    text: str

    @staticmethod
    def of(array):
        return Table(base64.b64encode(np.ascontiguousarray(array).tobytes()).decode())

    def array(self, dtype):
        return np.frombuffer(base64.b64decode(self.text), NUMPY[dtype])


@dataclass
class Region:
    """The step of a loop. `parameters` are the carried values and the elements of a step; the other operands keep their names inside."""

    name: str
    parameters: list
    nodes: list
    returned: list

    def names_from_outside(self):
        """The values that the step reads whole, in the order of their first use."""
        inner = {v.name for v in self.parameters} | {r.name for node in self.nodes for r in node.results}
        read = [o for node in self.nodes for o in node.operands] + self.returned
        return list({v.name: v for v in read if v.name not in inner}.values())


@dataclass
class Node:
    results: list
    operation: str
    operands: list
    attributes: dict
    region: Region = None

    def __str__(self):
        if self.region:
            return self.loop_text()
        text = f"{', '.join('%' + r.name for r in self.results)} = {self.operation}({', '.join('%' + o.name for o in self.operands)})"
        if self.attributes:
            text += " {" + ", ".join(f"{k} = {attribute_text(v)}" for k, v in self.attributes.items()) + "}"
        return f"{text} : {', '.join(str(r.type) for r in self.results)}"

    def loop_text(self):
        results, operands = (", ".join("%" + v.name for v in values) for values in (self.results, self.operands))
        attributes = ", ".join(f"{k} = {attribute_text(v)}" for k, v in self.attributes.items())
        parameters = ", ".join(f"%{v.name}: {v.type}" for v in self.region.parameters)
        body = "".join(f"    {node}\n" for node in self.region.nodes)
        returned = ", ".join("%" + v.name for v in self.region.returned)
        types = ", ".join(str(r.type) for r in self.results)
        return (
            f"{results} = {self.operation} @{self.region.name}({operands}) {{{attributes}}} ({parameters}) {{\n{body}    return {returned}\n"
            f"  }} : {types}")


@dataclass
class Graph:
    """`parameters` are pairs of a role and a value, `results` pairs of a name and a value."""

    name: str = "random"
    parameters: list = field(default_factory=list)
    nodes: list = field(default_factory=list)
    results: list = field(default_factory=list)

    def __str__(self):
        parameters = ",\n".join(f"  {role} %{value.name}: {value.type}" for role, value in self.parameters)
        results = ", ".join(f"{name}: {value.type}" for name, value in self.results)
        body = "".join(f"  {node}\n" for node in self.nodes)
        returned = ", ".join("%" + value.name for _, value in self.results)
        return f"graph @{self.name}(\n{parameters}\n) -> ({results}) {{\n{body}  return {returned}\n}}\n"

    def without_dead_code(self):
        """The graph without nodes and parameters that no result needs."""
        wanted = {value.name for _, value in self.results}
        nodes = []
        for node in reversed(self.nodes):
            if any(r.name in wanted for r in node.results):
                nodes.append(node)
                wanted.update(o.name for o in node.operands)
        parameters = [p for p in self.parameters if p[1].name in wanted]
        return Graph(self.name, parameters, nodes[::-1], list(self.results))


def number_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if np.isnan(value):
            return "nan"
        if np.isinf(value):
            return "inf" if value > 0 else "-inf"
        return repr(value)
    return str(value)


def attribute_text(value):
    if isinstance(value, Table):
        return f'base64 "{value.text}"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(attribute_text(v) for v in value) + "]"
    return number_text(value)


TOKEN = re.compile(r"\s+|//[^\n]*|->|[%@][A-Za-z0-9_.]+|[A-Za-z_][A-Za-z0-9_.]*|-?(?:\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|inf)|[(){}\[\],:=]|\"[^\"]*\"")


class Parser:
    """Reads the text of a graph without fusions: what `opt --passes differentiate` prints and what this tool writes."""

    def __init__(self, text):
        self.tokens = [t for t in TOKEN.findall(text) if t.strip() and not t.startswith("//")]
        self.position = 0
        self.values = {}

    def peek(self):
        return self.tokens[self.position]

    def take(self, expected=None):
        token = self.tokens[self.position]
        if expected is not None and token != expected:
            raise ValueError(f"expected {expected}, found {token}")
        self.position += 1
        return token

    def list(self, end, item):
        items = []
        while self.peek() != end:
            items.append(item())
            if self.peek() == ",":
                self.take()
        self.take(end)
        return items

    def type(self):
        dtype = self.take()
        self.take("[")
        return Type(dtype, tuple(self.list("]", lambda: int(self.take()))))

    def operand(self):
        return self.values[self.take()[1:]]

    def attribute_value(self):
        token = self.take()
        if token == "[":
            return self.list("]", self.attribute_value)
        if token == "base64":
            return Table(self.take().strip('"'))
        if token in ("true", "false"):
            return token == "true"
        if token in ("nan", "inf", "-inf"):
            return float(token)
        if re.fullmatch(r"-?\d+", token):
            return int(token)
        if re.match(r"-?\d", token):
            return float(token)
        return token

    def attribute(self):
        name = self.take()
        self.take("=")
        return name, self.attribute_value()

    def parameter(self):
        role, name = self.take(), self.take()[1:]
        self.take(":")
        value = self.values[name] = Value(name, self.type())
        if self.peek() == "{":
            # The axis that counts samples: it changes no number.
            self.take()
            self.list("}", self.attribute)
        return role, value

    def inner_parameter(self):
        name = self.take()[1:]
        self.take(":")
        value = self.values[name] = Value(name, self.type())
        return value

    def result(self):
        name = self.take()
        self.take(":")
        self.type()
        return name

    def node(self):
        names = [self.take()[1:]]
        while self.peek() == ",":
            self.take()
            names.append(self.take()[1:])
        self.take("=")
        operation = self.take()
        loop = self.take()[1:] if operation == "scan" else None
        self.take("(")
        operands = self.list(")", self.operand)
        attributes = {}
        if self.peek() == "{":
            self.take()
            attributes = dict(self.list("}", self.attribute))
        region = None
        if loop:
            self.take("(")
            region = Region(loop, self.list(")", self.inner_parameter), [], [])
            self.take("{")
            while self.peek() != "return":
                region.nodes.append(self.node())
            self.take("return")
            region.returned = self.list("}", self.operand)
        self.take(":")
        types = [self.type()]
        while self.peek() == ",":
            self.take()
            types.append(self.type())
        results = [Value(n, t) for n, t in zip(names, types)]
        self.values.update((r.name, r) for r in results)
        return Node(results, operation, operands, attributes, region)

    def graph(self):
        self.take("graph")
        graph = Graph(self.take()[1:])
        self.take("(")
        graph.parameters = self.list(")", self.parameter)
        self.take("->")
        self.take("(")
        names = self.list(")", self.result)
        self.take("{")
        while self.peek() != "return":
            graph.nodes.append(self.node())
        self.take("return")
        graph.results = list(zip(names, self.list("}", self.operand)))
        return graph


def parse(text):
    return Parser(text).graph()
