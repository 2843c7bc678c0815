"""What a training step of several processes exchanges, and how long it takes: arithmetic alone, nothing is run.

P processes share the C micro-batches of a batch; docs/machines.md explains the terms. The rules are those of the sources: MicroBatches.swift divides
micro-batches among processes and makes the tree of the sum, TermLayout (TermBuffers.swift) divides terms among owners, MicroBatchedStep.swift sends.
"""
import math, re, subprocess
from dataclasses import dataclass

ALIGNMENT = 64
# Reads and writes of memory for each byte of a term: an addition reads two numbers and writes one, a copy reads and writes, Adam reads the weight, its
# gradient and two moments and writes all but the gradient.
ADDING, COPYING, UPDATING = 3, 2, 7


@dataclass
class Network:
    """A link of each process to a switch that is never full; both directions at once."""
    latency: float  # seconds from the sender's call until a small message has arrived
    bandwidth: float  # bytes a second, each way
    overhead: float  # seconds of the processor for each further message
    eager: int  # longer messages are announced first, and sent when the receiver has answered: that takes two more latencies


@dataclass
class Machine:
    """What a process computes by itself."""
    micro_batch: float  # seconds for the gradients of a micro-batch
    memory: float  # bytes a second that sums, copies and updates read and write


class Layout:
    """Terms (gradients of parameters, new values of states) one behind the other, and who owns which."""

    def __init__(self, sizes):
        self.offsets = [0]
        for size in sizes:
            self.offsets.append(self.offsets[-1] + (size + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT)
        self.total = self.offsets[-1]

    def bounds(self, processes):
        """Process r owns the terms bounds[r] ..< bounds[r + 1]: each bound is the one next to the share of the processes before it."""
        bounds = [0]
        for rank in range(1, processes):
            target = math.floor(self.total * rank / processes + 0.5)
            bounds.append(min(range(bounds[-1], len(self.offsets)), key=lambda number: abs(self.offsets[number] - target)))
        return bounds + [len(self.offsets) - 1]

    def owned(self, processes):
        """The bytes that each process owns."""
        bounds = self.bounds(processes)
        return [self.offsets[end] - self.offsets[begin] for begin, end in zip(bounds, bounds[1:])]


def covering_nodes(count, begin, end):
    """How many nodes of the tree over `count` micro-batches add exactly begin ..< end: the largest that lie in it."""
    def cover(first, width):
        last = min(first + width, count)
        if first >= last or last <= begin or first >= end:
            return 0
        if begin <= first and last <= end:
            return 1
        return cover(first, width // 2) + cover(first + width // 2, width // 2)
    return cover(0, 1 << max(count - 1, 0).bit_length())


class Step:
    """The messages of a step. Lists have a number for each process."""

    def __init__(self, sizes, processes, micro_batches, clips=False):
        assert micro_batches >= processes >= 1
        self.layout, self.processes, self.micro_batches = Layout(sizes), processes, micro_batches
        runs = [(rank * micro_batches // processes, (rank + 1) * micro_batches // processes) for rank in range(processes)]
        self.most = max(end - begin for begin, end in runs)
        nodes, owned, others = [covering_nodes(micro_batches, *run) for run in runs], self.layout.owned(processes), processes - 1
        owners = sum(size > 0 for size in owned)
        self.owned, self.nodes, ranks = owned, nodes, range(processes)
        # Sums: for each of its nodes, a process sends every owner its terms.
        self.sums_sent = [nodes[r] * (self.layout.total - owned[r]) for r in ranks]
        self.sums_received = [owned[r] * (sum(nodes) - nodes[r]) for r in ranks]
        self.sums_out = [nodes[r] * (owners - (owned[r] > 0)) for r in ranks]
        self.sums_in = [(sum(nodes) - nodes[r]) * (owned[r] > 0) for r in ranks]
        # Values: an owner sends every other process what it updated.
        self.values_sent = [owned[r] * others for r in ranks]
        self.values_received = [self.layout.total - owned[r] for r in ranks]
        self.values_out = [others * (owned[r] > 0) for r in ranks]
        self.values_in = [owners - (owned[r] > 0) for r in ranks]
        # Losses, and squares for the norm: every process sends a record to every other, in ceil(log2 P) rounds.
        self.record = (-(-micro_batches // processes) + 2) * 8
        self.squares = 4 * len(sizes) if clips else 0
        self.rounds = max(processes - 1, 0).bit_length()

    @property
    def gathers(self):
        return 2 if self.squares else 1

    @property
    def total_bytes(self):
        return sum(self.sums_sent) + sum(self.values_sent) + self.processes * (self.processes - 1) * (self.record + self.squares)

    @property
    def total_messages(self):
        return sum(self.sums_out) + sum(self.values_out) + self.processes * self.rounds * self.gathers

    @property
    def busiest_bytes(self):
        """The bytes that the busiest process sends or receives, whichever is more."""
        gathered = (self.processes - 1) * (self.record + self.squares)
        return gathered + max(max(self.sums_sent[r] + self.values_sent[r], self.sums_received[r] + self.values_received[r])
                              for r in range(self.processes))

    @property
    def busiest_messages(self):
        """The messages that the busiest process sends and receives."""
        return 2 * self.rounds * self.gathers + max(map(sum, zip(self.sums_out, self.sums_in, self.values_out, self.values_in)))

    def seconds(self, machine, network):
        """Computing, exchanging sums, adding and updating, exchanging values: each ends when its slowest process does."""
        return sum(self.parts(machine, network).values())

    def parts(self, machine, network):
        total, others, ranks = self.layout.total, self.processes - 1, range(self.processes)
        # A process adds up its subtrees; the rest of the tree is added by the owners, each its terms.
        compute = self.most * machine.micro_batch + (self.most - 1) * ADDING * total / machine.memory
        update = max(ADDING * self.sums_received[r] + UPDATING * self.owned[r] for r in ranks) / machine.memory
        if not others:
            return {"compute": compute, "sums": 0, "update": update, "values": 0}
        update += COPYING * total / machine.memory

        def exchange(sent, received, out, into, gathered):
            """The slowest process; a gathered record goes by the same links at the same time."""
            data = max(max(sent[r], received[r]) for r in ranks) / network.bandwidth
            messages = max(out[r] + into[r] for r in ranks) * network.overhead
            # The longest message is as long as what the largest owner has.
            waits = 3 if max(self.owned) > network.eager else 1
            waits = max(waits, self.rounds) if gathered else waits
            return data + messages + waits * network.latency + others * gathered / network.bandwidth

        sums = exchange(self.sums_sent, self.sums_received, self.sums_out, self.sums_in, self.record)
        values = exchange(self.values_sent, self.values_received, self.values_out, self.values_in, 0)
        if self.squares:
            update += self.rounds * network.latency + others * self.squares / network.bandwidth
        return {"compute": compute, "sums": sums, "update": update, "values": values}


def alone(sizes, machine, micro_batches):
    """Seconds of a step of one process."""
    return Step(sizes, 1, micro_batches).seconds(machine, None)


BYTES = {"f64": 8, "f32": 4, "i64": 8, "i32": 4, "u32": 4, "f16": 2, "bf16": 2, "i8": 1, "u8": 1, "bool": 1}


def sizes_of_graph(text):
    """The bytes of the terms of a graph as `martlet dump MODEL --stage traced` prints it: new states first, in the order of the results, then the gradients
    of the parameters, in their order."""
    head = text[:re.search(r"\)\s*(->[^{]*)?\{\n", text).end()]
    parameters, results = head.split("->", 1) if "->" in head else (head, "")
    def size(dtype, extents):
        return BYTES[dtype] * math.prod(int(extent) for extent in extents.split(",") if extent.strip())
    kinds = re.findall(r"(parameter|state|input) %([^:\s]+): (\w+)\[([^\]]*)\]", parameters)
    states = {name for kind, name, _, _ in kinds if kind == "state"}
    renewed = [size(dtype, extents) for name, dtype, extents in re.findall(r"([^\s(,:]+): (\w+)\[([^\]]*)\]", results) if name in states]
    return renewed + [size(dtype, extents) for kind, _, dtype, extents in kinds if kind == "parameter"]


def sizes_of_model(martlet, model):
    result = subprocess.run([martlet, "dump", model, "--stage", "traced"], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{martlet} dump {model}: {result.stderr}")
    return sizes_of_graph(result.stdout)
