"""A switch in a process of its own, for kernels without netem: it reads packets of one TUN device for each host, holds each for a delay, and
writes it to the device of the host it is for, no faster than a rate each way. Needs root and /dev/net/tun."""
import fcntl, heapq, os, select, struct, time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000


def open_device(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def serve(devices, delay, rate):
    """`devices`: the last byte of a host's address, and its device; `delay` in seconds, `rate` in bytes a second, 0 for none."""
    try:
        # It has to run as soon as a packet is due, also where processes poll on all processors.
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except OSError:
        pass
    free = {host: 0.0 for host in devices}
    arriving = dict(free)
    waiting, number = [], 0
    by_device = {device: host for host, device in devices.items()}
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, host, packet = heapq.heappop(waiting)
            try:
                os.write(devices[host], packet)
            except OSError:
                pass
        timeout = max(waiting[0][0] - time.monotonic(), 0) if waiting else None
        for device in select.select(list(by_device), [], [], timeout)[0]:
            try:
                packet = os.read(device, 70000)
            except BlockingIOError:
                continue
            # IPv4 to one of the hosts, nothing else.
            if packet[0] >> 4 != 4 or packet[19] not in devices:
                continue
            source, host, duration = by_device[device], packet[19], len(packet) / rate if rate else 0
            free[source] = max(free[source], time.monotonic()) + duration
            # The receiver's line is as fast as the sender's: packets of several senders queue for it.
            arriving[host] = max(free[source], arriving[host] + duration)
            heapq.heappush(waiting, (arriving[host] + delay, number, host, packet))
            number += 1
