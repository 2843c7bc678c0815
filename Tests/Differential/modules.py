"""PyTorch's own samples of modules (module_db) and operations (op_db), as far as the graph IR can express them, through martlet and PyTorch.

Samples are made in f32. PyTorch computes the expected numbers in double precision and the rounding of f32; several samples share a graph."""
import copy
import os
import random
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import torch

import running
from builder import Builder
from check import Outcome, compare_all
from comparison import AGREES, DIFFERS, EXCUSED
from drawing import Case, Options, add_loss, join
from expectation import Expected, difference, finite_maximum
from functional import NotExpressed
from graph import FLOATS, NUMPY, Node, Type, Value
from tables import MODULES, OPERATIONS

# Samples of one graph.
TOGETHER = 12
LARGEST = 20000


@dataclass
class Sample:
    name: str
    # Computes the results, a tensor or several, from tensors by key.
    function: object
    # Writes the graph: takes a Builder and Values by key.
    translate: object
    tensors: dict = field(default_factory=dict)
    # Keys of a module's buffers, and of all tensors without a gradient.
    buffers: set = field(default_factory=set)
    fixed: set = field(default_factory=set)


class Places:
    """Replaces the tensors in nested lists and dictionaries by keys and back."""

    def __init__(self):
        self.tensors = {}

    def take(self, x):
        if isinstance(x, torch.Tensor):
            key = next((k for k, t in self.tensors.items() if t is x), f"t{len(self.tensors)}")
            self.tensors[key] = x
            return Place(key)
        if isinstance(x, (list, tuple)) and not isinstance(x, torch.Size):
            return type(x)(self.take(v) for v in x) if type(x) in (list, tuple) else tuple(self.take(v) for v in x)
        return {k: self.take(v) for k, v in x.items()} if isinstance(x, dict) else x


class Place(str):
    pass


def filled(x, values):
    if isinstance(x, Place):
        return values[x]
    if isinstance(x, (list, tuple)) and not isinstance(x, torch.Size):
        return type(x)(filled(v, values) for v in x)
    return {k: filled(v, values) for k, v in x.items()} if isinstance(x, dict) else x


def operations():
    """Pairs of a name and a Sample, or None where no translation exists."""
    from torch.testing._internal.common_methods_invocations import op_db

    for info in op_db:
        name = info.name + (f".{info.variant_test_name}" if info.variant_test_name else "")
        if not info.supports_dtype(torch.float32, "cpu"):
            continue
        torch.manual_seed(0)
        np.random.seed(0)
        random.seed(0)
        translate = OPERATIONS.get(name)
        try:
            samples = list(info.sample_inputs("cpu", torch.float32, requires_grad=False))
        except Exception:
            continue
        for number, sample in enumerate(samples):
            if translate is None:
                yield name, None
                continue
            places = Places()
            arguments = places.take([sample.input, list(sample.args), dict(sample.kwargs)])
            yield name, Sample(f"{name} #{number}", call_of(info.op, arguments), translation_of(translate, arguments), places.tensors)


def call_of(function, arguments):
    def run(tensors):
        x, args, kwargs = filled(arguments, tensors)
        return function(x, *args, **kwargs)
    return run


def translation_of(translate, arguments):
    def write(b, values):
        x, args, kwargs = filled(arguments, values)
        return translate(b, x, *args, **kwargs)
    return write


def modules():
    from torch.testing._internal.common_modules import module_db

    for info in module_db:
        name = info.module_cls.__name__
        translate = MODULES.get(name)
        for training in info.train_and_eval_differ and (True, False) or (True,):
            torch.manual_seed(0)
            try:
                inputs = info.module_inputs_func(info, "cpu", torch.float32, False, training)
            except Exception:
                continue
            for number, given in enumerate(inputs):
                if given.forward_input is None:
                    continue
                if translate is None:
                    yield name, None
                    continue
                yield name, module_sample(info, given, training, f"{name}{'' if training else '.eval'} #{number}", translate)


def module_sample(info, given, training, name, translate):
    arguments = given.constructor_input
    module = info.module_cls(*arguments.args, **arguments.kwargs).float().train(training)
    places = Places()
    inputs = places.take([list(given.forward_input.args), dict(given.forward_input.kwargs)])
    weights = {f"w{i}": (key, t) for i, (key, t) in enumerate(module.state_dict().items())}
    places.tensors.update((k, t.detach().clone()) for k, (_, t) in weights.items())

    def run(tensors):
        args, kwargs = filled(inputs, tensors)
        replaced = {key: tensors[k] for k, (key, _) in weights.items()}
        return torch.func.functional_call(copy.deepcopy(module), replaced, tuple(args), kwargs)

    def write(b, values):
        args, kwargs = filled(inputs, values)
        if kwargs:
            raise NotExpressed("inputs by name")
        own = {key: values[k] for k, (key, _) in weights.items() if k in values}
        return translate(b, module, own, *args)
    buffers = {name for name, _ in module.named_buffers()}
    return Sample(name, run, write, places.tensors, {k for k, (key, _) in weights.items() if key in buffers})


INTEGERS = {torch.int64: "i32", torch.int32: "i32", torch.uint8: "u8", torch.bool: "bool"}


@dataclass
class Expressed:
    """A sample as a component of a graph, with what PyTorch expects of its results and gradients by name."""

    sample: Sample
    builder: Builder
    results: list
    expected: dict = field(default_factory=dict)


def express(sample, prefix, dtype):
    """Raises NotExpressed, or whatever a translation raises that does not know an option."""
    b = Builder(prefix, random.Random(0), np.random.RandomState(0), 1, dtype)
    values = {}
    for key, tensor in sample.tensors.items():
        if tensor.numel() > LARGEST:
            raise NotExpressed("a large tensor")
        kind = dtype if tensor.dtype == torch.float32 else INTEGERS.get(tensor.dtype)
        if kind is None or tensor.layout != torch.strided:
            raise NotExpressed("another type of tensor")
        value = Value(b.name("i"), Type(kind, tuple(tensor.shape)))
        values[key] = value
        is_weight = kind in FLOATS and key not in sample.fixed
        b.graph.parameters.append(("parameter" if is_weight else "input", value))
        b.arguments[value.name] = np.array(tensor.detach().resolve_conj().resolve_neg().cpu().numpy(), NUMPY[kind], order="C")
    written = sample.translate(b, values)
    written = list(written) if isinstance(written, (list, tuple)) else [written]
    if any(not isinstance(v, Value) for v in written) or not b.graph.nodes:
        raise NotExpressed("no graph")
    # A parameter or a value that comes twice needs a name of its own.
    written = [v if any(v in n.results for n in b.graph.nodes) and written.index(v) == i else b.reshape(v, v.shape) for i, v in enumerate(written)]
    b.graph.results = [(v.name, v) for v in written]
    used = {o.name for n in b.graph.nodes for o in n.operands}
    b.graph.parameters = [p for p in b.graph.parameters if p[1].name in used]
    b.arguments = {v.name: b.arguments[v.name] for _, v in b.graph.parameters}
    return Expressed(sample, b, written), values


def compute(expressed, values, torch_type):
    """PyTorch's results and gradients, arrays by name."""
    b, tensors, leaves = expressed.builder, {}, {}
    for key, tensor in expressed.sample.tensors.items():
        t = tensor.detach().clone()
        if t.dtype == torch.float32:
            t = t.to(torch_type).requires_grad_(key not in expressed.sample.fixed)
            leaves[values[key].name] = t
        tensors[key] = t
    results = expressed.sample.function(tensors)
    results = list(results) if isinstance(results, (list, tuple)) else [results]
    found, loss = {}, None
    for value, result in zip(expressed.results, results, strict=True):
        if tuple(result.shape) != value.shape:
            raise ValueError(f"{expressed.sample.name}: {tuple(result.shape)} in PyTorch, {value.shape} in the graph")
        found[value.name] = result.detach().numpy()
        if result.requires_grad:
            slope = np.random.RandomState(len(found)).standard_normal(value.shape).astype(np.float32)
            b.arguments["dy" + value.name] = np.asarray(slope).astype(NUMPY[value.dtype])
            term = (result * torch.tensor(slope).to(torch_type)).sum()
            loss = term if loss is None else loss + term
    if loss is not None:
        loss.backward()
        for role, parameter in b.graph.parameters:
            if role == "parameter":
                gradient = leaves[parameter.name].grad
                found[parameter.name + ".gradient"] = np.zeros(parameter.shape) if gradient is None else gradient.numpy()
    return found


def expect(expressed, values, dtype):
    unit, factor = (2.0**-23, 1.0) if dtype == "f32" else (2.0**-52, 2.0**-29)
    precise, single = (compute(expressed, values, t) for t in (torch.float64, torch.float32))
    magnitude = max([1.0] + [finite_maximum(a) for a in list(precise.values()) + list(expressed.builder.arguments.values())])
    # Behind a loss of 0 / 0 the gradient depends on how the loss is written.
    defined = not any(np.isnan(precise[v.name]).any() for v in expressed.results if v.type.is_float)
    for name, array in precise.items():
        comparable = defined or not name.endswith(".gradient")
        expressed.expected[name] = Expected(array, factor * difference(array, single[name]), magnitude, unit, comparable)


def express_and_expect(sample, prefix, dtype):
    expressed, values = express(sample, prefix, dtype)
    try:
        expect(expressed, values, dtype)
    except RuntimeError as error:
        # Statistics, targets and weights of a loss: PyTorch differentiates by the first operand only.
        if "not differentiable with respect to argument" not in str(error) or sample.fixed:
            raise
        sample.fixed = {k for k in sample.tensors if k != "t0" and (not k.startswith("w") or k in sample.buffers)}
        return express_and_expect(sample, prefix, dtype)
    return expressed


def join_samples(group, options):
    """One graph of all samples of the group and what is expected of it."""
    graph, arguments = join([e.builder for e in group], random.Random(0))
    case = Case(graph, arguments, options, {e.builder.prefix: e.sample.name for e in group})
    expected = {}
    for e in group:
        expected.update(e.expected)
        if not any(name.endswith(".gradient") for name in e.expected):
            continue
        for value in e.results:
            if "dy" + value.name not in arguments:
                continue
            slope, term = Value("dy" + value.name, value.type), Value("m" + value.name, value.type)
            graph.parameters.append(("input", slope))
            graph.nodes.append(Node([term], "mul", [value, slope], {}))
            if value.type.rank:
                total = Value("s" + value.name, Type(value.dtype, ()))
                graph.nodes.append(Node([total], "reduce_sum", [term], {"axes": list(range(value.type.rank))}))
                term = total
            case.terms.append(term)
    add_loss(case)
    return case, expected


def check_group(group, options, martlet, folder):
    case, expected = join_samples(group, options)
    outcome = Outcome(expected=expected)
    running.write_inputs(case.arguments, folder)
    types = {name: value.dtype for name, value in case.graph.results if name != "loss"}
    types.update((name, group[0].builder.dtype) for name in expected if name.endswith(".gradient"))
    try:
        outcome.text = running.differentiate(martlet, case.graph, options, folder) if case.terms else str(case.graph)
        found = running.run(martlet, outcome.text, list(case.arguments), list(types.items()), options, folder)
        compare_all(outcome, found, types)
    except running.Failed as failure:
        outcome.failures.append((None, str(failure)))
        outcome.kind = failure.kind
    return case, outcome


class Report:
    def __init__(self, options):
        self.options, self.failures, self.passed = options, 0, 0
        self.counts = Counter()
        self.run_options = Options(options.device, not options.no_fuse)

    def check(self, group):
        with tempfile.TemporaryDirectory() as folder:
            case, outcome = check_group(group, self.run_options, self.options.martlet, folder)
            if outcome.failures and len(group) > 1:
                for one in group:
                    self.check([one])
                return
            self.counts.update(outcome.counts)
            if not outcome.failures:
                self.passed += len(group)
                return
            from main import REPOSITORY, keep

            self.failures += 1
            sample = group[0].sample.name
            name = "differential-" + sample.replace(" #", "-").replace(".", "-") + "-" + group[0].builder.dtype
            path = os.path.join(REPOSITORY, ".build/failures", name)
            again = f"Tests/differential --modules --filter '{sample}'"
            line = keep(path, case, outcome, self.options.martlet, again, not self.options.no_shrink)
            print(f"{sample} {group[0].builder.dtype} FAILED: {outcome.summary()}\n  {path}\n  {line}", flush=True)


def run(options):
    warnings.simplefilter("ignore")
    report, start = Report(options), time.time()
    expressed_count, missing, reasons = 0, Counter(), Counter()
    groups = {"f32": [], "f64": []}
    for source in (modules, operations):
        for name, sample in source():
            if options.filter and options.filter not in (sample.name if sample else name):
                continue
            if sample is None:
                missing[name] += 1
                continue
            try:
                for dtype in groups:
                    groups[dtype].append(express_and_expect(sample, f"c{len(groups[dtype])}", dtype))
            except (NotExpressed, TypeError, RuntimeError, AttributeError, IndexError, ValueError, KeyError, AssertionError, NotImplementedError) as e:
                reasons[f"{sample.name.split(' #')[0]}: {type(e).__name__}: {str(e).splitlines()[0][:90] if str(e) else ''}"] += 1
                for dtype in groups:
                    groups[dtype] = [g for g in groups[dtype] if g.sample is not sample]
                continue
            expressed_count += 1
            for dtype, group in groups.items():
                if len(group) == TOGETHER:
                    report.check(group)
                    groups[dtype] = []
    for group in groups.values():
        if group:
            report.check(group)
    if options.verbose:
        for reason, count in sorted(reasons.items()):
            print(f"not expressed, {count} of {reason}")
        print("no translation: " + ", ".join(f"{n} ({c})" for n, c in sorted(missing.items())))
    print(
        f"{expressed_count} samples expressed; {sum(reasons.values())} not, because of their options; {sum(missing.values())} not, of "
        f"{len(missing)} entries without a translation; {report.counts[AGREES]} results agree, {report.counts[EXCUSED]} as far as rounding allows, "
        f"{report.counts[DIFFERS]} differ; {time.time() - start:.0f} s")
    print(f"{report.passed} passed, {report.failures} failed (each sample in f32 and in f64)")
    return 1 if report.failures else 0
