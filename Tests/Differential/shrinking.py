"""Makes a graph that fails smaller: fewer results, and inner values replaced by fresh inputs of the numbers that PyTorch computes for them."""
import time

import meaning
from check import check_text
from drawing import Options
from graph import NUMPY, Graph, parse


class Shrinker:
    def __init__(self, martlet, options, folder, kind, runs=80, seconds=60):
        self.martlet, self.folder, self.kind, self.left = martlet, folder, kind, runs
        self.end = time.time() + seconds
        self.options = Options(options.device, options.fused, options.environment, options.one_core, reports_frames=False)

    def fails(self, graph, arguments):
        if time.time() > self.end:
            self.left = 0
        if self.left <= 0 or not graph.results:
            return False
        self.left -= 1
        try:
            outcome = check_text(str(graph), arguments, self.martlet, self.options, self.folder)
        except (ValueError, RuntimeError, KeyError):
            return False
        return outcome.kind == self.kind

    def shrink(self, text, arguments):
        """The smallest graph found and its arguments; None where the whole does not fail by itself."""
        graph = parse(text).without_dead_code()
        arguments = {v.name: arguments[v.name] for _, v in graph.parameters}
        if not self.fails(graph, arguments):
            return None
        graph, arguments = self.fewer_results(graph, arguments)
        while self.left > 0:
            smaller = self.cut(graph, arguments) or self.earlier_result(graph, arguments)
            if smaller is None:
                break
            graph, arguments = smaller
        return graph, arguments

    def attempt(self, graph, arguments):
        graph = graph.without_dead_code()
        arguments = {v.name: arguments[v.name] for _, v in graph.parameters}
        return (graph, arguments) if self.fails(graph, arguments) else None

    def fewer_results(self, graph, arguments):
        size = max(1, len(graph.results) // 2)
        while size >= 1 and self.left > 0:
            position = 0
            while position < len(graph.results) and len(graph.results) > 1:
                kept = graph.results[:position] + graph.results[position + size:]
                smaller = self.attempt(Graph(graph.name, graph.parameters, graph.nodes, kept), arguments) if kept else None
                if smaller:
                    graph, arguments = smaller
                else:
                    position += size
            size //= 2
        return graph, arguments

    def cut(self, graph, arguments):
        """Replaces the first half of the nodes, then smaller parts, by fresh inputs."""
        values, _ = meaning.run(graph, arguments, meaning.PRECISE)
        returned = {v.name for _, v in graph.results}
        size = max(1, len(graph.nodes) // 2)
        while size >= 1:
            for start in range(0, len(graph.nodes), size):
                gone = graph.nodes[start:start + size]
                rest = graph.nodes[:start] + graph.nodes[start + size:]
                fresh = [r for node in gone for r in node.results]
                if any(r.name in returned for r in fresh) and len(rest) == 0:
                    continue
                results = [(n, v) for n, v in graph.results if v.name not in {r.name for r in fresh}]
                parameters = graph.parameters + [("input", r) for r in fresh]
                more = {**arguments, **{r.name: values[r.name].astype(NUMPY[r.dtype]) for r in fresh}}
                smaller = self.attempt(Graph(graph.name, parameters, rest, results), more) if results else None
                if smaller:
                    return smaller
            size //= 2
        return None

    def earlier_result(self, graph, arguments):
        """A result becomes an operand of the node that made it."""
        for position, (name, value) in enumerate(graph.results):
            node = next((n for n in graph.nodes if value in n.results), None)
            for operand in node.operands if node else []:
                if not any(operand in n.results for n in graph.nodes):
                    continue
                results = list(graph.results)
                results[position] = (operand.name, operand)
                smaller = self.attempt(Graph(graph.name, graph.parameters, graph.nodes, results), arguments)
                if smaller and len(smaller[0].nodes) < len(graph.nodes):
                    return smaller
        return None
