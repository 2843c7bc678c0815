"""Real runs beside the model: bytes on the wire, and the time of a step."""
import array, json, math, os, re, signal, statistics, sys, tempfile, time, zipfile
from hosts import Hosts, OneMachine, execute, has_netem
from model import Machine, Network, Step, sizes_of_model

# As Benchmarks/machines has it.
MEMORY_OF_ONE_MACHINE = Network(2.1e-6, 5.5e9, 0.6e-6, 4096)
# Bytes of the longest message that Open MPI sends without announcing it.
EAGER = {"shared": 4096, "plain": 65536, "limited": 65536, "netem": 65536, "relay": 65536}


def write_data(martlet, model, samples, folder):
    """Random images and classes, or a text, that fit a model; returns the arguments of `martlet train`."""
    row = next(line.split() for line in execute(martlet, "models").splitlines() if line.split()[:1] == [model])
    dtype, extents = re.match(r"(\w+)\[(.*?)\]", " ".join(row[1:])).groups()
    extents = [int(extent) for extent in extents.split(",")]
    if dtype == "i32":
        path = os.path.join(folder, "text.txt")
        with open(path, "wb") as f:
            f.write(bytes(32 + byte % 90 for byte in os.urandom((samples + 2) * extents[0] * 2)))
        return ["--data", path]
    path = os.path.join(folder, "data.npz")

    def array_file(description, shape, content):
        header = f"{{'descr': '{description}', 'fortran_order': False, 'shape': {shape}, }}"
        header += " " * (-(len(header) + 11) % 64) + "\n"
        return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + content

    classes = array.array("i", [i % 10 for i in range(samples)])
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", array_file("|u1", tuple([samples] + extents), os.urandom(samples * math.prod(extents))))
        archive.writestr("y.npy", array_file("<i4", (samples,), classes.tobytes()))
    return ["--data", path]


def memory_rate():
    """Bytes a second that a processor reads and writes, by copying 64 MiB."""
    source, times = bytearray(os.urandom(1 << 20) * 64), []
    target = bytearray(len(source))
    for _ in range(9):
        begin = time.perf_counter()
        target[:] = source
        times.append(time.perf_counter() - begin)
    # The slice is one memmove into the old memory; a compiler's copy does the same.
    return 2 * len(source) / statistics.median(times)


class Run:
    """A training of so many samples and micro-batches a step."""

    def __init__(self, martlet, model, batch, micro_batches, arguments):
        self.command = [martlet, "train", model, "--batch", str(batch), "--accumulate", str(micro_batches), "--threads", "1", "--json",
                        "--log-every", "0", "--test-every", "0", "--epochs", "100000", "--device", "cpu"] + arguments

    def seconds(self, run, steps):
        output = run(self.command + ["--max-steps", str(steps)])
        return sum(event["seconds"] for event in map(json.loads, output.splitlines()) if event["event"] == "epoch")

    def step(self, run, steps, counted=None):
        """Seconds, and what `counted` counts, of a step: those of a longer run less those of a shorter one, so that the start counts nowhere."""
        short = max(steps // 10, 5)
        def both(count):
            before = counted() if counted else 0
            seconds = self.seconds(run, count)
            return seconds, (counted() if counted else 0) - before
        (first, early), (last, all) = both(short), both(short + steps)
        return (last - first) / steps, (all - early) / steps


def measure(options):
    # Namespaces are deleted then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    martlet, model = os.path.abspath(options.martlet), options.model
    processes, micro_batches, batch = options.processes, options.accumulate, options.batch
    link = options.link if options.link != "auto" else "netem" if has_netem() else "relay"
    if link != "shared" and os.geteuid() != 0:
        raise SystemExit("network namespaces need root; --link shared does without")
    sizes = sizes_of_model(martlet, model)
    step = Step(sizes, processes, micro_batches, clips=options.clip_norm)
    if link == "shared":
        place = OneMachine(processes, options.priority)
    else:
        place = Hosts(processes, link, options.latency, options.rate, options.priority)
    with tempfile.TemporaryDirectory() as folder, place as hosts:
        data = write_data(martlet, model, batch * (options.steps + options.steps // 10 + 5), folder)
        memory = memory_rate()
        ping = json.loads(hosts.mpirun([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "pingpong.py")]))
        network = Network(ping["latency"], ping["bandwidth"], ping["overhead"], EAGER[link])
        print(f"link: {link}, latency {network.latency * 1e6:.1f} us, {network.bandwidth / 1e6:.0f} MB/s each way at once, "
              f"{network.overhead * 1e6:.1f} us a message; memory {memory / 1e9:.1f} GB/s", flush=True)
        more = ["--clip-norm", "1"] if options.clip_norm else []
        run = Run(martlet, model, batch, micro_batches, data + more)
        near = OneMachine(processes, options.priority)
        without, together, sent = [], [], []
        for _ in range(options.rounds):
            without.append(run.step(near.mpirun, options.steps)[0])
            seconds, count = run.step(hosts.mpirun, options.steps, lambda: hosts.wire_bytes()[0])
            together.append(seconds)
            sent.append(count)
            print(f"  through memory {without[-1] * 1e3:.2f} ms a step, by this link {seconds * 1e3:.2f} ms, {count:,.0f} bytes", flush=True)
    # What the same processes take through memory, less what the model says of that exchange: so it has the waiting for the slower one of two processes
    # that share caches and a noisy machine.
    rest = step.parts(Machine(0, memory), MEMORY_OF_ONE_MACHINE)
    gradients = statistics.median(without) - sum(rest.values())
    parts = step.parts(Machine(gradients / step.most, memory), network)
    predicted, measured = sum(parts.values()), statistics.median(together)
    print(f"{model}, {processes} processes, {micro_batches} micro-batches, batch {batch}")
    if link != "shared":
        print(f"  bytes a step: model {step.total_bytes:,}, measured {statistics.median(sent):,.0f} without headers "
              f"({statistics.median(sent) / step.total_bytes - 1:+.1%})")
    print(f"  step: model {predicted * 1e3:.2f} ms ({', '.join(f'{name} {seconds * 1e3:.2f}' for name, seconds in parts.items())}), "
          f"measured {measured * 1e3:.2f} ms ({min(together) * 1e3:.2f} to {max(together) * 1e3:.2f}); "
          f"model / measured {predicted / measured:.3f}")
