"""What a training step of several processes exchanges, and how long it takes: arithmetic alone, nothing is run.

P processes share the C micro-batches of a batch; docs/machines.md explains the terms. The rules are those of the sources: MicroBatches.swift
divides micro-batches among processes and makes the tree of the sum, TermLayout.swift divides terms among owners and into messages,
MicroBatchedStep.swift and SumExchange.swift send.
"""
import bisect, math, re, subprocess
from dataclasses import dataclass

ALIGNMENT = 64
# Reads and writes of memory for each byte of a term: an addition reads two numbers and writes one, a copy reads and writes, Adam reads the
# weight, its gradient and two moments and writes all but the gradient.
ADDING, COPYING, UPDATING = 3, 2, 7
# A message has at least so many bytes, and a process sends about so many messages at most for a sum of all terms.
MESSAGE, MOST_MESSAGES = 1 << 20, 1024
# The part of the gradients' time after which the first of them is computed: that of the forward part, about a third. The last parameter's is the first, the
# others follow evenly, which is a guess.
FORWARD = 1 / 3


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

    def messages(self, begin, end):
        """The messages for the terms begin ..< end: the byte of the first term and the number of bytes."""
        least, found, start = max(MESSAGE, self.total // MOST_MESSAGES), [], begin
        for term in range(begin, end):
            if self.offsets[term + 1] - self.offsets[start] >= least or term + 1 == end:
                found.append((self.offsets[start], self.offsets[term + 1] - self.offsets[start]))
                start = term + 1
        return found

    def computed(self, byte):
        """The part of a micro-batch's time after which the gradient of the term with this byte, and those of all behind it, are computed."""
        terms = len(self.offsets) - 1
        return FORWARD + (1 - FORWARD) * (terms - (bisect.bisect_right(self.offsets, byte) - 1)) / terms


def covering_nodes(count, begin, end):
    """The nodes of the tree over `count` micro-batches that add exactly begin ..< end: the largest that lie in it, each with the number behind its last."""
    def cover(first, width):
        last = min(first + width, count)
        if first >= last or last <= begin or first >= end:
            return []
        if begin <= first and last <= end:
            return [last]
        return cover(first, width // 2) + cover(first + width // 2, width // 2)
    return cover(0, 1 << max(count - 1, 0).bit_length())


class Step:
    """The messages of a step. Lists have a number for each process."""

    def __init__(self, sizes, processes, micro_batches, clips=False, cut=False):
        if not micro_batches >= processes >= 1:
            raise SystemExit(f"{processes} processes cannot share {micro_batches} micro-batches: each needs one at least")
        self.layout, self.processes, self.micro_batches = Layout(sizes), processes, micro_batches
        runs = [(rank * micro_batches // processes, (rank + 1) * micro_batches // processes) for rank in range(processes)]
        self.most = max(end - begin for begin, end in runs)
        # When the last micro-batch of each node begins, counted from the process's first one.
        self.last = [[last - 1 - begin for last in covering_nodes(micro_batches, begin, end)] for begin, end in runs]
        nodes, owned, others = [len(last) for last in self.last], self.layout.owned(processes), processes - 1
        bounds = self.layout.bounds(processes)
        self.messages = [self.layout.messages(begin, end) for begin, end in zip(bounds, bounds[1:])]
        if cut:
            # As if terms could be divided: equal shares, in whole units of the alignment.
            units = self.layout.total // ALIGNMENT
            bounds = [rank * units // processes * ALIGNMENT for rank in range(processes + 1)]
            owned = [end - begin for begin, end in zip(bounds, bounds[1:])]
            least = max(MESSAGE, self.layout.total // MOST_MESSAGES)
            self.messages = [[(byte, min(least, end - byte)) for byte in range(begin, end, least)] for begin, end in zip(bounds, bounds[1:])]
        owners = sum(size > 0 for size in owned)
        self.owned, self.nodes, ranks = owned, nodes, range(processes)
        # Sums: for each of its nodes, a process sends every owner its terms.
        self.sums_sent = [nodes[r] * (self.layout.total - owned[r]) for r in ranks]
        self.sums_received = [owned[r] * (sum(nodes) - nodes[r]) for r in ranks]
        count = sum(map(len, self.messages))
        self.sums_out = [nodes[r] * (count - len(self.messages[r])) for r in ranks]
        self.sums_in = [(sum(nodes) - nodes[r]) * len(self.messages[r]) for r in ranks]
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
        """Computing, exchanging what is left of the sums, adding and updating, exchanging values: each ends when its slowest process does."""
        return sum(self.parts(machine, network).values())

    def parts(self, machine, network):
        total, others, ranks = self.layout.total, self.processes - 1, range(self.processes)
        # A process adds up its subtrees; the rest of the tree is added by the owners, each its terms.
        compute = self.most * machine.micro_batch + (self.most - 1) * ADDING * total / machine.memory
        update = max(ADDING * self.sums_received[r] + UPDATING * self.owned[r] for r in ranks) / machine.memory
        if not others:
            return {"compute": compute, "sums": 0, "update": update, "values": 0}
        update += COPYING * total / machine.memory

        def waits(byte_count):
            return 3 if byte_count > network.eager else 1

        # Sums leave while gradients are computed; what arrives later is waited for. A gathered record goes by the same links, then.
        last = max(map(max, self.last))
        late = self.arrival(machine, network, waits) - (last + 1) * machine.micro_batch
        overheads = max(map(sum, zip(self.sums_out, self.sums_in))) * network.overhead
        sums = max(late, self.rounds * network.latency) + overheads + others * self.record / network.bandwidth
        # The longest message of values is as long as what the largest owner has.
        values = (max(max(pair) for pair in zip(self.values_sent, self.values_received)) / network.bandwidth
                  + max(map(sum, zip(self.values_out, self.values_in))) * network.overhead + waits(max(self.owned)) * network.latency)
        if self.squares:
            update += self.rounds * network.latency + others * self.squares / network.bandwidth
        return {"compute": compute, "sums": sums, "update": update, "values": values}

    def arrival(self, machine, network, waits):
        """When the last sum has arrived, from when processes begin their first micro-batches. A process sends one message after the other, in the order in
        which their terms are computed, and receives so."""
        def link(queue):
            free = 0
            for begun, byte_count in sorted(queue):
                free = max(free, begun + waits(byte_count) * network.latency) + byte_count / network.bandwidth
            return free

        def begun(rank, owner):
            return [((position + self.layout.computed(byte)) * machine.micro_batch, byte_count)
                    for position in self.last[rank] for byte, byte_count in self.messages[owner]]

        ranks = range(self.processes)
        # Processes that compute the same nodes send the same: one of them is enough.
        kinds = {}
        for rank in ranks:
            kinds.setdefault(tuple(self.last[rank]), []).append(rank)
        sent = max(link(sum((begun(same[0], owner) for owner in ranks if owner != rank), []))
                   for same in kinds.values() for rank in {same[0], same[-1], min(same, key=lambda r: self.owned[r])})
        received = max(link(sum((begun(same[0], rank) * (len(same) - (rank in same)) for same in kinds.values()), []))
                       for rank in ranks if self.owned[rank])
        return max(sent, received)


BYTES = {"f64": 8, "f32": 4, "i64": 8, "i32": 4, "u32": 4, "f16": 2, "bf16": 2, "i8": 1, "u8": 1, "bool": 1}


def sizes_of_graph(text):
    """The bytes of the terms of a graph as `martlet dump MODEL --stage traced` prints it: new states first, in the order of the results, then
    the gradients of the parameters, in their order."""
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


def test():
    """Small cases worked by hand."""
    def equal(found, expected):
        if found != expected:
            raise SystemExit(f"expected {expected}, found {found}")

    # Terms of 60, 64 and 100 bytes begin at 0, 64 and 128, and end at 256.
    layout = Layout([60, 64, 100])
    equal(layout.offsets, [0, 64, 128, 256])
    # Two processes: half is 128. Three: a third is 85.3, 64 is nearer than 128; two thirds are 170.7, 128 is nearer than 256. Four: 64, 128;
    # 192 is as far from 128 as from 256, and the lower one counts: the third process owns nothing.
    equal(layout.owned(1), [256])
    equal(layout.owned(2), [128, 128])
    equal(layout.owned(3), [64, 64, 128])
    equal(layout.owned(4), [64, 64, 0, 128])
    # Half of 5 x 64 is 160, between 128 and 192: the lower one.
    equal(Layout([64] * 5).owned(2), [128, 192])
    # 8 micro-batches of three processes: 0 1 | 2 3, 4 | 5, 6 7. Seven: the tree has 0 ..< 4, 4 ..< 6 and 6 on its right edge.
    equal([covering_nodes(8, *run) for run in ((0, 2), (2, 5), (5, 8))], [[2], [4, 5], [6, 8]])
    equal([covering_nodes(7, *run) for run in ((0, 4), (4, 7), (3, 7), (0, 7), (6, 7), (1, 7))], [[4], [7], [4, 7], [7], [7], [2, 4, 7]])
    equal(covering_nodes(1, 0, 1), [1])
    # Messages: a megabyte and more at a time, as in SumMessages.swift of the tests.
    equal([Layout(sizes).messages(0, 3) for sizes in ([MESSAGE - 64, 4, MESSAGE], [MESSAGE, 4, MESSAGE], [MESSAGE + 4, 4, 4])],
          [[(0, MESSAGE), (MESSAGE, MESSAGE)], [(0, MESSAGE), (MESSAGE, MESSAGE + 64)], [(0, MESSAGE + 64), (MESSAGE + 64, 128)]])
    equal(len(Layout([MESSAGE] * (MOST_MESSAGES + 1)).messages(0, MOST_MESSAGES + 1)), (MOST_MESSAGES + 2) // 2)
    # The last of three terms is computed after a third and two ninths of the time, the first at the end.
    equal([round(layout.computed(byte), 9) for byte in (0, 63, 64, 128, 255)], [1, 1, round(7 / 9, 9), round(5 / 9, 9), round(5 / 9, 9)])
    # Two processes, one micro-batch each: each sends 128 bytes of sums and 128 of values, and a record of (1 + 2) x 8 bytes.
    step = Step([60, 64, 100], 2, 2)
    equal((step.total_bytes, step.total_messages), (2 * (128 + 128 + 24), 2 * (1 + 1 + 1)))
    equal((step.busiest_bytes, step.busiest_messages), (128 + 128 + 24, 2 + 2 + 2))
    # Clipping: four bytes for each of three terms, one round more.
    step = Step([60, 64, 100], 2, 2, clips=True)
    equal((step.total_bytes, step.total_messages), (2 * (128 + 128 + 24 + 12), 2 * (1 + 1 + 2)))
    # Three processes, eight micro-batches, owners of 64, 64 and 128 bytes. Sums: 1 x 192, 2 x 192 and 2 x 128 bytes in 2, 4 and 4 messages;
    # received are 4 x 64, 3 x 64 and 3 x 128. Values: 64, 64 and 128 to two others each. Records of (3 + 2) x 8 bytes, two rounds.
    step = Step([60, 64, 100], 3, 8)
    equal((step.sums_sent, step.sums_out), ([192, 384, 256], [2, 4, 4]))
    equal((step.sums_received, step.sums_in), ([256, 192, 384], [4, 3, 3]))
    equal((step.values_sent, step.values_received), ([128, 128, 256], [192, 192, 128]))
    equal(step.total_bytes, 832 + 512 + 3 * 2 * 40)
    equal(step.total_messages, 10 + 6 + 3 * 2)
    # The third sends 256 + 256 and receives 384 + 128: 512 either way; the records are 2 x 40.
    equal(step.busiest_bytes, 512 + 80)
    # Four processes, of which the third owns nothing: nobody sends it sums, and it sends no values.
    step = Step([60, 64, 100], 4, 4)
    equal((step.sums_in, step.values_out), ([3, 3, 0, 3], [3, 3, 0, 3]))
    equal((step.sums_out, step.values_in), ([2, 2, 3, 2], [2, 2, 3, 2]))
    # What is sent is received.
    for processes, micro_batches in ((2, 2), (3, 8), (4, 4), (5, 23), (7, 64), (16, 16)):
        step = Step([40, 1000, 70, 20, 64], processes, micro_batches)
        equal((sum(step.sums_sent), sum(step.values_sent)), (sum(step.sums_received), sum(step.values_received)))
        equal((sum(step.sums_out), sum(step.values_out)), (sum(step.sums_in), sum(step.values_in)))
    # Time: 10 s for each of four micro-batches and three additions of 3 x 256 bytes at 256 bytes a second; an update of 7 x 256 bytes.
    equal(Step([60, 64, 100], 1, 4).parts(Machine(10, 256), None), {"compute": 49, "sums": 0, "update": 7, "values": 0})
    # Two processes, a second of latency, 128 bytes a second, half a second a message, everything announced: sums 1 + 24/128 for bytes,
    # 2 x 0.5, 3 x 1. The update adds 128 x 3 and updates 128 x 7 and copies 256 x 2 bytes, at 256 a second: 7 s.
    parts = Step([60, 64, 100], 2, 2).parts(Machine(10, 256), Network(1, 128, 0.5, 0))
    equal(parts, {"compute": 10, "sums": 5 + 24 / 128, "update": 7, "values": 5})
    # Four terms of a megabyte, the link moves one in a second, three latencies of a second announce it. The second process sends the first two, which are
    # computed after 5/6 and all of 9 s: the second arrives 3 + 1 s late. Where the link takes 8 s, the first arrives at 7.5 + 3 + 8, the second 8 s later.
    step = Step([MESSAGE] * 4, 2, 2)
    equal([len(messages) for messages in step.messages], [2, 2])
    equal([round(step.parts(Machine(9, 1e30), Network(1, rate, 0, 0))["sums"], 6) for rate in (MESSAGE, MESSAGE / 8)],
          [round(late + 24 / rate, 6) for late, rate in ((4, MESSAGE), (17.5, MESSAGE / 8))])
    # Short messages go without announcement.
    equal(Step([60, 64, 100], 2, 2).parts(Machine(10, 256), Network(1, 128, 0.5, 128))["values"], 3)
    # A graph as it is printed: the new state first, then the parameters.
    graph = ("graph @m(\n  input %x: u8[4, 3] {batch = 0},\n  parameter %w: f32[5, 3],\n  state %mean: f32[5],\n  parameter %b: f64[]\n"
             ") -> (loss: f32[], mean: f32[5]) {\n")
    equal(sizes_of_graph(graph), [20, 60, 8])
    print("the arithmetic of Benchmarks/machines is right")
