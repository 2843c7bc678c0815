"""Latency, bandwidth and cost of a message between two processes, as MPI gives them: the first and the last process of
`mpirun python3 pingpong.py` send each other messages at the same time, as a training step does. Process 0 prints a JSON object: seconds,
bytes a second, and the seconds for each size.

Open MPI and MPICH are called by ctypes: MPI_Isend, MPI_Irecv and MPI_Waitall.
"""
import ctypes, json, os, statistics, sys, time

is_open_mpi = "OMPI_COMM_WORLD_RANK" in os.environ
library = ctypes.CDLL("libmpi.so.40" if is_open_mpi else "libmpich.so.12", mode=ctypes.RTLD_GLOBAL)
# Handles are addresses in Open MPI, numbers in MPICH.
handle = ctypes.c_void_p if is_open_mpi else ctypes.c_int
world = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.in_dll(library, "ompi_mpi_comm_world"))) if is_open_mpi else ctypes.c_int(0x44000000)
byte = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.in_dll(library, "ompi_mpi_byte"))) if is_open_mpi else ctypes.c_int(0x4C00010D)
ignored = ctypes.c_void_p(0 if is_open_mpi else 1)
library.MPI_Init(None, None)
number = ctypes.c_int()
library.MPI_Comm_rank(world, ctypes.byref(number))
rank = number.value
library.MPI_Comm_size(world, ctypes.byref(number))
other = {0: number.value - 1, number.value - 1: 0}.get(rank)
most = 1 << 24
sent, received = ctypes.create_string_buffer(most), ctypes.create_string_buffer(most)


def exchange(size, messages=1):
    requests = (handle * (2 * messages))()
    for i in range(messages):
        library.MPI_Irecv(received, size, byte, other, 0, world, ctypes.byref(requests, 2 * i * ctypes.sizeof(handle)))
        library.MPI_Isend(sent, size, byte, other, 0, world, ctypes.byref(requests, (2 * i + 1) * ctypes.sizeof(handle)))
    library.MPI_Waitall(2 * messages, requests, ignored)


def seconds(size, messages=1, repetitions=30):
    """Of one exchange, from blocks of several: where one process is behind, it is short for one and long for the other, in turns."""
    block = 10 if size <= 1 << 20 else 2
    times = []
    for number in range(max(repetitions // block, 5) + 1):
        begin = time.perf_counter()
        for _ in range(block):
            exchange(size, messages)
        times.append((time.perf_counter() - begin) / block)
    return statistics.median(times[1:])


if other is not None and other != rank:
    latency = seconds(8, repetitions=200)
    overhead = max(seconds(8, messages=64) - latency, 0) / 126
    sizes = [1 << bits for bits in range(10, 25, 2)]
    times = [seconds(size, repetitions=max(8, min(50, (1 << 26) // size))) for size in sizes]
    # Between two long messages the time to announce them does not count.
    bandwidth = (sizes[-1] - sizes[-2]) / (times[-1] - times[-2])
    if rank == 0:
        print(json.dumps({"latency": latency, "overhead": overhead, "bandwidth": bandwidth, "seconds": dict(zip(map(str, sizes), times))}),
              flush=True)
library.MPI_Finalize()
