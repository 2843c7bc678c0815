"""Random graphs through martlet and through PyTorch in double precision: values and gradients must agree. Tests/differential starts this."""
import argparse
import os
import shutil
import sys
import tempfile
import time

import numpy as np
import torch

import running
from check import check, check_text
from comparison import AGREES, DIFFERS, EXCUSED, NEAR_A_KINK
from drawing import RECIPES, Options, draw
from graph import parse
from shrinking import Shrinker

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def arguments():
    p = argparse.ArgumentParser(prog="Tests/differential", description=__doc__)
    p.add_argument("--graphs", type=int, default=200, help="how many graphs (default: 200)")
    p.add_argument("--first", type=int, default=0, metavar="SEED", help="the seed of the first graph (default: 0)")
    p.add_argument("--martlet", default=os.path.join(REPOSITORY, ".build/release/martlet"), help="the program (default: the release build)")
    p.add_argument("--modules", action="store_true", help="PyTorch's own samples of modules and operations instead of random graphs")
    p.add_argument("--filter", default="", metavar="TEXT", help="with --modules: only samples whose name contains TEXT")
    p.add_argument("--only", default="", metavar="RECIPES", help="components of these recipes only, separated by commas")
    p.add_argument("--without", default="", metavar="RECIPES", help="no components of these recipes: " + ", ".join(RECIPES))
    p.add_argument("--largest-batch", type=int, default=130, metavar="N", help="the largest extent of the batch (default: 130)")
    p.add_argument("--components", type=int, default=0, metavar="N", help="components in each graph (default: drawn, 1 to 12)")
    p.add_argument("--no-shrink", action="store_true", help="keep failures as they are")
    p.add_argument("--file", metavar="FILE.gir", help="check one graph as it stands, its inputs are NAME.npy beside it")
    p.add_argument("--device", default="cpu", help="the device for --file and --modules (default: cpu)")
    p.add_argument("--no-fuse", action="store_true", help="for --file and --modules")
    p.add_argument("--verbose", action="store_true", help="a line for each graph")
    return p.parse_args()


class Settings:
    def __init__(self, options):
        names = set(options.only.split(",")) if options.only else set(RECIPES)
        self.recipes = names - set(options.without.split(","))
        if unknown := (names | set(filter(None, options.without.split(",")))) - set(RECIPES):
            sys.exit(f"Tests/differential: no recipe is named {', '.join(sorted(unknown))}")
        self.largest_batch, self.components = options.largest_batch, options.components
        self.instruction_sets, self.emulated = machine(options.martlet)


def machine(martlet):
    """The instruction sets of this machine as `martlet doctor` says, and whether the emulated GPU works (it needs a C++ compiler)."""
    words = running.call([martlet, "doctor"], Options()).split()
    best = words[words.index("processor") + 1] if "processor" in words else ""
    sets = ["sse2", "avx2", "avx512"]
    emulated = any(shutil.which(c) for c in ("c++", "clang++", "g++"))
    return (sets[:sets.index(best) + 1] if best in sets else []), emulated


def keep(folder, case, outcome, martlet, problem, shrink):
    """Writes a failure so that it can be run again; returns a line about the smallest graph."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    running.write_inputs(case.arguments, folder)
    text = outcome.text or str(case.graph)
    write(folder, "graph.gir", str(case.graph))
    if text != str(case.graph):
        write(folder, "differentiated.gir", text)
    np.savez(os.path.join(folder, "expected.npz"), **{n: e.array for n, e in outcome.expected.items()})
    file = "graph.gir" if text == str(case.graph) else "differentiated.gir"
    lines = [running.command_line(martlet, file, list(case.arguments), case.options), "", problem, outcome.kind]
    lines += [f"{name or 'martlet'}: {what}" for name, what in outcome.failures]
    write(folder, "reproduce.txt", "\n".join(lines) + "\n")
    if not shrink or not outcome.text:
        return ""
    with tempfile.TemporaryDirectory() as work:
        smallest = Shrinker(martlet, case.options, work, outcome.kind).shrink(text, case.arguments)
        if not smallest:
            return ""
        graph, given = smallest
        result = check_text(str(graph), given, martlet, case.options, work)
    inner = os.path.join(folder, "smallest")
    os.makedirs(inner)
    running.write_inputs(given, inner)
    write(inner, "graph.gir", str(graph))
    np.savez(os.path.join(inner, "expected.npz"), **{n: e.array for n, e in result.expected.items()})
    command = running.command_line(martlet, "graph.gir", list(given), case.options)
    write(inner, "reproduce.txt", f"{command}\n\n{result.summary()}\n")
    operations = ", ".join(n.operation for n in graph.nodes)
    return f"smallest: {operations} ({result.summary() if result.failures else ''})"


def write(folder, name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def parts(case, outcome, martlet, work):
    """The components of a failed case that fail by themselves, with their outcomes; the whole case where none does."""
    failed = []
    if len(case.recipes) > 1:
        for prefix in case.recipes:
            part = case.component(prefix)
            if not part.graph.results:
                continue
            own = check(part, martlet, work)
            if own.failures:
                failed.append((part, own))
    return failed or [(case, outcome)]


def random_graphs(options):
    settings = Settings(options)
    counts = {AGREES: 0, EXCUSED: 0, NEAR_A_KINK: 0, DIFFERS: 0}
    passed = failed = 0
    start = time.time()
    for seed in range(options.first, options.first + options.graphs):
        case = draw(seed, settings)
        with tempfile.TemporaryDirectory() as work:
            began = time.time()
            outcome = check(case, options.martlet, work)
            if options.verbose:
                print(f"seed {seed}: {time.time() - began:.2f} s, {case.options}, {len(case.graph.nodes)} nodes, {' '.join(case.recipes.values())}")
            for verdict, count in outcome.counts.items():
                counts[verdict] += count
            if not outcome.failures:
                passed += 1
                continue
            failed += 1
            print(f"seed {seed} FAILED: {case.options}: {outcome.summary()}", flush=True)
            for number, (part, own) in enumerate(parts(case, outcome, options.martlet, work)):
                name = f"differential-{seed}" + (f"-{next(iter(part.recipes))}" if part is not case else "")
                folder = os.path.join(REPOSITORY, ".build/failures", name)
                again = f"Tests/differential --first {seed} --graphs 1" + again_flags(options)
                line = keep(folder, part, own, options.martlet, again, not options.no_shrink and number == 0)
                print(f"  {' '.join(part.recipes.values())}: {own.summary()}\n  {folder}\n  {line}", flush=True)
    total = sum(counts.values())
    print(
        f"{total} results: {counts[AGREES]} agree, {counts[EXCUSED]} as far as rounding allows, {counts[NEAR_A_KINK]} not compared, near a kink, "
        f"{counts[DIFFERS]} differ; {time.time() - start:.0f} s")
    too_many = counts[EXCUSED] > 5 + total // 50
    if too_many:
        print("more than 2 % of the results agree only as far as rounding allows")
    print(f"{passed} passed, {failed} failed; next seed {options.first + options.graphs}")
    return 1 if failed or too_many else 0


def again_flags(options):
    flags = [("--only", options.only), ("--without", options.without)]
    text = "".join(f" {flag} {value}" for flag, value in flags if value)
    text += f" --largest-batch {options.largest_batch}" if options.largest_batch != 130 else ""
    return text + (f" --components {options.components}" if options.components else "")


def one_file(options):
    with open(options.file) as file:
        text = file.read()
    folder = os.path.dirname(os.path.abspath(options.file))
    given = {v.name: np.load(os.path.join(folder, v.name + ".npy")) for _, v in parse(text).parameters}
    with tempfile.TemporaryDirectory() as work:
        outcome = check_text(text, given, options.martlet, Options(options.device, not options.no_fuse), work)
    for name, what in outcome.failures:
        print(f"{name or 'martlet'}: {what}")
    print(f"{options.file}: {'FAILED' if outcome.failures else 'passed'}, {outcome.counts}")
    return 1 if outcome.failures else 0


def main():
    options = arguments()
    options.martlet = os.path.abspath(options.martlet)
    torch.set_num_threads(1)
    if options.file:
        return one_file(options)
    if options.modules:
        import modules

        return modules.run(options)
    return random_graphs(options)


if __name__ == "__main__":
    sys.exit(main())
