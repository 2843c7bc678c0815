"""Numbers that the scripts and Tests/TestSupport/NamedDraws.swift draw alike: MT19937, seeded by a name."""
import numpy as np


def draws(seed, count):
    return np.random.RandomState(seed).randint(0, 2**32, count, dtype=np.uint32)


def named_draws(name, count):
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 & 0xffffffff
    return draws(seed, count)
