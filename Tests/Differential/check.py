"""Checks one case: runs it in martlet and in PyTorch and compares every result."""
from dataclasses import dataclass, field

import comparison
import expectation
import running
from graph import parse


@dataclass
class Outcome:
    counts: dict = field(default_factory=dict)
    # Pairs of the name of a result and what is wrong with it; the name is None where martlet failed as a whole.
    failures: list = field(default_factory=list)
    kind: str = ""
    # The graph that ran, gradients included, as text.
    text: str = ""
    expected: dict = field(default_factory=dict)

    def summary(self):
        """One line."""
        return "; ".join(f"{name} {what}" if name else what.splitlines()[0] for name, what in self.failures[:3])


def check(case, martlet, folder):
    outcome = Outcome()
    gradients = bool(case.terms)
    outcome.expected = expectation.expect(case.graph, case.arguments, gradients)
    running.write_inputs(case.arguments, folder)
    types = {name: value.dtype for name, value in case.graph.results}
    types.update((v.name + ".gradient", v.dtype) for role, v in case.graph.parameters if role == "parameter" and gradients)
    try:
        outcome.text = running.differentiate(martlet, case.graph, case.options, folder) if gradients else str(case.graph)
        found = running.run(martlet, outcome.text, list(case.arguments), list(types.items()), case.options, folder)
    except running.Failed as failure:
        outcome.failures.append((None, str(failure)))
        outcome.kind = failure.kind
        return outcome
    compare_all(outcome, found, types)
    return outcome


def compare_all(outcome, found, types):
    for name, expected in outcome.expected.items():
        verdict, what = comparison.compare(found[name], expected, types[name])
        outcome.counts[verdict] = outcome.counts.get(verdict, 0) + 1
        if verdict == comparison.DIFFERS:
            outcome.failures.append((name, what))
            outcome.kind = "other values"


def check_text(text, arguments, martlet, options, folder):
    """As `check`, for a graph that is run as it stands."""
    graph = parse(text)
    outcome = Outcome(text=text, expected=expectation.expect(graph, arguments, False))
    running.write_inputs(arguments, folder)
    types = {name: value.dtype for name, value in graph.results}
    try:
        found = running.run(martlet, text, [v.name for _, v in graph.parameters], list(types.items()), options, folder)
    except running.Failed as failure:
        outcome.failures.append((None, str(failure)))
        outcome.kind = failure.kind
        return outcome
    compare_all(outcome, found, types)
    return outcome
