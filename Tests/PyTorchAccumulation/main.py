"""What Tests/pytorch-accumulation runs."""
import argparse, json, os, struct, subprocess, sys, tempfile

import numpy as np
import torch
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "Tests", "Fixtures"))
from drawn_data import MODELS, of_tokens, write_arrays

# Three steps of 16, 16 and 5 samples: most numbers of micro-batches divide neither.
BATCH, SAMPLES, STEPS = 16, 37, 3
# The first loss depends on the initial weights alone, which both sides draw alike. Rounding then grows: where a network normalises over the batch and has
# relu, it moves values across the kinks, and PyTorch's own f32 is up to 2e-3 away from its f64.
FIRST, LATER, LATER_NORMALIZED = 1e-6, 1e-5, 5e-3
RATE, RATE_NORMALIZED = 0.002, 0.0005
# The gradient of the first step, of the largest element of a tensor; for kinks as above. Those networks are compared within JOINED with the gradients that
# Martlet itself computes of each micro-batch as a batch of its own. The running statistics after the first step.
GRADIENT, GRADIENT_NORMALIZED, JOINED, STATISTICS = 1e-5, 0.1, 2e-6, 1e-5
OPTIMIZERS = {
    "adam": ([], torch.optim.Adam, {}),
    "sgd": (["--momentum", "0.9"], torch.optim.SGD, {"momentum": 0.9}),
}
CLASS_WEIGHTS = [1.0, 2.0, 0.5, 1.0, 4.0, 1.0, 1.5, 1.0, 0.25, 1.0]


class Case:
    """Options of a run, on both sides. `needs` is what the model must have."""
    def __init__(self, count, optimizer, norm=None, value=None, weighted=False, only=None):
        self.count, self.optimizer, self.norm, self.value, self.weighted, self.only = count, optimizer, norm, value, weighted, only

    @property
    def title(self):
        parts = [f"{self.count} micro-batches", self.optimizer]
        parts += [f"clipped by {name} at {bound}" for name, bound in (("norm", self.norm), ("value", self.value)) if bound]
        return ", ".join(parts + ["weights of classes"] * self.weighted)

    @property
    def arguments(self):
        # One micro-batch is the default: without the option, what is compared is the run as it was before the option.
        result = ["--accumulate", str(self.count)] if self.count > 1 else []
        for name, bound in (("--clip-norm", self.norm), ("--clip-value", self.value)):
            result += [name, str(bound)] if bound else []
        return result + (["--class-weights", ",".join(map(str, CLASS_WEIGHTS)), "--label-smoothing", "0.1"] if self.weighted else [])


SMALL = ("mnist-cnn", "mobilenet-small")
RUNS = [
    Case(4, "adam"), Case(4, "sgd"), Case(3, "sgd", norm=0.1), Case(7, "adam", norm=0.1),
    # More micro-batches than samples: in every batch, and in the last one alone.
    Case(20, "sgd", norm=0.1, only=SMALL), Case(16, "adam", only=SMALL), Case(1, "sgd", only=SMALL), Case(2, "adam", value=0.001, only=SMALL),
    Case(3, "adam", weighted=True, only=SMALL),
]
GRADIENTS = [Case(4, "sgd"), Case(7, "sgd", norm=0.1), Case(3, "sgd", value=0.001, norm=0.01, only=SMALL)]


def of_weighted_classes(output, labels, inputs):
    return F.cross_entropy(output, labels, weight=torch.tensor(CLASS_WEIGHTS, dtype=output.dtype), label_smoothing=0.1)


def read_tensors(path):
    """The f32 tensors of a safetensors file, and the integers of its counters."""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    kinds = {"F32": np.float32, "I64": np.int64, "I32": np.int32, "U8": np.uint8}
    result = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            result[name] = np.frombuffer(data[8 + size + first:8 + size + last], dtype=kinds[entry["dtype"]]).reshape(entry["shape"])
    return result


def accumulated_step(network, optimizer, loss, count, batch, case):
    """One update: the loss of the whole batch, and the norm of its gradients before they are clipped.

    Each micro-batch renews the running statistics from those before the step; the step leaves the mean, weighted by the samples."""
    inputs, labels = batch
    samples = len(inputs)
    running = {name: buffer for name, buffer in network.named_buffers() if buffer.is_floating_point()}
    before = {name: buffer.clone() for name, buffer in running.items()}
    sums = {name: torch.zeros_like(buffer) for name, buffer in running.items()}
    optimizer.zero_grad()
    total = 0.0
    for number in range(count):
        first, last = number * samples // count, (number + 1) * samples // count
        if first == last:
            continue
        for name, buffer in running.items():
            buffer.copy_(before[name])
        share = (last - first) / samples
        value = loss(network(inputs[first:last]), labels[first:last], inputs[first:last]) * share
        value.backward()
        total += value.item()
        for name, buffer in running.items():
            sums[name] += share * buffer
    for name, buffer in running.items():
        buffer.copy_(sums[name])
    parameters = list(network.parameters())
    if case.value:
        torch.nn.utils.clip_grad_value_(parameters, case.value)
    norm = torch.nn.utils.clip_grad_norm_(parameters, case.norm or float("inf")).item()
    optimizer.step()
    return total, norm


class Comparison:
    """Runs of one model, in a folder of their own."""
    def __init__(self, martlet, model, data, folder):
        self.martlet, self.model, self.folder = martlet, model, folder
        make, _, self.loss = MODELS[model]
        data_folder, (self.inputs, self.labels) = data
        self.reads_tokens = self.loss is of_tokens
        self.data_path = os.path.join(data_folder, "text.txt") if self.reads_tokens else data_folder
        torch.manual_seed(0)
        self.network = make()
        self.initial = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.is_normalized = any(name.endswith("running_mean") for name in self.initial)
        self.rate = RATE_NORMALIZED if self.is_normalized else RATE
        self.has_dropout = any(isinstance(module, torch.nn.Dropout) for module in self.network.modules())
        self.failures = []

    def command(self, *arguments):
        done = subprocess.run([self.martlet, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"FAILED: martlet {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def train(self, case, optimizer, steps, rate, *more, data=None, samples=SAMPLES):
        """The losses of Martlet's steps, from the same weights."""
        events = self.command(
            "train", self.model, "--data", data or self.data_path, "--batch", str(min(BATCH, samples)), "--lr", str(rate), "--epochs", "1", *optimizer,
            "--max-steps", str(steps), "--test-every", "0", "--json", "--log-every", "1", *case.arguments, *more)
        start = next(event for event in events if event["event"] == "start")
        if start["train_samples"] != samples:
            sys.exit(f"FAILED: {self.model} trains on {start['train_samples']} samples, not on {samples}")
        return [event["loss"] for event in events if event["event"] == "loss"]

    def batch(self, step, dtype):
        chosen = slice(step * BATCH, min((step + 1) * BATCH, SAMPLES))
        inputs = torch.from_numpy(self.inputs[chosen])
        inputs = inputs.long() if self.reads_tokens else inputs.to(dtype) / 255
        return inputs, torch.from_numpy(self.labels[chosen]).long()

    def torch_steps(self, case, optimizer, steps, dtype):
        """The losses of PyTorch's steps. `optimizer` makes one of parameters."""
        self.network.load_state_dict(self.initial)
        network = self.network.to(dtype)
        own = optimizer(network.parameters())
        losses = []
        for step in range(steps):
            loss, norm = accumulated_step(
                network, own, of_weighted_classes if case.weighted else self.loss, case.count, self.batch(step, dtype), case)
            losses.append(loss)
            if case.norm and norm <= case.norm:
                sys.exit(f"FAILED: {self.model}: the norm {norm} of step {step + 1} is not clipped: nothing is tested")
        return losses

    def report(self, title, text, is_right, details):
        print(f"{self.model}: {title}: {text}", flush=True)
        if not is_right:
            self.failures.append(f"{self.model}: {title}: {details}")
            print(f"FAILED: {details}", flush=True)

    def compare_losses(self, case):
        arguments, make, options = OPTIMIZERS[case.optimizer]
        command = ["--optimizer", case.optimizer, *arguments]
        found = self.train(case, command, STEPS, self.rate)
        if self.has_dropout:
            # PyTorch draws other masks. Each sample has its own number, so that the masks are those of the undivided batch.
            title, expected = f"{case.title}, the undivided batch", self.train(Case(1, case.optimizer, case.norm, case.value), command, STEPS, self.rate)
        else:
            title = case.title
            expected = self.torch_steps(case, lambda parameters: make(parameters, lr=self.rate, **options), STEPS, torch.float64)
        distances = [abs(a - b) / abs(b) for a, b in zip(found, expected)]
        later = LATER_NORMALIZED if self.is_normalized else LATER
        is_right = len(found) == len(expected) == STEPS and distances[0] <= FIRST and max(distances) <= later
        self.report(title, f"losses differ by {', '.join(f'{distance:.1e}' for distance in distances)}", is_right, f"{found}, expected {expected}")

    def one_step(self, case, **data):
        """The loss and the variables after one step of gradient descent with a rate of 1, which shows the gradients."""
        saved = os.path.join(self.folder, "one-step.safetensors")
        losses = self.train(case, ["--optimizer", "sgd"], 1, 1, "--checkpoint", saved, **data)
        variables = {name: torch.from_numpy(value.copy()).double() for name, value in read_tensors(saved).items()}
        os.remove(saved)
        return losses[0], variables

    def differences(self, found, expected, allowed):
        """The largest distance of gradients and of statistics, with their names, and what is further away than allowed."""
        trained = {name for name, _ in self.network.named_parameters()}
        furthest = {"gradients": (0.0, ""), "statistics": (0.0, "")}
        wrong = []
        for name, value in expected.items():
            initial = self.initial[name].double()
            is_trained = name in trained
            size = ((value - initial) if is_trained else value).abs().max().item() or 1
            # The weights are stored in f32: half of the distance between neighbouring numbers is no fault.
            stored = initial.abs().max().item() * 2**-23 if is_trained else 0
            distance = max((found[name] - value).abs().max().item() - stored, 0) / size
            kind = "gradients" if is_trained else "statistics"
            furthest[kind] = max(furthest[kind], (distance, name))
            if not distance <= (allowed if is_trained else STATISTICS):
                wrong.append(f"{name} is {distance:.1e} away")
        text = f"gradients differ by {furthest['gradients'][0]:.1e} ({furthest['gradients'][1]})"
        if self.is_normalized:
            text += f", statistics by {furthest['statistics'][0]:.1e} ({furthest['statistics'][1]})"
        return text, wrong

    def compare_gradients(self, case):
        """The first step's gradients, and what the running statistics became."""
        loss, found = self.one_step(case)
        self.torch_steps(case, lambda parameters: torch.optim.SGD(parameters, lr=1), 1, torch.float64)
        expected = {name: value.clone() for name, value in self.network.state_dict().items() if value.is_floating_point()}
        text, wrong = self.differences(found, expected, GRADIENT_NORMALIZED if self.is_normalized else GRADIENT)
        self.report(case.title, text, not wrong, "; ".join(wrong))
        if self.is_normalized:
            self.compare_parts(case, loss, found)

    def compare_parts(self, case, loss, found):
        """Each micro-batch as a batch of its own runs the same kernels, kinks included: the sum of the parts is known exactly."""
        expected_loss, sums = 0.0, {}
        for number in range(case.count):
            first, last = number * BATCH // case.count, (number + 1) * BATCH // case.count
            if first == last:
                continue
            share = (last - first) / BATCH
            with tempfile.TemporaryDirectory() as folder:
                write_arrays(folder, self.inputs[first:last], self.labels[first:last].astype(np.int32))
                part, variables = self.one_step(Case(1, "sgd"), data=folder, samples=last - first)
            expected_loss += share * part
            for name, value in variables.items():
                # Variables alone: a checkpoint has more.
                if name in self.initial:
                    sums[name] = sums.get(name, 0) + share * value
        moved = {name: sums[name] - self.initial[name].double() for name, _ in self.network.named_parameters()}
        if case.value:
            moved = {name: value.clamp(-case.value, case.value) for name, value in moved.items()}
        if case.norm:
            norm = sum(value.square().sum().item() for value in moved.values()) ** 0.5
            moved = {name: value * min(1, case.norm / (norm + 1e-6)) for name, value in moved.items()}
        expected = sums | {name: self.initial[name].double() + value for name, value in moved.items()}
        text, wrong = self.differences(found, expected, JOINED)
        if not abs(loss - expected_loss) <= 3e-7 * expected_loss:
            wrong.append(f"the loss is {loss}, expected {expected_loss}")
        self.report(f"{case.title}, its parts", text, not wrong, "; ".join(wrong))

    def check_counters(self):
        """Layers with running statistics count steps, not micro-batches."""
        saved, weights = (os.path.join(self.folder, name) for name in ("counted.safetensors", "weights.safetensors"))
        self.train(Case(3, "sgd"), ["--optimizer", "sgd"], STEPS, self.rate, "--checkpoint", saved)
        done = subprocess.run([self.martlet, "export", "--checkpoint", saved, "--output", weights], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"FAILED: martlet export: exit code {done.returncode}\n{done.stderr}")
        counts = {name: int(value) for name, value in read_tensors(weights).items() if name.endswith("num_batches_tracked")}
        self.report("counted batches", f"{sorted(set(counts.values()))}", counts and set(counts.values()) == {STEPS}, f"{counts}, expected {STEPS}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    names = ["mnist-cnn", "mobilenet-small", "resnet-stem", "resnet18", "gpt-small", "wide-mlp", "keras-cnn"]
    parser.add_argument("models", nargs="*", help=f"built-in models; by default {', '.join(names)}")
    parser.add_argument("--martlet", default=os.path.join(ROOT, ".build", "release", "martlet"))
    parser.add_argument("--undivided", action="store_true", help="only the runs of one micro-batch, which need no --accumulate")
    options = parser.parse_args()
    unknown = [name for name in options.models if name not in MODELS]
    if unknown:
        parser.error(f"unknown models: {', '.join(unknown)}")
    torch.set_num_threads(min(2, os.cpu_count() or 1))
    failures, data = [], {}
    with tempfile.TemporaryDirectory() as work:
        for name in options.models or names:
            make = MODELS[name][1]
            if make not in data:
                folder = os.path.join(work, make.__name__)
                os.mkdir(folder)
                data[make] = folder, make(folder, SAMPLES)
            comparison = Comparison(options.martlet, name, data[make], work)
            if options.undivided:
                comparison.compare_losses(Case(1, "adam", norm=0.1))
                if not comparison.has_dropout:
                    comparison.compare_gradients(Case(1, "sgd", norm=0.1))
            else:
                for case in RUNS:
                    if case.only is None or name in case.only:
                        comparison.compare_losses(case)
                for case in GRADIENTS:
                    if not comparison.has_dropout and (case.only is None or name in case.only):
                        comparison.compare_gradients(case)
                if comparison.is_normalized:
                    comparison.check_counters()
            failures += comparison.failures
    if failures:
        sys.exit("\n".join(["FAILED:", *failures]))
    print("micro-batches compute what PyTorch computes with accumulated gradients")


main()
