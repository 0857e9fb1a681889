"""How an empty plan grows: the line through the measurements, and their drawing."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Curve:
    """Seconds of the empty plan by a count of `name`: with the module, and of its resources without it."""

    name: str
    counts: Sequence[int]
    seconds: Sequence[float]
    baseline: Sequence[float]

    @property
    def slope(self) -> float:
        """Seconds of one more, by least squares."""
        return statistics.linear_regression(self.counts, self.seconds).slope

    @property
    def baseline_slope(self) -> float:
        """The same without the module."""
        return statistics.linear_regression(self.counts, self.baseline).slope


def draw(curves: Sequence[Curve], path: Path) -> None:
    """One diagram for each curve, side by side, as SVG. Raises OSError."""
    # Without a date and with stable ids, so that equal measurements are an equal file.
    with rc_context({"svg.hashsalt": "performance", "font.size": 9}):
        figure = Figure(figsize=(10, 3.2), layout="constrained")
        axes = figure.subplots(1, len(curves), sharey=True, squeeze=False)[0]
        for axis, curve in zip(axes, curves, strict=True):
            for label, seconds, slope in (
                ("module", curve.seconds, curve.slope),
                ("resources alone", curve.baseline, curve.baseline_slope),
            ):
                (points,) = axis.plot(curve.counts, seconds, "o")
                line = statistics.linear_regression(curve.counts, seconds)
                fitted = [line.intercept + line.slope * count for count in curve.counts]
                text = f"{label}: {slope * 1000:+.1f} ms for one more"
                axis.plot(curve.counts, fitted, color=points.get_color(), label=text)
            axis.set_xlabel(curve.name)
            axis.set_ylim(bottom=0)
            axis.legend(loc="lower right")
        axes[0].set_ylabel("seconds of an empty plan")
        figure.savefig(path, format="svg", metadata={"Date": None})
