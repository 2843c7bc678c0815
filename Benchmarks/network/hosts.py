"""Hosts on one machine: network namespaces, each with one interface to a common switch. Needs root and iproute2.

Links: `plain`, virtual Ethernet as fast as it goes; `netem`, the same with netem's delay and rate at each host's end, and the rate towards it;
`limited`, plain with the rate alone, by tbf of the kernel; `relay`, relay.py between TUN devices. With the relay, packets are large, so that Python is
fast enough; it takes processor time from what is measured.
"""
import atexit, json, os, shlex, signal, subprocess, sys, tempfile
import relay

NETWORK = "10.213.7"
INTERFACE = "wire"
# Bytes of headers in each packet: IPv4, TCP with time stamps, and Ethernet's where there is one.
HEADERS = {"plain": 66, "limited": 66, "netem": 66, "relay": 52}


def execute(*words):
    result = subprocess.run(words, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{shlex.join(words)}: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout


def has_netem():
    name = f"mn{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return False
    try:
        result = subprocess.run(["tc", "-n", name, "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"], capture_output=True)
        return result.returncode == 0
    finally:
        subprocess.run(["ip", "netns", "delete", name])


class Hosts:
    """`with Hosts(…) as hosts`: namespaces exist until the end."""

    def __init__(self, count, link, delay=0.0, rate=0.0, priority=False):
        self.link, self.delay, self.rate, self.priority = link, delay, rate, priority
        self.names = [f"mh{os.getpid()}-{i}" for i in range(count)]
        self.switch, self.relay, self.agent = f"ms{os.getpid()}", None, None

    def __enter__(self):
        # Also where the program is ended by SystemExit from within.
        atexit.register(self.close)
        for name in self.names:
            execute("ip", "netns", "add", name)
            self.inside(name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
            execute("ip", "-n", name, "link", "set", "lo", "up")
        if self.link == "relay":
            self.connect_by_relay()
        else:
            self.connect_by_bridge()
        for i, name in enumerate(self.names):
            execute("ip", "-n", name, "address", "add", f"{NETWORK}.{i + 1}/24", "dev", INTERFACE)
            execute("ip", "-n", name, "link", "set", INTERFACE, "up")
        with tempfile.NamedTemporaryFile("w", suffix=".sh", delete=False) as script:
            # In place of ssh: its first word is a host, the others are what its shell reads.
            script.write('#!/bin/sh\nhost=$1; shift\nexec ip netns exec "$host" unshare --uts sh -c "hostname $host; $*"\n')
        os.chmod(script.name, 0o755)
        self.agent = script.name
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        atexit.unregister(self.close)
        if self.relay:
            os.kill(self.relay, signal.SIGTERM)
            os.waitpid(self.relay, 0)
            self.relay = None
        if self.agent:
            os.unlink(self.agent)
            self.agent = None
        for name in self.names + ([self.switch] if self.link != "relay" else []):
            # Where a run was ended, its processes no longer reach each other.
            for process in subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True).stdout.split():
                subprocess.run(["kill", "-9", process], capture_output=True)
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)

    def connect_by_relay(self):
        devices = {}
        for i, name in enumerate(self.names):
            temporary = f"mt{os.getpid()}-{i}"
            devices[i + 1] = relay.open_device(temporary)
            execute("ip", "link", "set", temporary, "netns", name)
            execute("ip", "-n", name, "link", "set", temporary, "name", INTERFACE)
            execute("ip", "-n", name, "link", "set", INTERFACE, "mtu", "65000")
        self.relay = os.fork()
        if self.relay == 0:
            try:
                relay.serve(devices, self.delay, self.rate)
            finally:
                os._exit(1)
        for device in devices.values():
            os.close(device)

    def connect_by_bridge(self):
        execute("ip", "netns", "add", self.switch)
        execute("ip", "-n", self.switch, "link", "add", "bridge", "type", "bridge")
        execute("ip", "-n", self.switch, "link", "set", "bridge", "up")
        for i, name in enumerate(self.names):
            port = f"port{i}"
            execute("ip", "-n", self.switch, "link", "add", port, "type", "veth", "peer", "name", INTERFACE, "netns", name)
            execute("ip", "-n", self.switch, "link", "set", port, "master", "bridge", "up")
            if self.link == "limited":
                tbf = ["root", "tbf", "rate", f"{int(self.rate * 8)}bit", "burst", "256kb", "latency", "100ms"]
                execute("tc", "-n", name, "qdisc", "add", "dev", INTERFACE, *tbf)
                execute("tc", "-n", self.switch, "qdisc", "add", "dev", port, *tbf)
            if self.link == "netem":
                rate = ["rate", f"{int(self.rate * 8)}bit"] if self.rate else []
                limit = ["limit", "100000"]
                execute("tc", "-n", name, "qdisc", "add", "dev", INTERFACE, "root", "netem", "delay", f"{self.delay * 1e6:.0f}us", *rate, *limit)
                if rate:
                    execute("tc", "-n", self.switch, "qdisc", "add", "dev", port, "root", "netem", *rate, *limit)

    def inside(self, name, *words):
        return execute("ip", "netns", "exec", name, *words)

    def wire_bytes(self):
        """What all hosts have sent so far: (bytes of TCP's payloads, bytes with headers, packets)."""
        total = packets = 0
        for name in self.names:
            counters = json.loads(execute("ip", "-n", name, "-s", "-j", "link", "show", "dev", INTERFACE))[0]["stats64"]["tx"]
            total, packets = total + counters["bytes"], packets + counters["packets"]
        return total - packets * HEADERS[self.link], total, packets

    def mpirun(self, command):
        """The standard output of a command, one process on each host, numbered as the hosts are."""
        network, count = f"{NETWORK}.0/24", str(len(self.names))
        # With one connection Open MPI sends and receives long messages in turns; with two at once.
        options = {"plm_rsh_agent": self.agent, "btl": "tcp,self", "btl_tcp_if_include": network, "btl_tcp_links": "2",
                   "oob_tcp_if_include": network}
        words = start(count, options) + ["--map-by", "node", "--host", ",".join(self.names)]
        return self.inside(self.names[0], *words, *pinned(command, self.priority))


class OneMachine:
    """Processes beside each other, whose messages go through memory."""

    def __init__(self, count, priority=False):
        self.count, self.priority = count, priority

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def wire_bytes(self):
        return 0, 0, 0

    def mpirun(self, command):
        return execute(*start(str(self.count), {"btl": "vader,self"}), *pinned(command, self.priority))


def start(count, options):
    words = ["mpirun.openmpi"] + (["--allow-run-as-root"] if os.geteuid() == 0 else [])
    return words + ["--oversubscribe", "--bind-to", "none", "-n", count] + [
        word for option, value in {"pml": "ob1", "mpi_yield_when_idle": "0", **options}.items() for word in ("--mca", option, value)]


def pinned(command, priority=False):
    """Each process on a processor of its own, as far as they suffice; with priority before all other programs of a busy machine."""
    processors = sorted(os.sched_getaffinity(0))
    number = f"$((${{OMPI_COMM_WORLD_RANK:-0}} % {len(processors)} + 1))"
    # Linux may share processors among sessions first, and among the processes of a session by their priorities then.
    first = "echo -20 >/proc/self/autogroup; renice -n -20 $$ >/dev/null; " if priority else ""
    return ["sh", "-c", f'{first}exec taskset -c $(echo {" ".join(map(str, processors))} | cut -d" " -f{number}) "$@"', "sh"] + command
