"""Evidence for perceptron: logic gates by hand-set weights, signed distances, and classes that no line separates."""

import numpy as np
from matplotlib.axes import Axes
from scipy.optimize import linprog
from scipy.stats import norm

from qa import figure

Array = np.ndarray
CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
W, B = np.array([1.0, 1.0]), -1.5


# --8<-- [start:perceptron]
def perceptron(x: Array, w: Array, b: float) -> Array:
    """1 on the side of the hyperplane that w points to, 0 elsewhere."""
    return (x @ w + b > 0).astype(int)


def signed_distance(x: Array, w: Array, b: float) -> Array:
    """Distance from the hyperplane, positive on the side w points to."""
    return (x @ w + b) / np.linalg.norm(w)
# --8<-- [end:perceptron]


def separable(x: Array, labels: Array) -> bool:
    """Whether some (w, b) gives every point a margin of at least 1 on its own side, asked of a linear program."""
    signed = (2 * labels - 1)[:, None] * np.column_stack([x, np.ones(len(x))])
    free = [(None, None)] * signed.shape[1]
    return linprog(np.zeros(signed.shape[1]), A_ub=-signed, b_ub=-np.ones(len(x)), bounds=free).status == 0


def two_gaussians(seed: int, n: int = 100) -> tuple[Array, Array]:
    """Two classes of n points, unit variance, centers 2 apart."""
    labels = np.repeat([0, 1], n)
    centers = np.column_stack([2.0 * labels - 1, np.zeros(2 * n)])
    return centers + np.random.default_rng(seed).standard_normal((2 * n, 2)), labels


def show_gates() -> None:
    print("x1 x2     z  distance  y")
    rows = zip(CORNERS, CORNERS @ W + B, signed_distance(CORNERS, W, B), perceptron(CORNERS, W, B), strict=True)
    for x, z, distance, y in rows:
        print(f" {x[0]:.0f}  {x[1]:.0f}  {z:+.1f}    {distance:+.3f}  {y}")
    for name, w, b in (("OR", W, -0.5), ("NAND", -W, -B), ("AND × 10", 10 * W, 10 * B)):
        print(f"{name:9} w = ({w[0]:.0f}, {w[1]:.0f}), b = {b:+.1f}: {perceptron(CORNERS, w, b)}")


def show_overlap() -> None:
    """Ten samples of overlapping classes; the best line is the perpendicular bisector of the centers."""
    found = sum(separable(*two_gaussians(seed)) for seed in range(10))
    print(f"overlapping classes: {found} of 10 samples separable, error of the best line {norm.cdf(-1):.3f}")


def draw_unit(ax: Axes) -> None:
    """The unit as a diagram: inputs, weights, sum, step."""
    ax.set(xlim=(0, 10), ylim=(0, 8), aspect="equal")
    ax.axis("off")
    for y, name, weight, place in ((6.4, "x₁", "w₁", 6.15), (3.9, "x₂", "w₂", 4.35), (1.4, "1", "b", 1.75)):
        ax.text(0.6, y, name, ha="center", va="center", fontsize=11)
        figure.arrow(ax, (1.1, y), (4.0, 3.9 + 0.3 * np.sign(y - 3.9)), figure.BLUE if weight != "b" else figure.ORANGE)
        ax.text(2.4, place, weight, ha="center", va="center", fontsize=10)
    figure.box(ax, 4.1, 3.2, 1.4, 1.4, "Σ", figure.BLUE, fontsize=12)
    figure.arrow(ax, (5.6, 3.9), (7.0, 3.9))
    ax.text(6.3, 4.2, "z", ha="center", fontsize=10)
    figure.box(ax, 7.1, 3.2, 1.4, 1.4, "", figure.GREEN)
    ax.plot([7.3, 7.8, 7.8, 8.3], [3.5, 3.5, 4.3, 4.3], color="black", linewidth=1.4)
    figure.arrow(ax, (8.6, 3.9), (9.5, 3.9))
    ax.text(9.8, 3.9, "y", ha="center", va="center", fontsize=11)


def draw_line(ax: Axes) -> None:
    """The line of AND, its normal w, and the distance of one corner."""
    ends = np.array([-0.4, 1.9])
    ax.fill_between(ends, 1.5 - ends, 1.9, color=figure.GREEN, alpha=0.13, linewidth=0)
    ax.plot(ends, 1.5 - ends, color=figure.GREEN)
    figure.arrow(ax, (0.3, 1.2), (0.62, 1.52), figure.GREEN)
    ax.text(0.66, 1.5, "w", fontsize=11, color=figure.GREEN)
    ax.plot([0, 0.75], [0, 0.75], ":", color=figure.GREY)
    ax.text(0.42, 0.22, "1.06", fontsize=9)
    for x, y in zip(CORNERS, perceptron(CORNERS, W, B), strict=True):
        ax.plot(*x, "os"[y], color=(figure.BLUE, figure.ORANGE)[y], markersize=8)
    ax.text(1.3, 1.55, "y = 1", fontsize=10)
    ax.text(-0.3, -0.3, "y = 0", fontsize=10)
    ax.set(xlim=(-0.4, 1.9), ylim=(-0.4, 1.9), aspect="equal", xticks=[0, 1], yticks=[0, 1], xlabel="x₁", ylabel="x₂")


def draw() -> None:
    fig, (left, right) = figure.new(1, 2, height=2.8)
    draw_unit(left)
    draw_line(right)
    figure.save(fig, "perceptron.svg")


if __name__ == "__main__":
    show_gates()
    show_overlap()
    draw()
