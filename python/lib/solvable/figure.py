"""Figures as data: what is to be seen, not how it is drawn.

A figure is drawn as in the report (`Figure.svg`, also what notebooks show) or by matplotlib (`Figure.plot`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import _native

__all__ = ["Axis", "Figure", "HeatMap", "Histogram", "Line", "Panel", "Points", "Rule"]

# Colours that are told apart with any sight (Okabe and Ito, 2008), those of the report.
_COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555"]
_MARKERS = "os^Dv<>P"
_STROKES = {"solid": "-", "dashed": "--", "dotted": ":"}


@dataclass(frozen=True)
class Axis:
    """An axis: name and unit, scale, and the visible range where it is not chosen from the data."""

    label: str
    scale: str = "linear"
    """``"linear"`` or ``"log"``."""
    range: tuple[float, float] | None = None


@dataclass(frozen=True)
class Line:
    """A curve, in general a theory. Points that are not finite break it."""

    x: Sequence[float]
    y: Sequence[float]
    label: str = ""
    group: int = 0
    """Series of one group share a colour."""
    stroke: str = "solid"
    """``"solid"`` for a theory that is expected to hold, ``"dashed"`` for a rival or a bound, ``"dotted"`` for a guide to the eye."""


@dataclass(frozen=True)
class Points:
    """Markers with error bars: simulations."""

    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    """Lower ends of the error bars; none where it is ``None``."""
    high: Sequence[float] | None = None
    label: str = ""
    group: int = 0


@dataclass(frozen=True)
class Histogram:
    """Bars: a histogram of simulated values."""

    edges: Sequence[float]
    heights: Sequence[float]
    label: str = ""
    group: int = 0


@dataclass(frozen=True)
class HeatMap:
    """Coloured cells; those that are not finite are grey."""

    label: str
    """Label of the colour bar."""
    x_edges: Sequence[float]
    y_edges: Sequence[float]
    values: Sequence[Sequence[float]]
    """One row for each interval of ``y_edges``."""
    range: tuple[float, float] | None = None


@dataclass(frozen=True)
class Rule:
    """A straight line across the panel, at one ``x`` or at one ``y``."""

    x: float | None = None
    y: float | None = None
    label: str = ""
    group: int = 0
    stroke: str = "dashed"


Series = Line | Points | Histogram | HeatMap | Rule


@dataclass(frozen=True)
class Panel:
    """One pair of axes and what is drawn in it, in drawing order."""

    x: Axis
    y: Axis
    series: Sequence[Series]
    title: str = ""


@dataclass(frozen=True)
class Figure:
    """One figure of one or more panels side by side."""

    id: str
    """``<part>/<name>``."""
    title: str
    caption: str
    """What a reader should see in it, with the setting."""
    panels: Sequence[Panel] = field(default_factory=list)

    def svg(self) -> str:
        """The figure as an SVG document, as the report draws it."""
        return _native.draw(json.dumps(self.to_json()))

    def _repr_svg_(self) -> str:
        return self.svg()

    def plot(self, ax: Any = None) -> Any:
        """Draws the figure with matplotlib.

        ``ax`` is the axes of a figure of one panel, or a sequence with one for each panel; new ones by default. Returns the axes.
        """
        if ax is None:
            from matplotlib import pyplot

            _, ax = pyplot.subplots(1, len(self.panels), figsize=(4.8 * len(self.panels), 3.8), layout="constrained")
        axes = [ax] if hasattr(ax, "plot") else [one for row in ax for one in (row if hasattr(row, "__len__") else [row])]
        if len(axes) != len(self.panels):
            raise ValueError(f"`ax` holds {len(axes)} axes; valid: {len(self.panels)}, one for each panel")
        for one, panel in zip(axes, self.panels):
            _plot_panel(one, panel)
        return ax

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Figure:
        """The figure that `to_json` describes."""
        panels = [
            Panel(_axis(panel["x"]), _axis(panel["y"]), [_series(series) for series in panel["series"]], panel["title"])
            for panel in told["panels"]
        ]
        return cls(told["id"], told["title"], told["caption"], panels)

    def to_json(self) -> dict[str, Any]:
        """The figure as plain data."""
        panels = [
            {
                "title": panel.title,
                "x": _axis_json(panel.x),
                "y": _axis_json(panel.y),
                "series": [_series_json(series) for series in panel.series],
            }
            for panel in self.panels
        ]
        return {"id": self.id, "title": self.title, "caption": self.caption, "panels": panels}


def _number(told: Any) -> float:
    return math.nan if told is None else float(told)


def _numbers(told: Iterable[Any]) -> list[float]:
    return [_number(value) for value in told]


def _number_json(value: float) -> Any:
    """JSON has no numbers that are not finite: NaN is null, infinities are words."""
    value = float(value)
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


def _numbers_json(values: Iterable[float]) -> list[Any]:
    return [_number_json(value) for value in values]


def _pair(told: Any) -> tuple[float, float] | None:
    return None if told is None else (_number(told[0]), _number(told[1]))


def _axis(told: Mapping[str, Any]) -> Axis:
    return Axis(told["label"], told["scale"].lower(), _pair(told["range"]))


def _axis_json(axis: Axis) -> dict[str, Any]:
    return {"label": axis.label, "scale": axis.scale.capitalize(), "range": None if axis.range is None else [float(end) for end in axis.range]}


def _series(told: Mapping[str, Any]) -> Series:
    ((kind, own),) = told.items()
    if kind == "Line":
        points = own["points"]
        xs, ys = _numbers(x for x, _ in points), _numbers(y for _, y in points)
        return Line(xs, ys, own["label"], own["group"], own["stroke"].lower())
    if kind == "Points":
        x, y, low, high = (_numbers(point[name] for point in own["points"]) for name in ("x", "y", "low", "high"))
        return Points(x, y, low, high, own["label"], own["group"])
    if kind == "Histogram":
        return Histogram(_numbers(own["edges"]), _numbers(own["heights"]), own["label"], own["group"])
    if kind == "HeatMap":
        values, width = _numbers(own["values"]), len(own["x_edges"]) - 1
        rows = [values[start : start + width] for start in range(0, len(values), width)]
        return HeatMap(own["label"], _numbers(own["x_edges"]), _numbers(own["y_edges"]), rows, _pair(own["range"]))
    ((axis, at),) = own["at"].items()
    return Rule(**{axis.lower(): _number(at)}, label=own["label"], group=own["group"], stroke=own["stroke"].lower())


def _series_json(series: Series) -> dict[str, Any]:
    if isinstance(series, HeatMap):
        values = [value for row in series.values for value in _numbers_json(row)]
        edges = {"x_edges": _numbers_json(series.x_edges), "y_edges": _numbers_json(series.y_edges)}
        return {"HeatMap": {"label": series.label, **edges, "values": values, "range": None if series.range is None else [float(end) for end in series.range]}}
    common: dict[str, Any] = {"label": series.label, "group": series.group}
    if isinstance(series, Line):
        points = [[_number_json(x), _number_json(y)] for x, y in zip(series.x, series.y, strict=True)]
        return {"Line": {**common, "stroke": series.stroke.capitalize(), "points": points}}
    if isinstance(series, Points):
        low = series.y if series.low is None else series.low
        high = series.y if series.high is None else series.high
        rows = zip(series.x, series.y, low, high, strict=True)
        return {"Points": {**common, "points": [dict(zip(("x", "y", "low", "high"), _numbers_json(row))) for row in rows]}}
    if isinstance(series, Histogram):
        return {"Histogram": {**common, "edges": _numbers_json(series.edges), "heights": _numbers_json(series.heights)}}
    if (series.x is None) == (series.y is None):
        raise ValueError("a rule stands at one `x` or at one `y`")
    at = {"X": _number_json(series.x)} if series.x is not None else {"Y": _number_json(series.y or 0.0)}
    return {"Rule": {**common, "stroke": series.stroke.capitalize(), "at": at}}


def _plot_panel(ax: Any, panel: Panel) -> None:
    import numpy as np

    for series in panel.series:
        label = series.label or None
        if isinstance(series, HeatMap):
            low, high = series.range or (None, None)
            cells = np.ma.masked_invalid(np.asarray(series.values, dtype=float))
            mesh = ax.pcolormesh(series.x_edges, series.y_edges, cells, vmin=low, vmax=high, cmap="viridis")
            ax.set_facecolor("#cccccc")
            ax.figure.colorbar(mesh, ax=ax, label=series.label)
            continue
        colour = _COLOURS[series.group % len(_COLOURS)]
        if isinstance(series, Line):
            ax.plot(series.x, series.y, _STROKES[series.stroke], color=colour, label=label)
        elif isinstance(series, Points):
            y = np.asarray(series.y, dtype=float)
            below = y if series.low is None else np.asarray(series.low, dtype=float)
            above = y if series.high is None else np.asarray(series.high, dtype=float)
            bars = np.maximum([y - below, above - y], 0.0)
            marker = _MARKERS[series.group % len(_MARKERS)]
            ax.errorbar(series.x, y, bars, fmt=marker, markersize=4, capsize=2, color=colour, label=label)
        elif isinstance(series, Histogram):
            ax.stairs(series.heights, series.edges, fill=True, alpha=0.4, color=colour, label=label)
        else:
            draw = ax.axvline if series.x is not None else ax.axhline
            at = series.x if series.x is not None else series.y
            draw(at, linestyle=_STROKES[series.stroke], color=colour, label=label)
    for name, axis in (("x", panel.x), ("y", panel.y)):
        getattr(ax, f"set_{name}scale")(axis.scale)
        getattr(ax, f"set_{name}label")(axis.label)
        if axis.range is not None:
            getattr(ax, f"set_{name}lim")(*axis.range)
    if panel.title:
        ax.set_title(panel.title)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(fontsize="small")
