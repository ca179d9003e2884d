"""Figures drawn by the evidence: SVG that is readable on light and dark and prints the same bytes everywhere.

Text stays text (the page's own font draws it), black becomes `currentColor`, backgrounds are transparent, and the
palette keeps a contrast of at least 3:1 on both of the site's backgrounds (WCAG 2.2, success criterion 1.4.11).
"""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

BLUE, ORANGE, GREEN, RED, PURPLE, GREY = "#3a7bd5", "#c7701b", "#2c8f5a", "#d1495b", "#8d62c9", "#808080"
PALETTE = (BLUE, ORANGE, GREEN, RED, PURPLE, GREY)

WIDTH = 7.2  # inches; the text column of a page
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "dl-interview",
    "path.simplify": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": matplotlib.cycler(color=PALETTE),
    "axes.grid": False,
    "font.size": 10,
    "axes.titlesize": 10,
    "lines.linewidth": 1.8,
}


def new(rows: int = 1, columns: int = 1, height: float = 2.8, **options: Any) -> tuple[Figure, Any]:
    """A figure as wide as the text column, `height` inches high, and its axes, as `plt.subplots` returns them."""
    plt.rcParams.update(STYLE)
    return plt.subplots(rows, columns, figsize=(WIDTH, height), layout="constrained", **options)


def blank(height: float = 2.8, width_units: float = 12.0, height_units: float = 5.0) -> tuple[Figure, Axes]:
    """A figure without axes for a diagram: x runs to `width_units`, y to `height_units`, equally scaled."""
    fig, ax = new(height=height)
    ax.set(xlim=(0, width_units), ylim=(0, height_units), aspect="equal")
    ax.axis("off")
    return fig, ax


def box(ax: Axes, x: float, y: float, w: float, h: float, text: str, color: str = "black", **options: Any) -> None:
    """A rounded box with its lower left corner at (x, y), tinted with its own colour, and a centred label."""
    tint = "none" if color == "black" else color
    style = "round,pad=0,rounding_size=0.12"
    ax.add_patch(FancyBboxPatch((x, y), w, h, boxstyle=style, facecolor=tint, edgecolor="none", alpha=0.16))
    ax.add_patch(FancyBboxPatch((x, y), w, h, boxstyle=style, facecolor="none", edgecolor=color, linewidth=1.2))
    ax.text(x + w / 2, y + h / 2, text, ha="center", va="center", **options)


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str = "black", bend: float = 0.0) -> None:
    """An arrow from `start` to `end`; `bend` curves it (0 is straight)."""
    style = f"arc3,rad={bend}"
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=10,
            color=color,
            linewidth=1.2,
            connectionstyle=style,
            shrinkA=0,
            shrinkB=0,
        )
    )


def cycle(ax: Axes, steps: Sequence[tuple[str, str, str]]) -> None:
    """Six boxes that lead to each other in a ring, on a canvas of 12 × 5.5 units: (name, note below it, colour) each."""
    centres = ((2, 4.3), (6, 4.3), (10, 4.3), (10, 1.5), (6, 1.5), (2, 1.5))
    for (name, note, color), (x, y) in zip(steps, centres, strict=True):
        box(ax, x - 1.5, y - 0.4, 3, 0.8, name, color, size=10)
        ax.text(x, y - 0.95, note, ha="center", va="center", size=9)
    for start, end in (((3.5, 4.3), (4.5, 4.3)), ((7.5, 4.3), (8.5, 4.3)), ((8.5, 1.5), (7.5, 1.5)), ((4.5, 1.5), (3.5, 1.5))):
        arrow(ax, start, end)
    arrow(ax, (11.5, 4.3), (11.5, 1.5), bend=-0.14)
    arrow(ax, (0.5, 1.5), (0.5, 4.3), bend=-0.14)


def save(fig: Figure, name: str) -> None:
    """Write `name` (such as `dropout.svg`) to the current folder; the evidence runner moves it beside its page."""
    path = Path(name)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the reader's own font has the Chinese glyphs
        fig.savefig(path, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    plt.close(fig)
    path.write_text(clean(path.read_text(encoding="utf-8"), path.stem), encoding="utf-8")


def clean(svg: str, prefix: str) -> str:
    """The same drawing in theme colours and the page's font, fit to stand inline: own ids, no global styles, two decimals."""
    svg = svg[svg.index("<svg") :]
    for pattern, replacement in CLEANING:
        svg = re.sub(pattern, replacement, svg, flags=re.S)
    svg = re.sub(r"-?\d+\.\d{2,}", _two_decimals, svg)
    return _own_ids(svg, prefix).strip() + "\n"


CLEANING = (
    (r"<metadata>.*?</metadata>|<!--.*?-->", ""),
    (r"<style type=\"text/css\">.*?</style>", ""),  # inline, its `*` would style the whole page
    (
        r"<svg [^>]*?viewBox=\"([^\"]*)\"[^>]*>",
        r'<svg xmlns="http://www.w3.org/2000/svg" viewBox="\1" fill="currentColor" stroke-linejoin="round">',
    ),
    (r"xlink:href", "href"),
    (r"font-family: [^;\"]*", "font-family: var(--md-text-font-family, sans-serif)"),
    (r"(font: [^;\"]*?\d(?:\.\d+)?px) [^;\"]*", r"\1 var(--md-text-font-family, sans-serif)"),
    (r" transform=\"rotate\(-0 [^)]*\)\"", ""),
    (r"#000000\b", "currentColor"),
    (r"<defs>\s*</defs>|<clipPath [^>]*>\s*</clipPath>", ""),
    (r"\n(?=[MLQCz])|(?<=[a-z\d]) ?\n(?=\")", " "),  # a path on one line
    (r"\n\s*(?=<)", "\n"),
)


def _two_decimals(match: re.Match[str]) -> str:
    text = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _own_ids(svg: str, prefix: str) -> str:
    """Drop ids that nothing refers to and prefix the others, so that two figures can stand on one page."""
    used = set(re.findall(r"(?:href=\"#|url\(#)([^\")]+)", svg))
    svg = re.sub(r" id=\"([^\"]+)\"", lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", svg)
    return re.sub(r"(href=\"#|url\(#)([^\")]+)", lambda m: f"{m[1]}{prefix}-{m[2]}", svg)
