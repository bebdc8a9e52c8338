"""A chart spec as a picture, SVG and PNG, the same bytes every time."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from jambot.tools.figures import figure
from jambot.tools.strings import language_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#5b5bd6", "#9090e6", "#8b8d98", "#c4c4f3", "#3a3a99", "#b9bbc6", "#6e6ade", "#d9d9e0")
_INK, _FAINT = "#1c2024", "#60646c"
_SIZE_INCHES = (8.0, 4.5)
_RC: dict[Any, Any] = {
    "svg.hashsalt": "jambot",
    "svg.fonttype": "path",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": "#d9d9e0",
    "axes.labelcolor": _FAINT,
    "xtick.color": _FAINT,
    "ytick.color": _FAINT,
    "axes.unicode_minus": True,
}


def draw(spec: Mapping[str, Any], format_: Literal["svg", "png"]) -> bytes:
    """The picture on white, 8 by 4.5 inches, PNG at 160 dots per inch."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_RC), warnings.catch_warnings():
        # A title in a script the font lacks is drawn as boxes; the page shows it as text anyway.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        picture = Figure(figsize=_SIZE_INCHES, facecolor="white", layout="constrained")
        FigureCanvasAgg(picture)
        _paint(picture, spec)
        out = io.BytesIO()
        metadata = {"Date": None, "Creator": None} if format_ == "svg" else {"Software": None}
        picture.savefig(out, format=format_, dpi=160, metadata=metadata)
    return out.getvalue()


def _paint(picture: Figure, spec: Mapping[str, Any]) -> None:
    axes = picture.add_subplot()
    places = range(len(spec["categories"]))
    if spec["kind"] == "line":
        _lines(axes, spec, places)
    else:
        _bars(axes, spec, places)
    unit = f" ({spec['unit']})" if spec["unit"] and spec["unit"] not in spec["y_label"] else ""
    axes.set_title(_short(spec["title"], 90), loc="left", fontsize=13, fontweight="bold", color=_INK, pad=12)
    axes.set_ylabel(_short(spec["y_label"], 40) + unit)
    axes.set_xlabel(_short(spec["x_label"], 60))
    step = max(1, -(-len(places) // 24))
    axes.set_xticks(list(places)[::step])
    labels = [_short(str(c), 18) for c in spec.get("labels") or spec["categories"]][::step]
    crowded = sum(len(label) for label in labels) > 56
    axes.set_xticklabels(labels, rotation=35 if crowded else 0, ha="right" if crowded else "center")
    axes.yaxis.set_major_formatter(lambda value, _: figure(round(value, 6), language=language_of(spec)))
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="y", color="#e8e8ec", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    if len(spec["series"]) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)


def _lines(axes: Axes, spec: Mapping[str, Any], places: Sequence[int]) -> None:
    marker = "o" if len(places) <= 40 else None
    for index, series in enumerate(spec["series"]):
        values = [float("nan") if v is None else v for v in series["values"]]
        colour = COLOURS[index % len(COLOURS)]
        axes.plot(places, values, color=colour, linewidth=2, marker=marker, markersize=4, label=_name(series))


def _bars(axes: Axes, spec: Mapping[str, Any], places: Sequence[int]) -> None:
    stacked = spec["kind"] == "stacked_bar"
    width = 0.72 if stacked else 0.8 / len(spec["series"])
    up, down = [0.0] * len(places), [0.0] * len(places)
    for index, series in enumerate(spec["series"]):
        values = [float(v or 0) for v in series["values"]]
        if stacked:
            bottoms = [(up if v >= 0 else down)[i] for i, v in enumerate(values)]
            at = list(places)
        else:
            bottoms, at = [0.0] * len(places), [p + (index - (len(spec["series"]) - 1) / 2) * width for p in places]
        colour = COLOURS[index % len(COLOURS)]
        axes.bar(at, values, width, bottom=bottoms, color=colour, edgecolor="white", linewidth=0.8, label=_name(series))
        for i, value in enumerate(values):
            (up if value >= 0 else down)[i] += value
    _label_totals(axes, spec, up)


def _label_totals(axes: Axes, spec: Mapping[str, Any], tops: Sequence[float]) -> None:
    totals = spec["total_per_category"]
    single = len(spec["series"]) == 1 or spec["kind"] == "stacked_bar"
    if not single or len(totals) > 16:
        return
    for place, total in enumerate(totals):
        if total is not None and total >= 0:
            text = figure(round(total) if abs(total) >= 100 else total, language=language_of(spec))
            axes.annotate(
                text, (place, tops[place]), (0, 3), textcoords="offset points", ha="center", fontsize=8, color=_FAINT
            )


def _name(series: Mapping[str, Any]) -> str:
    # Matplotlib keeps labels that begin with an underscore out of the legend.
    return _short(str(series["name"]), 28).lstrip("_") or "–"


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
