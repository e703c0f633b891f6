"""Medians and percentiles of samples."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest value that at least `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]


def median(values: Sequence[float]) -> float:
    """The nearest-rank median."""
    return percentile(values, 0.5)


def p95(values: Sequence[float]) -> float:
    """What 95 of 100 do not exceed."""
    return percentile(values, 0.95)


def p99(values: Sequence[float]) -> float:
    """What 99 of 100 do not exceed."""
    return percentile(values, 0.99)


def summary(values: Sequence[float]) -> dict[str, float]:
    """The samples in a few figures."""
    return {
        "samples": len(values),
        "least": min(values),
        "median": median(values),
        "p95": p95(values),
        "p99": p99(values),
        "most": max(values),
    }
