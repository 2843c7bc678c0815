"""Runs martlet: `opt --passes differentiate` and `run`. Graphs and inputs lie in a folder."""
import os
import re
import shlex
import signal
import subprocess

import numpy as np

from graph import NUMPY

SECONDS = 180


class Failed(Exception):
    """martlet ended with a signal, with another exit code than 0, or not at all. `kind` is short and the same for the same fault."""

    def __init__(self, kind, output):
        number = re.search(r"error (M\d+)", output)
        place = re.search(r"/Sources/(\S+\.swift:\d+)", output)
        self.kind = f"{kind}, {number.group(1)}" if number else kind
        self.place = f" at {place.group(1)}" if place else ""
        first = output.strip().splitlines()[0] if number else ""
        super().__init__(f"{self.kind}{self.place} {first}\n{shortened(output)}")


def shortened(output):
    return output if len(output) <= 4000 else output[:3000] + "\n…\n" + output[-1000:]


def words_of(options):
    environment = {**os.environ, **options.environment}
    environment["NO_COLOR"] = "1"
    environment["SWIFT_BACKTRACE"] = "enable=no"
    limit = (lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})) if options.one_core else None
    return environment, limit


def call(command, options, text=None, folder=None):
    environment, limit = words_of(options)

    def start(seconds):
        return subprocess.run(
            command, input=text, capture_output=True, text=True, env=environment, preexec_fn=limit, timeout=seconds, cwd=folder)
    try:
        done = start(SECONDS)
    except subprocess.TimeoutExpired:
        raise Failed(f"{command[1]} did not end within {SECONDS} s", "")
    if done.returncode < 0:
        kind, output = f"{command[1]} ended by {signal.Signals(-done.returncode).name}", done.stdout + done.stderr
        if options.reports_frames:
            # Once more for Swift's report of the crash, which takes seconds and sometimes does not end.
            environment["SWIFT_BACKTRACE"] = "color=no,registers=none,images=none,threads=crashed"
            try:
                again = start(20)
                output = again.stdout + again.stderr
            except subprocess.TimeoutExpired:
                pass
        raise Failed(kind, output)
    if done.returncode != 0:
        raise Failed(f"{command[1]} ended with exit code {done.returncode}", done.stdout + done.stderr)
    return done.stdout


def differentiate(martlet, graph, options, folder):
    """The text of the graph with its gradients."""
    return call([martlet, "opt", "-", "--passes", "differentiate"], options, str(graph), folder)


def write_inputs(arguments, folder):
    for name, array in arguments.items():
        np.save(os.path.join(folder, name + ".npy"), array)


def run_command(martlet, file, names, options):
    inputs = [f"{name}={name}.npy" for name in names]
    return [martlet, "run", file] + (["--input"] + inputs if inputs else []) + ["--output-dir", "out"] + options.flags() + ["--no-cache"]


def command_line(martlet, file, names, options):
    """For people: what to type in the folder of a failure."""
    prefix = [f"{k}={v}" for k, v in sorted(options.environment.items())] + (["taskset", "-c", "0"] if options.one_core else [])
    return shlex.join(prefix + run_command(martlet, file, names, options))


def run(martlet, text, names, results, options, folder):
    """Runs the graph in `text` on NAME.npy of the folder; the results by name."""
    out = os.path.join(folder, "out")
    if os.path.isdir(out):
        for file in os.listdir(out):
            os.remove(os.path.join(out, file))
    call(run_command(martlet, "-", names, options), options, text, folder)
    found = {}
    for name, value_type in results:
        path = os.path.join(out, name + ".npy")
        if not os.path.exists(path):
            raise Failed("run wrote no file for a result", path)
        found[name] = np.load(path)
        if found[name].dtype != NUMPY[value_type]:
            raise Failed("run wrote another type", f"{name} is {found[name].dtype} instead of {value_type}")
    return found
