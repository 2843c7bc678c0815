"""Prints what the tensorboard package reads from the event files of a folder, a line a number: tag, step, value and wall time.

Run:  venv/bin/python Tests/Fixtures/read_tensorboard.py FOLDER   (pip install tensorboard)
"""
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0}).Reload()
for tag in sorted(events.Tags()["scalars"]):
    for event in events.Scalars(tag):
        print(tag, event.step, repr(event.value), repr(event.wall_time), sep="\t")
for tag in sorted(events.Tags()["tensors"]):
    for event in events.Tensors(tag):
        print(tag, event.step, repr(float(event.tensor_proto.float_val[0])), repr(event.wall_time), sep="\t")
