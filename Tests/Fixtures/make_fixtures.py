"""Makes the PyTorch fixtures that tests compare with: for every operation its results and gradients, and one whole training step.

Set-up:  python3 -m venv venv && venv/bin/pip install 'torch==2.13.0+cpu' numpy   (any torch from 2.4 on will do)
Run:     venv/bin/python Tests/Fixtures/make_fixtures.py   (networks.py beside it has the built-in models)

Each case is a graph, pytorch/NAME.gir, and a file of tensors, pytorch/NAME.safetensors: the graph's parameters under their names, the
expected results as 'expect NAME'. Where an operation has a gradient the graph has a result 'loss', the sum of the results times fixed
numbers, and the gradients of its parameters are expected as 'expect PARAMETER.gradient'.
"""
import json, os, struct
import numpy as np, torch
from torch.nn import functional as F
from networks import BUILT_IN, CNN, Residual

torch.manual_seed(20240607)
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pytorch")
os.makedirs(OUT, exist_ok=True)
NAMES = {np.dtype(np.float32): "F32", np.dtype(np.float64): "F64", np.dtype(np.int32): "I32", np.dtype(np.uint8): "U8", np.dtype(bool): "BOOL"}
TYPES = {np.dtype(np.float32): "f32", np.dtype(np.float64): "f64", np.dtype(np.int32): "i32", np.dtype(np.uint8): "u8", np.dtype(bool): "bool"}


def array(t):
    return np.asarray(t.detach().numpy() if isinstance(t, torch.Tensor) else t, order="C")


def type_of(t):
    a = array(t)
    return f"{TYPES[a.dtype]}[{', '.join(map(str, a.shape))}]"


def save(name, tensors):
    header, data = {}, b""
    for key, value in tensors.items():
        a = array(value)
        header[key] = {"dtype": NAMES[a.dtype], "shape": list(a.shape), "data_offsets": [len(data), len(data) + a.nbytes]}
        data += a.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(OUT, name + ".safetensors"), "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def case(name, inputs, operation, function, results=("y",), differentiable=True, weights=None):
    """inputs: (role, name, tensor). operation: the text after '=' with its result types left out. function: torch, in input order.
    weights: the fixed numbers from the result's shape; random ones without."""
    leaves = [t.clone().requires_grad_() if role == "parameter" else t for role, _, t in inputs]
    values = function(*leaves)
    values = values if isinstance(values, tuple) else (values,)
    tensors = {n: t for (_, n, _), t in zip(inputs, leaves)}
    lines = [f"  {', '.join('%' + r for r in results)} = {operation} : {', '.join(type_of(v) for v in values)}"]
    declared = [(r, type_of(v), "%" + r) for r, v in zip(results, values)]
    parameters = [f"  {role} %{n}: {type_of(t)}" for (role, n, t) in inputs]
    for r, v in zip(results, values):
        tensors["expect " + r] = v
    if differentiable:
        y = values[0]
        c = weights(y.shape) if weights else torch.rand(y.shape) * 2 - 1
        parameters.append(f"  input %c: {type_of(c)}")
        tensors["c"] = c
        lines.append(f"  %m = mul(%{results[0]}, %c) : {type_of(y)}")
        if y.dim() > 0:
            lines.append(f"  %loss = reduce_sum(%m) {{axes = {list(range(y.dim()))}}} : f32[]")
        declared.append(("loss", "f32[]", "%loss" if y.dim() > 0 else "%m"))
        loss = (y * c).sum()
        loss.backward()
        tensors["expect loss"] = loss
        for (role, n, _), leaf in zip(inputs, leaves):
            if role == "parameter":
                tensors[f"expect {n}.gradient"] = leaf.grad if leaf.grad is not None else torch.zeros_like(leaf)
    text = f"graph @{name.replace('-', '_')}(\n" + ",\n".join(parameters) + "\n) -> ("
    text += ", ".join(f"{n}: {t}" for n, t, _ in declared) + ") {\n" + "\n".join(lines)
    text += "\n  return " + ", ".join(v for _, _, v in declared) + "\n}\n"
    with open(os.path.join(OUT, name + ".gir"), "w") as f:
        f.write(text)
    save(name, tensors)


def uniform(*shape, low=-2.0, high=2.0):
    return torch.rand(*shape) * (high - low) + low


def P(name, t):
    return ("parameter", name, t)


def I(name, t):
    return ("input", name, t)


# --- pointwise ------------------------------------------------------------------------------------------------------------------------
for name, f, x in [
    ("neg", torch.neg, uniform(3, 21)), ("exp", torch.exp, uniform(3, 21)), ("log", torch.log, uniform(3, 21, low=0.05, high=9)),
    ("sqrt", torch.sqrt, uniform(3, 21, low=0.05, high=9)), ("tanh", torch.tanh, uniform(3, 21, low=-5, high=5)),
    ("sigmoid", torch.sigmoid, uniform(3, 21, low=-7, high=7)), ("relu", torch.relu, uniform(3, 21)),
    ("abs", torch.abs, uniform(3, 21)), ("sign", torch.sign, uniform(3, 21)),
]:
    case(name, [P("x", x)], f"{name}(%x)", f)
for name, f in [("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div), ("max", torch.maximum)]:
    a, b = uniform(4, 13), uniform(4, 13, low=0.5)
    b[0] = a[0]  # ties, for max
    case(name, [P("a", a), P("b", b)], f"{name}(%a, %b)", f)
ties = torch.randint(-2, 3, (29,)).float()
for name, f in [("eq", torch.eq), ("ne", torch.ne), ("lt", torch.lt), ("le", torch.le), ("gt", torch.gt), ("ge", torch.ge)]:
    case(f"compare-{name}", [I("a", ties), I("b", ties.flip(0))], f"compare(%a, %b) {{direction = {name}}}", f, differentiable=False)
case("select", [I("p", torch.rand(5, 9) > 0.5), P("a", uniform(5, 9)), P("b", uniform(5, 9))], "select(%p, %a, %b)", torch.where)
case("convert-to-i32", [I("x", uniform(31, low=-9, high=9))], "convert(%x)", lambda x: x.to(torch.int32), differentiable=False)
case("convert-to-u8", [I("x", uniform(31, low=0, high=255))], "convert(%x)", lambda x: x.to(torch.uint8), differentiable=False)
case("convert-from-u8", [I("x", torch.randint(0, 256, (31,)).to(torch.uint8))], "convert(%x)", lambda x: x.float(), differentiable=False)
case("constant", [P("x", uniform(2, 3))], "constant() {value = 0.1}", lambda x: torch.full((2, 3), 0.1) + 0 * x)

# --- views ----------------------------------------------------------------------------------------------------------------------------
case("broadcast", [P("x", uniform(5))], "broadcast(%x) {shape = [2, 5, 3, 4], axes = [1]}", lambda x: x.view(1, 5, 1, 1).expand(2, 5, 3, 4))
case("reshape", [P("x", uniform(2, 3, 4))], "reshape(%x)", lambda x: x.reshape(6, 4))
case("transpose", [P("x", uniform(2, 3, 4))], "transpose(%x) {permutation = [2, 0, 1]}", lambda x: x.permute(2, 0, 1))

# --- reductions -----------------------------------------------------------------------------------------------------------------------
case("reduce_sum", [P("x", uniform(2, 3, 4, 5))], "reduce_sum(%x) {axes = [0, 2, 3]}", lambda x: x.sum((0, 2, 3)))
case("reduce_mean", [P("x", uniform(6, 17))], "reduce_mean(%x) {axes = [1]}", lambda x: x.mean(1))
tied = torch.randint(0, 4, (6, 9)).float()
case("reduce_max", [P("x", tied)], "reduce_max(%x) {axes = [1]}", lambda x: x.amax(1))

# --- products -------------------------------------------------------------------------------------------------------------------------
for left in (False, True):
    for right in (False, True):
        a = uniform(*((7, 5) if left else (5, 7)))
        b = uniform(*((9, 7) if right else (7, 9)))
        flags = [f"{n} = true" for n, on in (("transpose_lhs", left), ("transpose_rhs", right)) if on]
        attributes = f" {{{', '.join(flags)}}}" if flags else ""
        case(f"matmul-{'t' if left else 'n'}{'t' if right else 'n'}", [P("a", a), P("b", b)], f"matmul(%a, %b){attributes}",
             lambda a, b, l=left, r=right: (a.T if l else a) @ (b.T if r else b))
case("matmul-batched", [P("a", uniform(3, 4, 5)), P("b", uniform(3, 5, 6))], "matmul(%a, %b)", torch.matmul)

# --- convolution ----------------------------------------------------------------------------------------------------------------------
for name, x, w, s, p, d, g in [
    ("plain", (2, 3, 8, 9), (4, 3, 3, 3), 1, 0, 1, 1), ("padded", (2, 3, 7, 7), (5, 3, 3, 3), 1, 1, 1, 1),
    ("strided", (2, 2, 9, 10), (3, 2, 3, 3), 2, 1, 1, 1), ("dilated", (1, 2, 9, 9), (3, 2, 3, 3), 1, 2, 2, 1),
    ("grouped", (2, 4, 6, 6), (6, 2, 3, 3), 1, 1, 1, 2), ("all", (2, 4, 11, 11), (4, 2, 3, 3), 2, 2, 2, 2), ("five", (2, 1, 12, 12), (6, 1, 5, 5), 1, 0, 1, 1),
]:
    attributes = []
    if s != 1: attributes.append(f"strides = [{s}, {s}]")
    if p: attributes.append(f"padding = [{p}, {p}, {p}, {p}]")
    if d != 1: attributes.append(f"dilation = [{d}, {d}]")
    if g != 1: attributes.append(f"groups = {g}")
    text = f" {{{', '.join(attributes)}}}" if attributes else ""
    case(f"conv2d-{name}", [P("x", uniform(*x)), P("w", uniform(*w))], f"conv2d(%x, %w){text}",
         lambda x, w, s=s, p=p, d=d, g=g: F.conv2d(x, w, None, s, p, d, g))
    y = F.conv2d(torch.zeros(*x), torch.zeros(*w), None, s, p, d, g)
    joined = "".join(a + ", " for a in attributes)
    case(f"conv2d_input_grad-{name}", [I("dy", uniform(*y.shape)), I("w", uniform(*w))],
         f"conv2d_input_grad(%dy, %w) {{{joined}extent = [{x[2]}, {x[3]}]}}",
         lambda dy, w, x=x, s=s, p=p, d=d, g=g: torch.nn.grad.conv2d_input(x, w, dy, s, p, d, g), differentiable=False)
    case(f"conv2d_filter_grad-{name}", [I("x", uniform(*x)), I("dy", uniform(*y.shape))],
         f"conv2d_filter_grad(%x, %dy) {{{joined}extent = [{w[2]}, {w[3]}]}}",
         lambda a, dy, w=w, s=s, p=p, d=d, g=g: torch.nn.grad.conv2d_weight(a, w, dy, s, p, d, g), differentiable=False)


# --- pooling --------------------------------------------------------------------------------------------------------------------------
def max_pool(x, k, s, p):
    """Values, and positions in the window with the padding counted."""
    y, flat = F.max_pool2d(x, k, s, p, return_indices=True)
    rows, columns = torch.arange(y.shape[2]).view(-1, 1), torch.arange(y.shape[3]).view(1, -1)
    row, column = flat // x.shape[3] - rows * s + p, flat % x.shape[3] - columns * s + p
    return y, (row * k + column).to(torch.uint8)


for name, shape, k, s, p in [("plain", (2, 3, 6, 8), 2, 2, 0), ("odd", (1, 2, 7, 5), 2, 2, 0), ("overlapping", (2, 2, 9, 9), 3, 2, 1)]:
    attributes = f"window = [{k}, {k}]" + (f", strides = [{s}, {s}]" if s != k else "") + (f", padding = [{p}, {p}, {p}, {p}]" if p else "")
    x = torch.randint(0, 5, shape).float()  # ties
    case(f"max_pool2d-{name}", [P("x", x)], f"max_pool2d(%x) {{{attributes}}}", lambda x, k=k, s=s, p=p: max_pool(x, k, s, p),
         results=("y", "position"))
    y, position = max_pool(x, k, s, p)
    dy = uniform(*y.shape)
    leaf = x.clone().requires_grad_()
    F.max_pool2d(leaf, k, s, p).backward(dy)
    case(f"max_pool2d_grad-{name}", [I("dy", dy), I("position", position)],
         f"max_pool2d_grad(%dy, %position) {{{attributes}, extent = [{shape[2]}, {shape[3]}]}}", lambda *_, g=leaf.grad: g, differentiable=False)
    for counts in (True, False):
        suffix = "" if counts else ", count_includes_padding = false"
        case(f"avg_pool2d-{name}-{'padding' if counts else 'inside'}", [P("x", uniform(*shape))], f"avg_pool2d(%x) {{{attributes}{suffix}}}",
             lambda x, k=k, s=s, p=p, c=counts: F.avg_pool2d(x, k, s, p, count_include_pad=c))
        leaf = uniform(*shape).requires_grad_()
        F.avg_pool2d(leaf, k, s, p, count_include_pad=counts).backward(dy)
        case(f"avg_pool2d_grad-{name}-{'padding' if counts else 'inside'}", [I("dy", dy)],
             f"avg_pool2d_grad(%dy) {{{attributes}{suffix}, extent = [{shape[2]}, {shape[3]}]}}", lambda *_, g=leaf.grad: g, differentiable=False)

# --- classification -------------------------------------------------------------------------------------------------------------------
case("log_softmax", [P("x", uniform(5, 10, low=-4, high=4))], "log_softmax(%x) {axis = 1}", lambda x: F.log_softmax(x, 1))
labels = torch.randint(0, 10, (7,))
for name, smoothing in [("cross_entropy", 0.0), ("cross_entropy-smoothed", 0.1)]:
    attributes = f" {{label_smoothing = {smoothing}}}" if smoothing else ""
    logits = uniform(7, 10, low=-4, high=4)
    inputs = [P("logits", logits), I("labels", labels.to(torch.int32))]
    case(name, inputs, f"cross_entropy(%logits, %labels){attributes}",
         lambda x, y, s=smoothing: F.cross_entropy(x, y.long(), label_smoothing=s))
    leaf = logits.clone().requires_grad_()
    F.cross_entropy(leaf, labels, label_smoothing=smoothing).backward()
    case(name.replace("entropy", "entropy_grad"), [I("logits", logits), I("labels", labels.to(torch.int32))],
         f"cross_entropy_grad(%logits, %labels){attributes}", lambda *_, g=leaf.grad: g, differentiable=False)
x = uniform(4, 11)
leaf = x.clone().requires_grad_()
dy = uniform(4, 11)
torch.relu(leaf).backward(dy)
case("relu_grad", [I("dy", dy), I("x", x)], "relu_grad(%dy, %x)", lambda *_, g=leaf.grad: g, differentiable=False)


# --- optimizers -----------------------------------------------------------------------------------------------------------------------
def optimizer_case(name, make, states, operation, results, steps):
    """Runs `steps` updates in PyTorch and expects the last one."""
    p = torch.nn.Parameter(uniform(3, 11))
    optimizer = make([p])
    for _ in range(steps - 1):
        p.grad = uniform(3, 11)
        optimizer.step()
    before = p.detach().clone()
    state = optimizer.state[p]
    inputs = [I("p", before), I("g", uniform(3, 11))]
    saved = {s: (state[s].clone() if s in state and state[s] is not None else torch.zeros(3, 11)) for s in states}
    inputs += [I(s, t) for s, t in saved.items()]
    inputs += [I("step", torch.tensor(steps, dtype=torch.int32)), I("rate", torch.tensor(optimizer.param_groups[0]["lr"]))]
    p.grad = inputs[1][2].clone()
    optimizer.step()
    after = (p.detach().clone(),) + tuple(optimizer.state[p][s].clone() for s in states)
    if not states: inputs = [i for i in inputs if i[1] != "step"]
    case(name, inputs, operation, lambda *_: after, results=results, differentiable=False)


adam = ("exp_avg", "exp_avg_sq")
adam_text = "adam_update(%p, %g, %exp_avg, %exp_avg_sq, %step, %rate)"
for steps in (1, 5):
    optimizer_case(f"adam_update-{steps}", lambda p: torch.optim.Adam(p, lr=0.01), adam, adam_text, ("q", "m", "v"), steps)
optimizer_case("adam_update-decay", lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1), adam, adam_text + " {weight_decay = 0.1}", ("q", "m", "v"), 3)
optimizer_case("adam_update-decoupled", lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1, betas=(0.8, 0.95)), adam,
               adam_text + " {beta1 = 0.8, beta2 = 0.95, weight_decay = 0.1, decoupled = true}", ("q", "m", "v"), 3)
optimizer_case("sgd_update", lambda p: torch.optim.SGD(p, lr=0.1), (), "sgd_update(%p, %g, %rate)", ("q",), 1)
optimizer_case("sgd_update-decay", lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.2), (), "sgd_update(%p, %g, %rate) {weight_decay = 0.2}", ("q",), 1)
momentum = "sgd_update(%p, %g, %rate, %momentum_buffer, %step)"
for steps in (1, 4):
    optimizer_case(f"sgd_update-momentum-{steps}", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.2), ("momentum_buffer",),
                   momentum + " {momentum = 0.9, dampening = 0.2}", ("q", "buffer"), steps)
optimizer_case("sgd_update-nesterov", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True), ("momentum_buffer",),
               momentum + " {momentum = 0.9, nesterov = true}", ("q", "buffer"), 3)


# --- pointwise, more ------------------------------------------------------------------------------------------------------------------
for name, f, x in [
    ("rsqrt", torch.rsqrt, uniform(3, 21, low=0.05, high=9)), ("silu", F.silu, uniform(3, 21, low=-9, high=9)),
    ("softplus", F.softplus, uniform(3, 21, low=-30, high=30)), ("erf", torch.erf, uniform(3, 21, low=-4, high=4)),
    ("floor", torch.floor, uniform(3, 21, low=-9, high=9)), ("round", torch.round, torch.arange(-31, 32).view(3, 21) / 2),
]:
    case(name, [P("x", x)], f"{name}(%x)", f)
case("gelu", [P("x", uniform(3, 21, low=-5, high=5))], "gelu(%x)", F.gelu)
case("gelu-tanh", [P("x", uniform(3, 21, low=-5, high=5))], "gelu(%x) {approximate = tanh}", lambda x: F.gelu(x, approximate="tanh"))
a, b = uniform(4, 13), uniform(4, 13, low=0.5)
b[0] = a[0]  # ties
case("min", [P("a", a), P("b", b)], "min(%a, %b)", torch.minimum)
case("pow", [P("a", uniform(4, 13, low=0.1, high=3)), P("b", uniform(4, 13))], "pow(%a, %b)", torch.pow)
case("pow-edges", [P("a", torch.tensor([0., 0., 2., 3.])), P("b", torch.tensor([0., 2., 0., -1.]))], "pow(%a, %b)", torch.pow)
truths = torch.rand(29) > 0.5
for name, f in [("and", torch.logical_and), ("or", torch.logical_or)]:
    case(name, [I("a", truths), I("b", truths.flip(0))], f"{name}(%a, %b)", f, differentiable=False)
case("not", [I("a", truths)], "not(%a)", torch.logical_not, differentiable=False)
case("reduce_min", [P("x", tied)], "reduce_min(%x) {axes = [1]}", lambda x: x.amin(1))
case("argmax", [I("x", uniform(6, 9, 4))], "argmax(%x) {axis = 1}", lambda x: x.argmax(1).to(torch.int32), differentiable=False)

# --- parts ----------------------------------------------------------------------------------------------------------------------------
case("pad", [P("x", uniform(2, 3, 4))], "pad(%x) {low = [0, 1, 2], high = [0, 0, 3], value = 0.5}", lambda x: F.pad(x, (2, 3, 1, 0), value=0.5))
case("slice", [P("x", uniform(4, 5, 9))], "slice(%x) {starts = [1, 0, 2], limits = [3, 5, 8]}", lambda x: x[1:3, :, 2:8])
case("slice-strided", [P("x", uniform(7, 9))], "slice(%x) {starts = [1, 0], limits = [7, 9], strides = [2, 4]}", lambda x: x[1:7:2, 0:9:4])
case("concat", [P("a", uniform(2, 3)), P("b", uniform(2, 5)), P("d", uniform(2, 1))], "concat(%a, %b, %d) {axis = 1}",
     lambda a, b, d: torch.cat((a, b, d), 1))
entries = torch.randint(0, 7, (4, 5))
case("gather", [P("table", uniform(7, 3)), I("indices", entries.to(torch.int32))], "gather(%table, %indices)",
     lambda t, i: F.embedding(i.long(), t))
case("gather-axis", [P("table", uniform(2, 7, 3)), I("indices", entries[0].to(torch.int32))], "gather(%table, %indices) {axis = 1}",
     lambda t, i: t.index_select(1, i.long()))
case("scatter_add", [P("base", uniform(7, 3)), I("indices", entries[1].to(torch.int32)), P("updates", uniform(5, 3))],
     "scatter_add(%base, %indices, %updates)", lambda b, i, u: b.index_add(0, i.long(), u))
case("one_hot", [I("indices", entries.to(torch.int32))], "one_hot(%indices) {classes = 7}", lambda i: F.one_hot(i.long(), 7).float(), differentiable=False)


# --- special values: NaN, infinities, both zeros, numbers that overflow ------------------------------------------------------------------
nan, inf = float("nan"), float("inf")
special = torch.tensor([nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 90.0, -90.0, 3e38, -3e38, 1e-30, -1e-30])


def special_case(name, inputs, operation, function):
    """The results, and the gradient of their sum: NaN where PyTorch has it."""
    leaves = [t.clone().requires_grad_() for _, _, t in inputs]
    y = function(*leaves)
    gradients = torch.autograd.grad(y.sum(), leaves, allow_unused=True)
    tensors = {n: t for _, n, t in inputs} | {"expect y": y}
    for (_, n, t), g in zip(inputs, gradients):
        tensors[f"expect {n}.gradient"] = torch.zeros_like(t) if g is None else g
    parameters = ",\n".join(f"  parameter %{n}: {type_of(t)}" for _, n, t in inputs)
    text = f"graph @special(\n{parameters}\n) -> (y: {type_of(y)}, loss: f32[]) {{\n  %y = {operation} : {type_of(y)}\n"
    text += f"  %loss = reduce_sum(%y) {{axes = [0]}} : f32[]\n  return %y, %loss\n}}\n"
    tensors["expect loss"] = y.sum()
    with open(os.path.join(OUT, name + "-special.gir"), "w") as f:
        f.write(text)
    save(name + "-special", tensors)


for name, f in [
    ("neg", torch.neg), ("exp", torch.exp), ("log", torch.log), ("sqrt", torch.sqrt), ("rsqrt", torch.rsqrt), ("tanh", torch.tanh),
    ("sigmoid", torch.sigmoid), ("relu", torch.relu), ("abs", torch.abs), ("silu", F.silu), ("softplus", F.softplus), ("erf", torch.erf),
    ("floor", torch.floor), ("round", torch.round),
    # In f32 PyTorch's vector code gives NaN for infinity and infinity for 3e38.
    ("gelu", lambda x: F.gelu(x.double()).float()),
]:
    special_case(name, [P("x", special)], f"{name}(%x)", f)
a, b = (t.flatten() for t in torch.meshgrid(special, special, indexing="ij"))
for name, f in [("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div), ("max", torch.maximum), ("min", torch.minimum)]:
    special_case(name, [P("a", a), P("b", b)], f"{name}(%a, %b)", f)


# --- RMSprop --------------------------------------------------------------------------------------------------------------------------
for name, options, states, text in [
    ("plain", {}, ("square_avg",), ""), ("decay", {"alpha": 0.9, "weight_decay": 0.1}, ("square_avg",), "alpha = 0.9, weight_decay = 0.1"),
    ("momentum", {"momentum": 0.8}, ("square_avg", "momentum_buffer"), "momentum = 0.8"),
    ("centered", {"centered": True}, ("square_avg", "grad_avg"), "centered = true"),
    ("both", {"momentum": 0.8, "centered": True}, ("square_avg", "grad_avg", "momentum_buffer"), "momentum = 0.8, centered = true"),
]:
    optimizer_case(f"rmsprop_update-{name}", lambda p, o=options: torch.optim.RMSprop(p, lr=0.01, **o), states,
                   f"rmsprop_update(%p, %g, %rate, {', '.join('%' + s for s in states)})" + (f" {{{text}}}" if text else ""),
                   ("q",) + tuple("new_" + s for s in states), 3)


# --- transposed convolution -----------------------------------------------------------------------------------------------------------
for name, x, w, s, p, q, d, g in [
    ("plain", (2, 3, 5, 6), (3, 4, 3, 3), 1, 0, 0, 1, 1), ("strided", (2, 3, 5, 4), (3, 2, 3, 3), 2, 1, 1, 1, 1),
    ("grouped", (1, 4, 5, 5), (4, 3, 2, 2), 2, 0, 0, 1, 2), ("dilated", (1, 2, 6, 6), (2, 3, 3, 3), 1, 1, 0, 2, 1),
]:
    attributes = []
    if s != 1: attributes.append(f"strides = [{s}, {s}]")
    if p: attributes.append(f"padding = [{p}, {p}, {p}, {p}]")
    if d != 1: attributes.append(f"dilation = [{d}, {d}]")
    if g != 1: attributes.append(f"groups = {g}")
    if q: attributes.append(f"output_padding = [{q}, {q}]")
    case(f"conv_transpose2d-{name}", [P("x", uniform(*x)), P("w", uniform(*w))],
         f"conv_transpose2d(%x, %w)" + (f" {{{', '.join(attributes)}}}" if attributes else ""),
         lambda x, w, s=s, p=p, q=q, d=d, g=g: F.conv_transpose2d(x, w, None, s, p, q, g, d))


# --- layers: what the DSL composes, with PyTorch's own modules --------------------------------------------------------------------------
class Assorted(torch.nn.Module):
    """Has its counterpart in Tests/MartletLayersTests/ComposedLayers.swift."""
    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.features = nn.Sequential(
            nn.Conv2d(2, 6, 3, 1, 1), nn.GELU(), Residual(nn.Conv2d(6, 6, 3, 1, 1), nn.SiLU()), nn.LayerNorm((7, 9)), nn.AdaptiveAvgPool2d((3, 4)),
            nn.ConvTranspose2d(6, 5, 3, stride=2, padding=1, output_padding=1), nn.GELU(approximate="tanh"), nn.Softplus())
        self.norm = nn.LayerNorm(5 * 6 * 8, eps=1e-3)
        self.out = nn.Sequential(nn.Linear(5 * 6 * 8, 10), nn.Softmax(dim=1))

    def forward(self, x):
        return self.out(self.norm(self.features(x).flatten(1)))


torch.manual_seed(3)
assorted = Assorted()
step = {name: p.detach().clone() for name, p in assorted.named_parameters()}
torch.manual_seed(4)
images = torch.randint(0, 256, (4, 2, 7, 9)).to(torch.uint8)
labels = torch.randint(0, 10, (4,))
target = torch.rand(4, 10)
# In double precision: rounding grows to 1e-5 of the first layers' gradients here, in PyTorch too.
assorted.double()
outputs = assorted(images.double() / 255)
parts = {
    "mse": F.mse_loss(outputs, target.double()), "nll": F.nll_loss(outputs.log(), labels),
    "bce": F.binary_cross_entropy_with_logits(outputs, target.double()), "cross_entropy": F.cross_entropy(outputs, labels, label_smoothing=0.1),
}
step |= {"images": images, "labels": labels.to(torch.int32), "target": target, "expect outputs": outputs.float()}
loss = sum(parts.values())
loss.backward()
step["expect loss"] = loss.float()
for name, p in assorted.named_parameters():
    step[f"expect {name}.gradient"] = p.grad.float()
save("assorted-layers", step)


# --- random numbers: Threefry-2x32, 20 rounds, written from the paper; the published test vector first --------------------------------------
def threefry(key, counter):
    mask, rotations = 0xffffffff, [13, 15, 26, 6, 17, 29, 16, 24]
    schedule = [key[0], key[1], 0x1bd11bda ^ key[0] ^ key[1]]
    x = [(counter[0] + key[0]) & mask, (counter[1] + key[1]) & mask]
    for r in range(20):
        x[0] = (x[0] + x[1]) & mask
        x[1] = ((x[1] << rotations[r % 8] | x[1] >> (32 - rotations[r % 8])) & mask) ^ x[0]
        if r % 4 == 3:
            i = r // 4 + 1
            x = [(x[0] + schedule[i % 3]) & mask, (x[1] + schedule[(i + 1) % 3] + i) & mask]
    return x


assert threefry([0, 0], [0, 0]) == [0x6b200159, 0x99ba4efe]
assert threefry([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3]) == [0xc4923a9c, 0x483df7a0]
case("random_uniform", [I("key", torch.tensor([-7, 123456], dtype=torch.int32))], "random_uniform(%key) {stream = 5}",
     lambda key: torch.tensor([(threefry([int(k) & 0xffffffff for k in key], [i, 5])[0] >> 8) / 2**24 for i in range(4 * 33)]).reshape(4, 33),
     differentiable=False)

# --- one whole step of the reference model, as the program traces it --------------------------------------------------------------------
torch.manual_seed(0)
model = CNN()
torch.manual_seed(5)
images = torch.randint(0, 256, (8, 1, 28, 28)).to(torch.uint8)
images[torch.rand(images.shape) < 0.7] = 0
labels = torch.randint(0, 10, (8,))
logits = model(images.float() / 255)
loss = F.cross_entropy(logits, labels)
loss.backward()
step = {"images": images, "labels": labels.to(torch.int32), "expect loss": loss, "expect logits": logits}
for name, p in model.named_parameters():
    step[name] = p
    step[f"expect {name}.gradient"] = p.grad
save("mnist-cnn-step", step)
print(len(os.listdir(OUT)), "files in", OUT)

# --- layers with state, and tables: the counterpart of Tests/MartletLayersTests/StatefulLayers.swift -----------------------------------------
class Stateful(torch.nn.Module):
    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.table = nn.Embedding(16, 3)
        self.narrow = nn.Embedding(5, 2)
        self.norm = nn.BatchNorm2d(3, momentum=0.3)
        self.out = nn.Sequential(nn.ReLU(), nn.Flatten(), nn.BatchNorm1d(3 * 4 * 5, eps=1e-3), nn.Linear(3 * 4 * 5, 10))

    def forward(self, indices):
        x = self.table(indices[:, 0].long()).permute(0, 3, 1, 2)
        return self.out(self.norm(x)) * self.narrow.weight.sum()


torch.manual_seed(9)
stateful = Stateful()
step = {name: p.detach().clone() for name, p in stateful.state_dict().items() if "num_batches" not in name}
torch.manual_seed(10)
indices, labels = torch.randint(0, 16, (6, 1, 4, 5)).to(torch.uint8), torch.randint(0, 10, (6,))
step |= {"images": indices, "labels": labels.to(torch.int32)}
stateful.double()
logits = stateful(indices)
loss = F.cross_entropy(logits, labels)
loss.backward()
step |= {"expect loss": loss.float(), "expect logits": logits.float()}
for name, p in stateful.named_parameters():
    step[f"expect {name}.gradient"] = p.grad.float()
for name, p in stateful.named_buffers():
    if "num_batches" not in name:
        step[f"expect {name}"] = p.float()
stateful.eval()
step["expect inference"] = stateful(indices).float()
save("stateful-layers", step)


# --- the built-in models: their first loss, gradients, and how the loss falls ----------------------------------------------------------------
# Of long gradients every k-th element is kept, and the largest magnitude, which the tolerance refers to.
KEPT = 256
for name, (built_in, shape) in BUILT_IN.items():
    torch.manual_seed(21)
    model = built_in()
    torch.manual_seed(22)
    images = torch.randint(0, 256, (8, *shape))
    images[torch.rand(images.shape) < 0.7] = 0
    images, labels = images.to(torch.uint8), torch.randint(0, 10, (8,))
    # The sum of squares of the drawn weights, in double precision: the draw is the same without storing it.
    step = {"images": images, "labels": labels.to(torch.int32)}
    step["expect weights"] = torch.stack([(p.double() ** 2).sum().float() for p in model.parameters()])
    exact = built_in().double()
    exact.load_state_dict({k: v.double() if v.is_floating_point() else v for k, v in model.state_dict().items()})
    loss = F.cross_entropy(exact(images.double() / 255), labels)
    loss.backward()
    step["expect loss"] = loss.float()
    for parameter, p in exact.named_parameters():
        g = p.grad.flatten()
        step[f"expect {parameter}.gradient"] = g[:: max(len(g) // KEPT, 1)].float()
        step[f"largest {parameter}.gradient"] = g.abs().max().float()
    for state, running in exact.named_buffers():
        if "num_batches" not in state:
            step[f"expect {state}"] = running.float()
            step[f"largest {state}"] = running.abs().max().float()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images.float() / 255), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    step["expect losses"] = torch.stack(losses)
    save(f"model-{name}", step)


# --- special values of the other operations: single ones among small integers, so that every order of summation is exact --------------------
torch.manual_seed(77)


def integers(*shape, low=-3, high=4):
    return torch.randint(low, high, shape).float()


def one_to_three(shape):
    return torch.randint(1, 4, shape).float()


def planted(t, **values):
    """A copy with values at flat positions: planted(t, p5=nan)."""
    t = t.clone()
    for position, value in values.items():
        t.view(-1)[int(position[1:])] = value
    return t


def special_results(name, inputs, operation, function, **options):
    case(name + "-special", inputs, operation, function, weights=one_to_three, **options)


values = torch.tensor([nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 90.0, -90.0, 3e38, -3e38, 1e-30, -1e-30])
a, b = (t.flatten() for t in torch.meshgrid(values, values, indexing="ij"))
special_results("sign", [P("x", values)], "sign(%x)", torch.sign)
special_results("pow", [I("a", a), I("b", b)], "pow(%a, %b)", torch.pow, differentiable=False)
for direction, f in [("eq", torch.eq), ("ne", torch.ne), ("lt", torch.lt), ("le", torch.le), ("gt", torch.gt), ("ge", torch.ge)]:
    special_results(f"compare-{direction}", [I("a", a), I("b", b)], f"compare(%a, %b) {{direction = {direction}}}", f, differentiable=False)
special_results("select", [I("p", torch.rand(a.shape) < 0.5), P("a", a), P("b", b)], "select(%p, %a, %b)", torch.where)
special_results("relu_grad", [I("dy", a), I("x", b)], "relu_grad(%dy, %x)",
        lambda dy, x: torch.where((x > 0) | x.isnan(), dy, torch.zeros_like(dy)), differentiable=False)
special_results("convert", [I("x", values)], "convert(%x)", lambda x: x.double(), differentiable=False)
special_results("convert-narrow", [I("x", torch.tensor([nan, inf, -inf, 1e300, -1e300, 0.0, -0.0, 1e-300], dtype=torch.float64))], "convert(%x)",
        lambda x: x.float(), differentiable=False)
special_results("constant", [I("x", values)], "constant() {value = nan}", lambda _: torch.tensor([nan, nan]), differentiable=False)
special_results("constant-values", [I("x", values)], "constant() {values = [nan, inf, -inf, -0]}", lambda _: torch.tensor([nan, inf, -inf, -0.0]), differentiable=False)

# Data that moves.
grid = values.view(3, 5)
special_results("broadcast", [P("x", values)], "broadcast(%x) {shape = [2, 15], axes = [1]}", lambda x: x.expand(2, 15))
special_results("reshape", [P("x", grid)], "reshape(%x)", lambda x: x.reshape(5, 3))
special_results("transpose", [P("x", grid)], "transpose(%x) {permutation = [1, 0]}", lambda x: x.t())
special_results("pad", [P("x", grid)], "pad(%x) {low = [0, 2], high = [1, 0], value = nan}", lambda x: F.pad(x, (2, 0, 0, 1), value=nan))
special_results("slice", [P("x", grid)], "slice(%x) {starts = [0, 0], limits = [3, 5], strides = [2, 2]}", lambda x: x[::2, ::2])
special_results("concat", [P("a", grid), P("b", grid.flip(0))], "concat(%a, %b) {axis = 0}", lambda a, b: torch.cat((a, b)))
rows = torch.tensor([2, 0, 0, 1])
special_results("gather", [P("table", grid), I("indices", rows.to(torch.int32))], "gather(%table, %indices)", lambda t, i: F.embedding(i.long(), t))
special_results("scatter_add", [P("base", grid), I("indices", rows.to(torch.int32)), P("updates", planted(integers(4, 5), p3=nan, p8=inf, p12=-inf))],
        "scatter_add(%base, %indices, %updates)", lambda b, i, u: b.index_add(0, i.long(), u))

# Reductions: rows with a NaN, two, infinities, both zeros, nothing but -inf. The gradient of a maximum that is NaN is NaN.
rows = torch.stack([
    planted(integers(19), p4=nan), planted(integers(19), p1=nan, p17=nan), planted(integers(19), p3=inf), planted(integers(19), p18=-inf),
    planted(integers(19), p2=inf, p9=-inf), planted(integers(19), p2=inf, p9=nan), torch.full((19,), -inf), torch.full((19,), inf),
    torch.tensor([0.0, -0.0] * 9 + [0.0]), torch.full((19,), -0.0)])
for name, f in [("sum", torch.sum), ("mean", torch.mean), ("max", torch.amax), ("min", torch.amin)]:
    # Which zero is the larger one is left open.
    x = rows[:8] if name in ("max", "min") else rows
    special_results(f"reduce_{name}", [P("x", x)], f"reduce_{name}(%x) {{axes = [1]}}", lambda x, f=f: f(x, 1))
    special_results(f"reduce_{name}-columns", [P("x", x.t().contiguous())], f"reduce_{name}(%x) {{axes = [0]}}", lambda x, f=f: f(x, 0))
special_results("argmax", [I("x", rows)], "argmax(%x) {axis = 1}", lambda x: x.argmax(1).to(torch.int32), differentiable=False)
special_results("log_softmax", [P("x", rows[:8])], "log_softmax(%x) {axis = 1}", lambda x: F.log_softmax(x, 1))
for name, logits in [("nan", planted(integers(4, 10), p13=nan)), ("infinity", planted(integers(4, 10, low=0, high=2), p13=inf)),
                     ("negative-infinity", planted(integers(4, 10), p13=-inf)), ("overflow", planted(integers(4, 10), p13=3e38, p20=-3e38))]:
    for smoothing in (0.0, 0.1):
        text, kind = (" {label_smoothing = 0.1}", "-smoothed") if smoothing else ("", "")
        labels = torch.tensor([1, 3, 5, 9])
        inputs = [P("logits", logits), I("labels", labels.to(torch.int32))]
        special_results(f"cross_entropy-{name}{kind}", inputs, f"cross_entropy(%logits, %labels){text}",
                lambda x, y, s=smoothing: F.cross_entropy(x, y.long(), label_smoothing=s))
        leaf = logits.clone().requires_grad_()
        F.cross_entropy(leaf, labels, label_smoothing=smoothing).backward()
        special_results(f"cross_entropy_grad-{name}{kind}", [I("logits", logits), inputs[1]], f"cross_entropy_grad(%logits, %labels){text}",
                lambda *_, g=leaf.grad: g, differentiable=False)

# Products. Infinities of one sign in one operand, no zeros in the other: every sum has the value that any order gives.
special_results("matmul-nan", [P("a", planted(one_to_three((9, 7)), p10=nan)), P("b", one_to_three((7, 21)))], "matmul(%a, %b)", torch.matmul)
special_results("matmul-infinity", [P("a", planted(one_to_three((9, 7)), p10=inf)), P("b", planted(one_to_three((7, 21)), p40=-inf))], "matmul(%a, %b)",
        torch.matmul)
special_results("matmul-batched", [P("a", planted(one_to_three((2, 3, 7)), p10=inf)), P("b", planted(one_to_three((2, 5, 7)), p40=nan))],
        "matmul(%a, %b) {transpose_rhs = true}", lambda a, b: a @ b.transpose(1, 2))
for name, x, w in [("nan", planted(one_to_three((2, 3, 7, 9)), p40=nan), one_to_three((5, 3, 3, 2))),
                   ("infinity", planted(one_to_three((2, 3, 7, 9)), p40=inf), planted(one_to_three((5, 3, 3, 2)), p7=inf)),
                   ("wide", planted(one_to_three((2, 9, 7, 9)), p40=-inf), planted(one_to_three((20, 9, 3, 2)), p7=nan))]:
    y = F.conv2d(x, w)
    special_results(f"conv2d-{name}", [P("x", x), P("w", w)], "conv2d(%x, %w)", F.conv2d)
    dy = planted(one_to_three(y.shape), p20=nan, p33=inf)
    special_results(f"conv2d_input_grad-{name}", [I("dy", dy), I("w", w)], f"conv2d_input_grad(%dy, %w) {{extent = [7, 9]}}",
            lambda dy, w, x=x: torch.nn.grad.conv2d_input(x.shape, w, dy), differentiable=False)
    special_results(f"conv2d_filter_grad-{name}", [I("x", x), I("dy", dy)], f"conv2d_filter_grad(%x, %dy) {{extent = [{w.shape[2]}, {w.shape[3]}]}}",
            lambda x, dy, w=w: torch.nn.grad.conv2d_weight(x, w.shape, dy), differentiable=False)
special_results("conv_transpose2d", [P("x", planted(one_to_three((2, 3, 5, 6)), p40=nan)), P("w", planted(one_to_three((3, 4, 3, 3)), p7=inf))],
        "conv_transpose2d(%x, %w)", F.conv_transpose2d)

# Poolings: windows with several NaN, with nothing but -inf, with both zeros.
x = planted(integers(2, 3, 6, 8), p0=nan, p1=nan, p10=inf, p12=nan, p19=inf, p48=-inf, p49=-inf, p56=-inf, p57=-inf, p52=0.0, p53=-0.0, p60=-0.0, p61=-0.0)
for name, k, s, p in [("plain", 2, 2, 0), ("overlapping", 3, 2, 1)]:
    attributes = f"window = [{k}, {k}]" + (f", strides = [{s}, {s}], padding = [{p}, {p}, {p}, {p}]" if p else "")
    special_results(f"max_pool2d-{name}", [P("x", x)], f"max_pool2d(%x) {{{attributes}}}", lambda x, k=k, s=s, p=p: max_pool(x, k, s, p),
            results=("y", "position"))
    y, position = max_pool(x, k, s, p)
    dy = planted(one_to_three(y.shape), p2=nan, p9=inf, p30=-inf)
    for pool in ("max", "avg"):
        leaf = x.clone().requires_grad_()
        (F.max_pool2d if pool == "max" else F.avg_pool2d)(leaf, k, s, p).backward(dy)
        special_results(f"{pool}_pool2d_grad-{name}", [I("dy", dy)] + ([I("position", position)] if pool == "max" else []),
                f"{pool}_pool2d_grad(%dy{', %position' if pool == 'max' else ''}) {{{attributes}, extent = [6, 8]}}",
                lambda *_, g=leaf.grad: g, differentiable=False)
    special_results(f"avg_pool2d-{name}", [P("x", x)], f"avg_pool2d(%x) {{{attributes}}}", lambda x, k=k, s=s, p=p: F.avg_pool2d(x, k, s, p))


# Updates with gradients that are not finite.
def special_update(name, make, states, operation, results):
    p = torch.nn.Parameter(uniform(23))
    optimizer = make([p])
    p.grad = uniform(23)
    optimizer.step()
    with torch.no_grad():
        p[20] = nan
        p[21] = inf
    state = optimizer.state[p]
    inputs = [I("p", p.detach().clone()), I("g", planted(uniform(23), p0=nan, p1=inf, p2=-inf, p3=0.0, p4=-0.0, p5=3e38, p6=1e-30))]
    inputs += [I(s, state[s].clone()) for s in states] + ([I("step", torch.tensor(2, dtype=torch.int32))] if states else [])
    inputs += [I("rate", torch.tensor(optimizer.param_groups[0]["lr"]))]
    p.grad = inputs[1][2].clone()
    optimizer.step()
    after = (p.detach().clone(),) + tuple(state[s].clone() for s in states)
    special_results(name, inputs, operation, lambda *_: after, results=results, differentiable=False)


special_update("adam_update", lambda p: torch.optim.Adam(p, lr=0.01), adam, adam_text, ("q", "m", "v"))
special_update("sgd_update", lambda p: torch.optim.SGD(p, lr=0.1), (), "sgd_update(%p, %g, %rate)", ("q",))
special_update("sgd_update-momentum", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), ("momentum_buffer",), momentum + " {momentum = 0.9}",
               ("q", "buffer"))
special_update("rmsprop_update", lambda p: torch.optim.RMSprop(p, lr=0.01), ("square_avg",), "rmsprop_update(%p, %g, %rate, %square_avg)",
               ("q", "new_square_avg"))


# --- windows that are no squares, one filter a channel, kernels longer than the image: Tests/MartletLayersTests/ComposedLayers.swift ---------
class Rectangular(torch.nn.Module):
    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.features = nn.Sequential(
            nn.Conv2d(2, 6, (1, 3), padding=(0, 1)), nn.ReLU(), nn.Conv2d(6, 12, 3, padding=1, groups=6), nn.Tanh(),
            nn.Conv2d(12, 12, (5, 1), padding=(2, 0), groups=12), nn.MaxPool2d((2, 1)), nn.ConvTranspose2d(12, 4, (1, 2), stride=(1, 2)),
            nn.AvgPool2d((1, 3), stride=(1, 2), padding=(0, 1)), nn.Conv2d(4, 5, (2, 3), stride=(1, 2), dilation=(1, 2)), nn.Flatten())
        self.out = nn.Linear(10, 10)

    def forward(self, x):
        return self.out(self.features(x))


torch.manual_seed(31)
rectangular = Rectangular()
step = {name: p.detach().clone() for name, p in rectangular.named_parameters()}
torch.manual_seed(32)
images, labels = torch.randint(0, 256, (4, 2, 4, 7)).to(torch.uint8), torch.randint(0, 10, (4,))
rectangular.double()
outputs = rectangular(images.double() / 255)
loss = F.cross_entropy(outputs, labels)
loss.backward()
step |= {"images": images, "labels": labels.to(torch.int32), "expect outputs": outputs.float(), "expect loss": loss.float()}
for name, p in rectangular.named_parameters():
    step[f"expect {name}.gradient"] = p.grad.float()
save("rectangular-layers", step)

# --- losses with weights of the samples ----------------------------------------------------------------------------------------------------
labels = torch.randint(0, 10, (7,))
weights = torch.tensor([0.5, 0, 1.25, 0.125, 3, 0.0625, 1])
for name, smoothing in [("cross_entropy-weighted", 0.0), ("cross_entropy-weighted-smoothed", 0.2)]:
    attributes = f" {{label_smoothing = {smoothing}}}" if smoothing else ""
    logits = uniform(7, 10, low=-4, high=4)
    inputs = [P("logits", logits), I("labels", labels.to(torch.int32)), I("weights", weights)]
    case(name, inputs, f"cross_entropy(%logits, %labels, %weights){attributes}",
         lambda x, y, w, s=smoothing: (F.cross_entropy(x, y.long(), label_smoothing=s, reduction="none") * w).sum())


# --- poolings that round up, and maxima of pixels that are apart ----------------------------------------------------------------------------
def apart_max_pool(x, k, s, p, d, up):
    """Values, and positions in the window with the padding counted."""
    y, flat = F.max_pool2d(x, k, s, p, d, ceil_mode=up, return_indices=True)
    rows, columns = torch.arange(y.shape[2]).view(-1, 1), torch.arange(y.shape[3]).view(1, -1)
    row, column = (flat // x.shape[3] - rows * s[0] + p[0]) // d[0], (flat % x.shape[3] - columns * s[1] + p[1]) // d[1]
    return y, (row * k[1] + column).to(torch.uint8)


for name, shape, k, s, p, d, up in [
    ("ceil", (2, 3, 7, 9), (2, 2), (2, 2), (0, 0), (1, 1), True), ("ceil-padded", (2, 2, 6, 9), (3, 2), (2, 3), (1, 1), (1, 1), True),
    # A last row of windows would begin behind the image.
    ("ceil-left-out", (1, 2, 4, 20), (2, 3), (3, 4), (1, 1), (1, 1), True), ("ceil-small", (1, 1, 2, 3), (3, 5), (2, 3), (0, 1), (1, 1), True),
    ("dilated", (2, 2, 9, 20), (3, 2), (1, 1), (1, 1), (2, 3), False), ("dilated-strided", (1, 2, 9, 11), (2, 3), (2, 3), (1, 1), (3, 2), True),
]:
    attributes = f"window = [{k[0]}, {k[1]}]" + (f", strides = [{s[0]}, {s[1]}]" if s != k else "")
    attributes += f", padding = [{p[0]}, {p[0]}, {p[1]}, {p[1]}]" if p != (0, 0) else ""
    attributes += (f", dilation = [{d[0]}, {d[1]}]" if d != (1, 1) else "") + (", ceil_mode = true" if up else "")
    x = torch.randint(0, 5, shape).float()  # ties
    case(f"max_pool2d-{name}", [P("x", x)], f"max_pool2d(%x) {{{attributes}}}", lambda x, o=(k, s, p, d, up): apart_max_pool(x, *o),
         results=("y", "position"))
    y, position = apart_max_pool(x, k, s, p, d, up)
    dy = uniform(*y.shape)
    leaf = x.clone().requires_grad_()
    F.max_pool2d(leaf, k, s, p, d, ceil_mode=up).backward(dy)
    case(f"max_pool2d_grad-{name}", [I("dy", dy), I("position", position)],
         f"max_pool2d_grad(%dy, %position) {{{attributes}, extent = [{shape[2]}, {shape[3]}]}}", lambda *_, g=leaf.grad: g, differentiable=False)
    for counts in (True, False) if d == (1, 1) else ():
        suffix = "" if counts else ", count_includes_padding = false"
        case(f"avg_pool2d-{name}-{'padding' if counts else 'inside'}", [P("x", uniform(*shape))], f"avg_pool2d(%x) {{{attributes}{suffix}}}",
             lambda x, o=(k, s, p), c=counts: F.avg_pool2d(x, *o, ceil_mode=True, count_include_pad=c))
        leaf = uniform(*shape).requires_grad_()
        F.avg_pool2d(leaf, k, s, p, ceil_mode=True, count_include_pad=counts).backward(dy)
        case(f"avg_pool2d_grad-{name}-{'padding' if counts else 'inside'}", [I("dy", dy)],
             f"avg_pool2d_grad(%dy) {{{attributes}{suffix}, extent = [{shape[2]}, {shape[3]}]}}", lambda *_, g=leaf.grad: g, differentiable=False)

# --- small numbers, angles, divisions that are rounded down, running sums, elements by index -------------------------------------------------
torch.manual_seed(20261130)
small = torch.cat((uniform(3, 7, low=-1e-6, high=1e-6), uniform(3, 7, low=-0.9, high=3), uniform(3, 7, low=-1e-3, high=1e-3)), 1)
for name, f in [("log1p", torch.log1p), ("expm1", torch.expm1)]:
    case(name, [P("x", small)], f"{name}(%x)", f)
    tiny = torch.tensor([1e-20, -1e-12, 3e-9, -2e-8, 1e-7, -1e-5, 0.3, -0.99, 17.0, 80.0])
    for dtype, kind in [(torch.float32, ""), (torch.float64, "-f64")]:
        # One by one: the largest would hide the small ones.
        special_results(f"{name}-tiny{kind}", [I("x", tiny.to(dtype))], f"{name}(%x)", f, differentiable=False)
    special_case(name, [P("x", torch.cat((special, torch.tensor([-0.99999994, 88.5, -3.0, 1e-7, -1e-7, 2.0]))))], f"{name}(%x)", f)
case("atan2", [P("a", uniform(4, 13)), P("b", uniform(4, 13))], "atan2(%a, %b)", torch.atan2)
angles = torch.linspace(-3.1415, 3.1415, 81, dtype=torch.float64)
case("atan2-f64", [I("a", angles.sin()), I("b", angles.cos() * 1.5)], "atan2(%a, %b)", torch.atan2, differentiable=False)
a, b = (t.flatten() for t in torch.meshgrid(special, special, indexing="ij"))
special_case("atan2", [P("a", a), P("b", b)], "atan2(%a, %b)", torch.atan2)

dividends, divisors = uniform(5, 11, low=-9, high=9), uniform(5, 11, low=0.3, high=3) * (torch.randint(0, 2, (5, 11)) * 2 - 1)
case("remainder", [P("a", dividends), P("b", divisors)], "remainder(%a, %b)", torch.remainder)
case("floor_divide", [I("a", dividends), I("b", divisors)], "floor_divide(%a, %b)", torch.floor_divide, differentiable=False)
wholes = [t.flatten().to(torch.int32) for t in torch.meshgrid(
    torch.tensor([0, 1, -1, 7, -7, 100, -2147483648, 2147483647, -2147483647]), torch.tensor([1, -1, 2, -2, 7, -8, 2147483647, -2147483648]), indexing="ij")]
# The lowest number divided by -1 does not fit: PyTorch leaves it to the processor.
fits = ~((wholes[0] == -2147483648) & (wholes[1] == -1))
wholes = [t[fits] for t in wholes]
for name, f in [("remainder", torch.remainder), ("floor_divide", torch.floor_divide)]:
    case(f"{name}-i32", [I("a", wholes[0]), I("b", wholes[1])], f"{name}(%a, %b)", f, differentiable=False)
    case(f"{name}-f64", [I("a", dividends.double()), I("b", divisors.double())], f"{name}(%a, %b)", f, differentiable=False)
    exact = torch.tensor([6.0, -6.0, 1e10, -1e10, 7.0, 5.5, 16777216.0]), torch.tensor([3.0, 3.0, 3.0, 7.0, -7.0, 0.1, 0.3])
    case(f"{name}-exact", [I("a", exact[0]), I("b", exact[1])], f"{name}(%a, %b)", f, differentiable=False)
# Where the quotient overflows PyTorch's vector code gives NaN; ours is exact.
exact = ~((a / b).isinf() & a.isfinite() & (b != 0))
special_case("remainder", [P("a", a[exact]), P("b", b[exact])], "remainder(%a, %b)", torch.remainder)
special_results("floor_divide", [I("a", a), I("b", b)], "floor_divide(%a, %b)", torch.floor_divide, differentiable=False)
truths = torch.rand(29) > 0.5
case("xor", [I("a", truths), I("b", torch.rand(29) > 0.5)], "xor(%a, %b)", torch.logical_xor, differentiable=False)

# Reductions of integers; their sums wrap around, which PyTorch's do in a 32-bit accumulator.
numbers = torch.randint(-2147483648, 2147483648, (6, 19)).to(torch.int32)
case("reduce_sum-i32", [I("x", numbers)], "reduce_sum(%x) {axes = [1]}", lambda x: x.sum(1, dtype=torch.int32), differentiable=False)
case("reduce_max-i32", [I("x", numbers)], "reduce_max(%x) {axes = [1]}", lambda x: x.amax(1), differentiable=False)
numbers[2, 3] = -2147483648
case("reduce_min-i32", [I("x", numbers)], "reduce_min(%x) {axes = [0]}", lambda x: x.amin(0), differentiable=False)
case("argmax-i32", [I("x", torch.cat((numbers, torch.full((2, 19), -2147483648, dtype=torch.int32))))], "argmax(%x) {axis = 1}",
     lambda x: x.argmax(1).to(torch.int32), differentiable=False)

case("cumulative_sum", [P("x", uniform(3, 19))], "cumulative_sum(%x) {axis = 1}", lambda x: x.cumsum(1))
case("cumulative_sum-first", [P("x", uniform(5, 3, 2))], "cumulative_sum(%x) {axis = 0}", lambda x: x.cumsum(0))
case("cumulative_sum-reverse", [P("x", uniform(4, 9, 2))], "cumulative_sum(%x) {axis = 1, reverse = true}", lambda x: x.flip(1).cumsum(1).flip(1))
case("cumulative_sum-exclusive", [P("x", uniform(3, 7))], "cumulative_sum(%x) {axis = 1, exclusive = true}",
     lambda x: F.pad(x.cumsum(1)[:, :-1], (1, 0)))
case("cumulative_sum-both", [P("x", uniform(7, 3))], "cumulative_sum(%x) {axis = 0, reverse = true, exclusive = true}",
     lambda x: F.pad(x.flip(0).cumsum(0)[:-1], (0, 0, 1, 0)).flip(0))
case("cumulative_sum-i32", [I("x", numbers)], "cumulative_sum(%x) {axis = 1}", lambda x: x.cumsum(1, dtype=torch.int32), differentiable=False)
case("cumulative_sum-f64", [I("x", uniform(700).double())], "cumulative_sum(%x) {axis = 0}", lambda x: x.cumsum(0), differentiable=False)
special_results("cumulative_sum", [P("x", rows[:8])], "cumulative_sum(%x) {axis = 1}", lambda x: x.cumsum(1))

picks = torch.randint(0, 9, (3, 13))
case("gather_elements", [P("table", uniform(3, 9)), I("indices", picks.to(torch.int32))], "gather_elements(%table, %indices) {axis = 1}",
     lambda t, i: t.gather(1, i.long()))
case("gather_elements-shorter", [P("table", uniform(9, 4, 5)), I("indices", torch.randint(0, 9, (6, 3, 4)).to(torch.int32))],
     "gather_elements(%table, %indices) {axis = 0}", lambda t, i: t.gather(0, i.long()))
case("gather_elements-i32", [I("table", numbers), I("indices", torch.randint(0, 19, (6, 4)).to(torch.int32))],
     "gather_elements(%table, %indices) {axis = 1}", lambda t, i: t.gather(1, i.long()), differentiable=False)
case("scatter_add_elements", [P("base", uniform(3, 9)), I("indices", picks.to(torch.int32)), P("updates", uniform(3, 13))],
     "scatter_add_elements(%base, %indices, %updates) {axis = 1}", lambda b, i, u: b.scatter_add(1, i.long(), u))
case("scatter_add_elements-shorter", [P("base", uniform(7, 4, 5)), I("indices", torch.randint(0, 7, (11, 2, 3)).to(torch.int32)), P("updates", uniform(11, 2, 3))],
     "scatter_add_elements(%base, %indices, %updates) {axis = 0}", lambda b, i, u: b.scatter_add(0, i.long(), u))
case("scatter_add_elements-i32", [I("base", numbers), I("indices", torch.randint(0, 19, (6, 8)).to(torch.int32)), I("updates", numbers[:, :8].contiguous())],
     "scatter_add_elements(%base, %indices, %updates) {axis = 1}", lambda b, i, u: b.scatter_add(1, i.long(), u), differentiable=False)
columns = torch.tensor([[2, 0, 0, 1, 4], [4, 4, 1, 2, 3], [0, 1, 2, 3, 3]])
special_results("gather_elements", [P("table", grid), I("indices", columns.to(torch.int32))], "gather_elements(%table, %indices) {axis = 1}",
        lambda t, i: t.gather(1, i.long()))
special_results("scatter_add_elements", [P("base", grid), I("indices", columns.to(torch.int32)), P("updates", planted(integers(3, 5), p3=nan, p8=inf, p12=-inf))],
        "scatter_add_elements(%base, %indices, %updates) {axis = 1}", lambda b, i, u: b.scatter_add(1, i.long(), u))

# Order alone: the first operand, whatever the second one is.
case("after", [P("x", uniform(3, 5)), P("other", uniform(7))], "after(%x, %other)", lambda x, other: x * 1)
special_results("after", [P("x", values), I("other", uniform(2))], "after(%x, %other)", lambda x, other: x * 1)
