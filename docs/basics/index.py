"""Evidence for the topic's map: its questions by level, and which lead on to which, from `level` and `related` alone."""

import re
from pathlib import Path

from qa import figure, site
from qa.page import Page

LEVELS = ("junior", "mid", "senior")
COLORS = (figure.BLUE, figure.ORANGE, figure.PURPLE)
LEFT = (0.1, 5.6, 10.6)  # where each column starts; the whole is 14.6 wide
WIDTH = 3.9
SITE = site.load(Path(__file__).resolve().parents[2])
PAGES = {page.slug: page for page in SITE.questions if page.topic == "basics" and page.language == "zh"}
PAIRS = sorted({tuple(sorted((slug, other))) for slug, page in PAGES.items() for other in page.meta["related"] if other in PAGES})


def columns() -> list[list[str]]:
    """The slugs of each level, in an order that keeps related ones at about the same height."""
    order = [sorted(slug for slug, page in PAGES.items() if page.meta["level"] == level) for level in LEVELS]
    for _ in range(60):
        height = {slug: (row + 0.5) / len(column) for column in order for row, slug in enumerate(column)}
        for column in order:
            column.sort(key=lambda slug: (round(_middle(slug, height), 6), slug))
    return order


def _middle(slug: str, height: dict[str, float]) -> float:
    """The mean height of a question and of those it is related to."""
    near = [height[b if a == slug else a] for a, b in PAIRS if slug in (a, b)]
    return (height[slug] + sum(near)) / (1 + len(near))


def name(page: Page) -> str:
    """A short Chinese alias above the slug: 感知机, perceptron."""
    chinese = [str(one) for one in page.meta["aliases"] if re.fullmatch(r"[\u4e00-\u9fff]{2,8}", str(one))]
    return "\n".join([*chinese[:1], page.slug.replace("-", " ")])


def draw(order: list[list[str]]) -> None:
    tall = 0.78 * max(map(len, order)) + 0.9
    fig, ax = figure.blank(7.2 * tall / 14.6, 14.6, tall)
    at = {}
    for x, level, color, column in zip(LEFT, LEVELS, COLORS, order, strict=True):
        ax.text(x + WIDTH / 2, tall - 0.3, level, ha="center", va="center", size=10, color=color)
        step = (tall - 0.9) / len(column)
        for row, slug in enumerate(column):
            y = tall - 0.7 - step * (row + 0.5)
            at[slug] = (x, y)
            figure.box(ax, x, y - 0.33, WIDTH, 0.66, name(PAGES[slug]), color, size=8.5, linespacing=1.05)
    for pair in PAIRS:
        (x0, y0), (x1, y1) = sorted(at[slug] for slug in pair)
        if x0 < x1:
            far = x1 - x0 > 6  # past a column
            ax.plot([x0 + WIDTH, x1], [y0, y1], color=figure.GREY, linewidth=0.8, alpha=0.35 if far else 0.8, zorder=0)
    figure.save(fig, "index.svg")


if __name__ == "__main__":
    order = columns()
    for level, column in zip(LEVELS, order, strict=True):
        print(f"{level:7}{len(column):3}  first", ", ".join(column[:3]))
    across = sum(PAGES[a].meta["level"] != PAGES[b].meta["level"] for a, b in PAIRS)
    print(f"{len(PAIRS)} relations within the topic, {across} of them between levels")
    draw(order)
