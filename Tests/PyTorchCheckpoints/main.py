"""What Tests/pytorch-checkpoints runs."""
import argparse, contextlib, importlib.machinery, importlib.util, io, json, os, shutil, subprocess, sys, tempfile

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "Tests", "Fixtures"))
from drawn_data import MODELS, of_tokens

BATCH, STEPS, MORE, RATE = 16, 3, 3, 0.002
IMAGES = BATCH * (STEPS + MORE)
# The first loss depends on the weights alone, those after it on the optimizer's state too. Rounding then grows: where a network normalises over the
# batch and has relu, it moves values across the kinks.
FIRST, LATER, LATER_NORMALIZED = 1e-6, 1e-5, 2e-3
OPTIMIZERS = {
    "adam": ([], lambda parameters: torch.optim.Adam(parameters, lr=RATE)),
    "adamw": ([], lambda parameters: torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.01)),
    "sgd": (["--momentum", "0.9", "--nesterov"], lambda parameters: torch.optim.SGD(parameters, lr=RATE, momentum=0.9, nesterov=True)),
    "rmsprop": (["--momentum", "0.5"], lambda parameters: torch.optim.RMSprop(parameters, lr=RATE, momentum=0.5)),
}


class Side:
    """Runs of one model with one optimizer, in a folder of their own."""
    def __init__(self, martlet, model, optimizer, data, folder, has_export):
        self.martlet, self.model, self.folder, self.has_export = martlet, model, folder, has_export
        self.data_folder, (self.images, self.labels) = data
        self.data_path = os.path.join(self.data_folder, "text.txt") if self.reads_tokens else self.data_folder
        self.optimizer = optimizer

    @property
    def reads_tokens(self):
        return MODELS[self.model][2] is of_tokens

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, *arguments):
        done = subprocess.run([self.martlet, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"FAILED: martlet {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def convert(self, *arguments):
        done = subprocess.run([sys.executable, os.path.join(ROOT, "Tools", "pytorch-checkpoint"), *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"FAILED: Tools/pytorch-checkpoint {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def train(self, checkpoint, steps, *more):
        done = self.command("train", self.model, "--data", self.data_path, "--batch", str(BATCH), "--lr", str(RATE), "--epochs", "1",
                            "--optimizer", self.optimizer, *OPTIMIZERS[self.optimizer][0], "--max-steps", str(steps), "--test-every", "0",
                            "--json", "--log-every", "1", "--checkpoint", checkpoint, *more)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        return [event["loss"] for event in events if event["event"] == "loss"]

    def torch_losses(self, network, optimizer, steps):
        dtype = next(network.parameters()).dtype
        losses = []
        for step in steps:
            chosen = slice(step * BATCH, (step + 1) * BATCH)
            images = torch.from_numpy(self.images[chosen])
            images = images.long() if self.reads_tokens else images.to(dtype) / 255
            labels = torch.from_numpy(self.labels[chosen]).long()
            optimizer.zero_grad()
            loss = MODELS[self.model][2](network(images), labels, images)
            loss.backward()
            losses.append(loss.item())
            optimizer.step()
        return losses

    def network(self, double=False):
        network = MODELS[self.model][0]()
        return network.double() if double else network

    def go_on_in_torch(self, file):
        """The losses of the steps after a file of torch.save, in f64: what is left is Martlet's rounding."""
        saved = torch.load(file, weights_only=True)
        network = self.network(double=True)
        network.load_state_dict(saved["model"], strict=True)
        optimizer = OPTIMIZERS[self.optimizer][1](network.parameters())
        optimizer.load_state_dict(saved["optimizer"])
        return self.torch_losses(network, optimizer, range(STEPS, STEPS + MORE))

    def compare(self, title, found, expected):
        if any(isinstance(module, torch.nn.Dropout) for module in self.network().modules()):
            print(f"{self.model}, {self.optimizer}: {title}: both go on; each drops other elements", flush=True)
            return
        isNormalized = any(name.endswith("running_mean") for name in self.network().state_dict())
        distances = [abs(a - b) / abs(b) for a, b in zip(found, expected)]
        shown = ", ".join(f"{distance:.1e}" for distance in distances)
        print(f"{self.model}, {self.optimizer}: {title}: losses differ by {shown}", flush=True)
        later = LATER_NORMALIZED if isNormalized else LATER
        if len(found) != MORE or len(expected) != MORE or distances[0] > FIRST or max(distances) > later:
            sys.exit(f"FAILED: {found}, expected {expected}")

    def to_torch(self):
        """Three steps of Martlet, then PyTorch and Martlet go on."""
        first = self.path("martlet.safetensors")
        self.train(first, STEPS)
        self.convert("to-torch", first, self.path("martlet.pt"))
        saved = torch.load(self.path("martlet.pt"), weights_only=True)
        for name, value in saved["model"].items():
            if self.has_export and name.endswith("num_batches_tracked") and int(value) != STEPS:
                sys.exit(f"FAILED: {name} is {int(value)} after {STEPS} steps")
        expected = self.go_on_in_torch(self.path("martlet.pt"))
        shutil.copy(first, self.path("going-on.safetensors"))
        self.compare("Martlet, then PyTorch", self.train(self.path("going-on.safetensors"), STEPS + MORE, "--resume"), expected)

    def from_torch(self):
        """Three steps of PyTorch, then both go on. After to_torch, whose checkpoint has the settings."""
        torch.manual_seed(11)
        network = self.network()
        optimizer = OPTIMIZERS[self.optimizer][1](network.parameters())
        self.torch_losses(network, optimizer, range(STEPS))
        # As DataParallel names the entries.
        torch.save({"model": {f"module.{name}": value for name, value in network.state_dict().items()},
                    "optimizer": optimizer.state_dict()}, self.path("wrapped.pt"))
        torch.save({"model": network.state_dict(), "optimizer": optimizer.state_dict()}, self.path("torch.pt"))
        back = self.path("from-torch.safetensors")
        done = self.convert("from-torch", self.path("wrapped.pt"), back, "--like", self.path("martlet.safetensors"))
        if "'module.'" not in done.stderr:
            sys.exit(f"FAILED: the prefix is not said: {done.stderr}")
        found = self.train(back, STEPS + MORE, "--resume")
        self.compare("PyTorch, then Martlet", found, self.go_on_in_torch(self.path("torch.pt")))

    def round_trip(self):
        """A checkpoint that went to PyTorch and back has the same bytes."""
        back = self.path("back.safetensors")
        self.convert("from-torch", self.path("martlet.pt"), back, "--like", self.path("martlet.safetensors"))
        with open(back, "rb") as one, open(self.path("martlet.safetensors"), "rb") as other:
            same = one.read()[8:].split(b"}}")[-1] == other.read()[8:].split(b"}}")[-1]
        if not same:
            sys.exit(f"FAILED: {self.model}, {self.optimizer}: other numbers after the way to PyTorch and back")

    def export(self):
        """The one line of docs/pytorch-checkpoints.md."""
        try:
            from safetensors.torch import load_file
        except ImportError:
            print(f"{self.model}: safetensors is not installed, martlet export is not tried")
            return
        weights = self.path("weights.safetensors")
        self.command("export", "--checkpoint", self.path("martlet.safetensors"), "--output", weights)
        network = self.network()
        network.load_state_dict(load_file(weights), strict=True)
        saved = torch.load(self.path("martlet.pt"), weights_only=True)["model"]
        if any(not torch.equal(value, saved[name]) for name, value in network.state_dict().items()):
            sys.exit(f"FAILED: {self.model}: martlet export writes other numbers than the checkpoint has")
        print(f"{self.model}: martlet export loads with strict=True")


def check_misfits(folder):
    """What the tool refuses and what it says, without a run: on a network of two layers."""
    loader = importlib.machinery.SourceFileLoader("pytorch_checkpoint", os.path.join(ROOT, "Tools", "pytorch-checkpoint"))
    tool = importlib.util.module_from_spec(importlib.util.spec_from_loader("pytorch_checkpoint", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(tool)
    like, target, source = (os.path.join(folder, name) for name in ("like.safetensors", "out.safetensors", "in.pt"))
    metadata = {"format": "martlet-checkpoint-1", "model": "two", "optimizer": "adam", "lr": "0.01", "epoch": "1", "step": "3"}

    def made(optimizer=torch.optim.Adam, named=False, **options):
        torch.manual_seed(1)
        model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 1))
        own = optimizer(list(model.named_parameters() if named else model.parameters())[::-1 if named else 1], lr=0.01, **options)
        for _ in range(3):
            own.zero_grad()
            model(torch.rand(4, 2)).sum().backward()
            own.step()
        return model, own

    model, own = made()
    tensors = dict(model.state_dict())
    parameters = dict(model.named_parameters())
    for name, parameter in parameters.items():
        for key in ("exp_avg", "exp_avg_sq"):
            tensors[f"{name}.{key}"] = own.state[parameter][key]
    tensors["step"] = torch.tensor(3, dtype=torch.int32)
    tool.write(like, metadata, tensors)

    def run(saved, epoch=None, step=None):
        """What from-torch writes, and its notes."""
        torch.save(saved, source)
        notes = io.StringIO()
        with contextlib.redirect_stderr(notes), contextlib.redirect_stdout(io.StringIO()):
            tool.from_torch(source, target, like, epoch, step)
        return tool.read(target), notes.getvalue()

    def expect(condition, title):
        if not condition:
            sys.exit(f"FAILED: the tool: {title}")

    def same(found):
        return list(found) == list(tensors) and all(torch.equal(found[name], tensors[name]) for name in tensors)

    (_, found), notes = run({"model": model.state_dict(), "optimizer": own.state_dict()})
    expect(same(found) and not notes, f"a plain file: {notes}")
    _, reversed_own = made(named=True)
    if all("param_names" in group for group in reversed_own.state_dict()["param_groups"]):
        (_, found), notes = run({"state_dict": model.state_dict(), "optimizer_state_dict": reversed_own.state_dict()}, epoch=4, step=2)
        expect(same(found) and not notes, f"parameters by their names: {notes}")
    (settings, found), notes = run(dict(model.state_dict()), epoch=4, step=2)
    expect(settings["epoch"] == "4" and settings["step"] == "2" and int(found["step"]) == 0 and "begins anew" in notes, "weights alone")
    expect(not found["0.weight.exp_avg"].any() and torch.equal(found["0.weight"], tensors["0.weight"]), "weights alone: numbers")
    _, notes = run({"model": {"extra": torch.ones(1), **model.state_dict()}, "optimizer": made(betas=(0.8, 0.9))[1].state_dict()})
    expect("'extra'" in notes and "betas was (0.8, 0.9)" in notes, f"other betas: {notes}")
    (_, found), notes = run({name: value.half() if value.is_floating_point() else value for name, value in model.state_dict().items()})
    expect("torch.float16" in notes and found["0.weight"].dtype == torch.float32, f"halves: {notes}")

    # A file of TrainingStep.save.
    tool.write(like, {"format": "pt", "number": "3"}, tensors)
    (settings, found), notes = run({"model": model.state_dict(), "optimizer": own.state_dict()})
    expect(same(found) and settings["number"] == "3" and "does not name its optimizer" in notes, f"a step's file: {notes}")
    tool.to_torch(like, source, "adam beta1 = 0.8", "0.02")
    back = torch.load(source, weights_only=True)
    group = back["optimizer"]["param_groups"][0]
    expect(group["betas"] == (0.8, 0.999) and group["lr"] == 0.02 and back["step"] == 3, "a step's file: options")
    expect(torch.equal(back["optimizer"]["state"][0]["exp_avg"], tensors["0.weight.exp_avg"]), "a step's file: state")
    try:
        tool.to_torch(like, target)
        expect(False, "a step's file without an optimizer")
    except tool.Misfit as misfit:
        expect("--optimizer" in str(misfit), str(misfit))
    tool.write(like, metadata, tensors)

    state = model.state_dict()
    groups = made()[1].state_dict()
    groups["param_groups"] = [{**groups["param_groups"][0], "params": part} for part in ([0, 1], [2, 3, 4, 5])]
    uneven = made()[1].state_dict()
    uneven["state"][0]["step"] = torch.tensor(7.0)
    short = made()[1].state_dict()
    short["param_groups"][0]["params"] = [0, 1]
    for title, message, saved in (
        ("a tensor is missing", "'2.bias'", {name: value for name, value in state.items() if name != "2.bias"}),
        ("two prefixes", "several prefixes", {f"{prefix}.{name}": value for prefix in "ab" for name, value in state.items()}),
        ("another shape", "has the shape [2]", {**state, "2.bias": torch.zeros(2)}),
        ("no state dict", "has no state dict", {"model": 3}),
        ("amsgrad", "amsgrad", {"model": state, "optimizer": made(amsgrad=True)[1].state_dict()}),
        ("groups without names", "2 groups without names", {"model": state, "optimizer": groups}),
        ("different counts", "different numbers of updates", {"model": state, "optimizer": uneven}),
        ("too few parameters", "has 2 parameters", {"model": state, "optimizer": short}),
    ):
        try:
            run(saved)
        except tool.Misfit as misfit:
            expect(message in str(misfit), f"{title}: {misfit}")
        else:
            expect(False, f"{title}: nothing was refused")
    for title, data in (("text", b"no file of tensors"), ("cut", open(like, "rb").read()[:-100]), ("empty", b"")):
        with open(source, "wb") as file:
            file.write(data)
        for attempt in (lambda: tool.to_torch(source, target), lambda: tool.from_torch(source, target, like, None, None)):
            try:
                attempt()
            except tool.Misfit:
                continue
            expect(False, f"{title}: nothing was refused")
    weights = os.path.join(folder, "weights.safetensors")
    tool.write(weights, {"format": "pt"}, state)
    for attempt in (lambda: tool.to_torch(weights, target), lambda: tool.from_torch(source, target, weights, None, None)):
        try:
            attempt()
        except tool.Misfit as misfit:
            expect("no checkpoint of martlet train" in str(misfit), str(misfit))
            continue
        expect(False, "weights alone were taken for a checkpoint")
    expect(tool.torch_order(["block.weight", "scale", "block.inner.bias", "block.bias"]) == ["scale", "block.weight", "block.bias", "block.inner.bias"],
           "a module's own parameters come first")
    print("what does not fit is refused")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", help="built-in models; all of them by default")
    parser.add_argument("--martlet", default=os.path.join(ROOT, ".build", "release", "martlet"))
    parser.add_argument("--without-export", action="store_true", help="for a martlet from before export and the counters of batches")
    options = parser.parse_args()
    unknown = [name for name in options.models if name not in MODELS]
    if unknown:
        parser.error(f"unknown models: {', '.join(unknown)}")
    torch.set_num_threads(min(2, os.cpu_count() or 1))
    with tempfile.TemporaryDirectory() as work:
        check_misfits(work)
        data = {}
        for make in {MODELS[name][1] for name in options.models or MODELS}:
            folder = os.path.join(work, make.__name__)
            os.mkdir(folder)
            data[make] = folder, make(folder, IMAGES)
        for name in options.models or MODELS:
            # Every optimizer on the reference model and on one with batch normalisation; Adam on all others.
            for optimizer in OPTIMIZERS if name in ("mnist-cnn", "mobilenet-small") else ["adam"]:
                folder = os.path.join(work, f"{name}-{optimizer}")
                os.mkdir(folder)
                side = Side(options.martlet, name, optimizer, data[MODELS[name][1]], folder, not options.without_export)
                side.to_torch()
                side.from_torch()
                side.round_trip()
                if optimizer == "adam" and side.has_export:
                    side.export()
                shutil.rmtree(folder)
    print("checkpoints go both ways")


main()
