"""Compares what martlet computed with what PyTorch expects."""
import numpy as np

from expectation import difference, finite_maximum

AGREES, EXCUSED, NEAR_A_KINK, DIFFERS = "agrees", "excused", "near a kink", "differs"
LARGEST_SINGLE = float(np.finfo(np.float32).max)


def compare(found, expected, dtype):
    """One of the words above, and what differs."""
    b = expected.array
    if found.shape != b.shape:
        return DIFFERS, f"has the shape {found.shape} instead of {b.shape}"
    if not expected.comparable:
        return NEAR_A_KINK, ""
    if b.size == 0:
        return AGREES, ""
    if dtype not in ("f32", "f64"):
        wrong = np.argwhere(found.astype(np.int64) != b.astype(np.int64))
        return (AGREES, "") if len(wrong) == 0 else (DIFFERS, describe(found, b, wrong))
    if expected.unit > 1e-10:
        b = np.where(np.abs(b) > LARGEST_SINGLE, np.copysign(np.inf, b), b)
    special = ~(np.isfinite(b) & np.isfinite(found))
    with np.errstate(invalid="ignore"):
        same = (np.isnan(b) & np.isnan(found)) | (b == found)
    if np.any(special & ~same):
        return DIFFERS, describe(found, b, np.argwhere(special & ~same))
    tolerance = 2e-5 if expected.unit > 1e-10 else 1e-11
    # Kernels flush denormal numbers to zero.
    smallest = 1e-36 if dtype == "f32" else 1e-300
    distance, size = difference(found, b), finite_maximum(b)
    if distance <= max(tolerance * size, smallest):
        return AGREES, ""
    if distance <= 32 * max(expected.rounding, expected.unit * expected.magnitude):
        return EXCUSED, f"{distance:.3g} of {size:.3g}"
    with np.errstate(invalid="ignore"):
        wrong = np.argwhere(~special & (np.abs(found - b) > max(tolerance * size, 32 * expected.rounding)))
    return DIFFERS, f"by {distance:.3g} of {size:.3g}: " + describe(found, b, wrong)


def describe(found, expected, wrong):
    if len(wrong) == 0:
        return ""
    first = tuple(int(i) for i in wrong[0])
    return f"{len(wrong)} of {expected.size} elements, the first at {list(first)}: {found[first]} instead of {expected[first]}"
