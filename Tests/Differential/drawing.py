"""A seed becomes a case: a graph, the contents of its parameters, and the device and options that it runs with."""
import random
import re
from dataclasses import dataclass, field

import numpy as np

import images
import loops
import values
from builder import BATCHES, Builder
from graph import NUMPY, Graph, Node, Type, Value

# Seeds stand in documents and reports: what they drew they draw still. Later recipes have generators of their own.
FIRST = {**values.RECIPES, **images.RECIPES}
LATER = loops.RECIPES
RECIPES = {**FIRST, **LATER}


@dataclass
class Options:
    device: str = "cpu"
    fused: bool = True
    environment: dict = field(default_factory=dict)
    one_core: bool = False
    # Whether a crash is run again for Swift's report of it.
    reports_frames: bool = True

    def flags(self):
        return ["--device", self.device] + ([] if self.fused else ["--no-fuse"])

    def __str__(self):
        words = [f"{k}={v}" for k, v in sorted(self.environment.items())] + (["taskset -c 0"] if self.one_core else [])
        return " ".join(words + self.flags())


@dataclass
class Case:
    """`terms` are the scalars that `loss` sums; without any the case is run forward only."""

    graph: Graph
    arguments: dict
    options: Options
    recipes: dict
    terms: list = field(default_factory=list)

    def component(self, prefix):
        """The case with the results of one component only; `loss` is the sum of its own terms."""
        graph = Graph(self.graph.name, list(self.graph.parameters), [n for n in self.graph.nodes if component_of(n.results[0].name)])
        graph.results = [(n, v) for n, v in self.graph.results if n != "loss" and component_of(v.name) == prefix]
        case = Case(graph, {}, self.options, {prefix: self.recipes[prefix]}, [t for t in self.terms if component_of(t.name) == prefix])
        add_loss(case)
        case.graph = graph.without_dead_code()
        case.arguments = {v.name: self.arguments[v.name] for _, v in case.graph.parameters}
        return case


def component_of(name):
    """The prefix of the component that a value belongs to; None for those of the sum of all."""
    found = re.search(r"(c\d+)[iv]\d+", name)
    return found.group(1) if found else None


def add_loss(case):
    """Makes the sum of the terms the result `loss`."""
    if not case.terms:
        return
    total = case.terms[0]
    for number, term in enumerate(case.terms[1:]):
        operands = [total, term]
        total = Value(f"loss{number}", total.type)
        case.graph.nodes.append(Node([total], "add", operands, {}))
    case.graph.results.append(("loss", total))


def draw_options(r, instruction_sets, emulated):
    options = Options()
    draw = r.random()
    if draw < 0.04:
        options.device = "interpreter"
        return options
    if emulated and draw < 0.065:
        options.device = "cuda-emulated"
    options.fused = r.random() < 0.65
    if instruction_sets and r.random() < 0.8:
        options.environment["MARTLET_ISA"] = r.choice(instruction_sets)
    checks = r.random()
    if checks < 0.3:
        options.environment["MARTLET_CHECKS"] = "1" if checks < 0.2 else "guard"
    options.one_core = r.random() < 0.3
    return options


def draw(seed, settings):
    """`settings`: instruction_sets, emulated, recipes (names allowed), largest_batch, components."""
    r = random.Random(seed * 2 + 1)
    numbers = np.random.RandomState(seed % 2**32)
    dtype = "f64" if r.random() < 0.25 else "f32"
    gradients = r.random() < 0.75
    # Drawn from a generator of its own, so that another machine's instruction sets leave the graph as it is.
    options = draw_options(random.Random(seed * 2), settings.instruction_sets, settings.emulated)
    batches = [n for n in BATCHES if n <= settings.largest_batch]
    shared = r.choice(batches)
    components, recipes = [], {}
    count = settings.components or r.choice([1, 1, 2, 3, 4, 6, 8, 12])
    if options.device != "cpu":
        count = min(count, 3)

    def add(names, count, r, numbers):
        weights = [RECIPES[n][1] for n in names]
        for _ in range(count if names else 0):
            prefix = f"c{len(components)}"
            batch = shared if r.random() < 0.7 else r.choice(batches)
            if options.device == "interpreter":
                batch = min(batch, 17)
            b = Builder(prefix, r, numbers, batch, dtype)
            recipes[prefix] = r.choices(names, weights)[0]
            RECIPES[recipes[prefix]][0](b)
            b.finish_results()
            components.append(b)

    first = [n for n in FIRST if n in settings.recipes]
    add(first, count, r, numbers)
    other = random.Random(seed * 2 + 2_000_000_011)
    share = other.choice([0, 0, 1, 1, 1, 2, 3]) if first else count
    add([n for n in LATER if n in settings.recipes], share, other, np.random.RandomState((seed + 77_777_777) % 2**32))
    graph, arguments = join(components, r)
    case = Case(graph, arguments, options, recipes)
    if gradients:
        add_terms(case, components, numbers)
        add_loss(case)
    if r.random() < 0.6:
        r.shuffle(graph.parameters)
    return case


def join(components, r):
    """One graph of all components, their nodes mixed at random in an order that stays valid."""
    graph, arguments = Graph(), {}
    queues = [list(b.graph.nodes) for b in components]
    for b in components:
        graph.parameters += b.graph.parameters
        graph.results += b.graph.results
        arguments.update(b.arguments)
    mixed = r.random() < 0.5
    while any(queues):
        queue = r.choice([q for q in queues if q]) if mixed else next(q for q in queues if q)
        graph.nodes.append(queue.pop(0))
    return graph, arguments


def add_terms(case, components, numbers):
    """For each result that a parameter reaches the term sum(result * a fixed input)."""
    nodes = case.graph.nodes
    dtype = components[0].dtype
    for b in components:
        reached = {v.name for role, v in b.graph.parameters if role == "parameter"}
        for node in b.graph.nodes:
            if any(o.name in reached for o in node.operands):
                reached.update(v.name for v in node.results)
        for _, value in b.graph.results:
            if value.name not in b.differentiable or value.name not in reached:
                continue
            slope = Value("dy" + value.name, value.type)
            case.graph.parameters.append(("input", slope))
            array = numbers.standard_normal(value.shape)
            case.arguments[slope.name] = np.asarray(array).astype(np.float32).astype(NUMPY[value.dtype])
            term = Value("m" + value.name, value.type)
            nodes.append(Node([term], "mul", [value, slope], {}))
            if value.type.rank:
                total = Value("s" + value.name, Type(value.dtype, ()))
                nodes.append(Node([total], "reduce_sum", [term], {"axes": list(range(value.type.rank))}))
                term = total
            if term.dtype != dtype:
                converted = Value("t" + value.name, Type(dtype, ()))
                nodes.append(Node([converted], "convert", [term], {}))
                term = converted
            case.terms.append(term)
