"""Evidence for perceptron-limits: XOR, how many Boolean functions and random labelings one hyperplane can realize."""

from itertools import permutations, product
from math import comb

import numpy as np
from scipy.optimize import linprog

from qa import figure

Array = np.ndarray
CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
XOR = np.array([0, 1, 1, 0])
SIZES = (8, 16, 20, 22, 24, 28, 36, 44)


# --8<-- [start:separable]
def separable(x: Array, labels: Array) -> bool:
    """Is there (w, b) with ±(w·x + b) ≥ 1 for every point?"""
    signs = 2 * labels - 1
    rows = signs[:, None] * np.column_stack([x, np.ones(len(x))])
    free = [(None, None)] * rows.shape[1]
    zero, ones = np.zeros(rows.shape[1]), np.ones(len(x))
    return linprog(zero, A_ub=-rows, b_ub=-ones, bounds=free).status == 0
# --8<-- [end:separable]


def orbit(table: tuple[int, ...], moves: list[Array]) -> set[tuple[int, ...]]:
    """All truth tables got by renaming or negating inputs or negating the output: separable all or none."""
    values = np.array(table)
    moved = [values[move] for move in moves]
    return {tuple(m) for m in moved} | {tuple(1 - m) for m in moved}


def input_moves(n: int) -> list[Array]:
    """Index arrays for every permutation and negation of n inputs."""
    corners = np.array(list(product((0, 1), repeat=n)))
    powers = 2 ** np.arange(n - 1, -1, -1)
    flips = product((0, 1), repeat=n)
    return [(corners[:, list(p)] ^ np.array(f)) @ powers for f in flips for p in permutations(range(n))]


def count_threshold_functions(n: int) -> int:
    """Boolean functions of n inputs that a perceptron computes, by one linear program for each class of functions."""
    corners, moves = np.array(list(product((0, 1), repeat=n)), dtype=float), input_moves(n)
    seen: set[tuple[int, ...]] = set()
    count = 0
    for table in product((0, 1), repeat=2**n):
        if table not in seen:
            members = orbit(table, moves)
            seen |= members
            count += len(members) * separable(corners, np.array(table))
    return count


def separable_share(points: int, dim: int) -> float:
    """Cover's count for affine hyperplanes as a share of all labelings of points in general position."""
    return 2 * sum(comb(points - 1, k) for k in range(dim + 1)) / 2**points


def measured_share(points: int, dim: int, trials: int = 40) -> float:
    rng = np.random.default_rng(points)
    draws = [(rng.standard_normal((points, dim)), rng.integers(0, 2, points)) for _ in range(trials)]
    return float(np.mean([separable(x, labels) for x, labels in draws]))


def show_xor() -> None:
    """XOR is out of reach, any three of its corners are possible, and the product makes it separable."""
    three = all(separable(np.delete(CORNERS, i, 0), np.delete(XOR, i)) for i in range(4))
    with_product = np.column_stack([CORNERS, CORNERS.prod(axis=1)])
    print(f"XOR separable: {separable(CORNERS, XOR)}; any three of its corners: {three}")
    print(f"with x1·x2 as third input: {separable(with_product, XOR)}")


def show_counts() -> None:
    for n in (2, 3, 4):
        found, total = count_threshold_functions(n), 2 ** (2**n)
        print(f"{n} inputs: {found:4} of {total:5} functions = {100 * found / total:.1f}%")


def show_many_parameters(points: int = 500, dim: int = 1000) -> None:
    """Random labels, fewer points than parameters: least squares on ±1 fits them all."""
    rng = np.random.default_rng(0)
    x, signs = np.column_stack([rng.standard_normal((points, dim)), np.ones(points)]), rng.choice([-1, 1], points)
    w = np.linalg.lstsq(x, signs, rcond=None)[0]
    print(f"{dim + 1} parameters, {points} points, random labels: {int((np.sign(x @ w) != signs).sum())} errors")


def show_cover(dim: int = 10) -> list[float]:
    shares = [measured_share(points, dim) for points in SIZES]
    text = ", ".join(f"{p}: {separable_share(p, dim):.2f}" for p in (11, 16, 22, 28, 44))
    print(f"share of separable labelings in {dim} dimensions, by number of points:")
    print(text)
    gap = max(abs(s - separable_share(p, dim)) for s, p in zip(shares, SIZES, strict=True))
    print(f"40 random draws at each of {len(SIZES)} sizes within 0.2 of it: {gap < 0.2}")
    return shares


def draw(shares: list[float], dim: int = 10) -> None:
    fig, (plane, lifted, cover) = figure.new(1, 3, height=2.7)
    for x, y in zip(CORNERS, XOR, strict=True):
        style = {"marker": "os"[y], "color": (figure.BLUE, figure.ORANGE)[y], "markersize": 8, "linestyle": ""}
        plane.plot(*x, **style)
        lifted.plot(x.sum(), x.prod(), **style)
    plane.plot([0, 1], [0, 1], ":", color=figure.BLUE)
    plane.plot([0, 1], [1, 0], ":", color=figure.ORANGE)
    t = np.array([-0.3, 2.3])
    lifted.plot(t, (t - 0.5) / 2, color=figure.GREEN)
    plane.set(xlabel="x₁", ylabel="x₂", xlim=(-0.3, 1.3), ylim=(-0.3, 1.3), xticks=[0, 1], yticks=[0, 1], box_aspect=1)
    lifted.set(xlabel="x₁ + x₂", ylabel="x₁x₂", xlim=(-0.3, 2.3), ylim=(-0.4, 1.3), box_aspect=1)
    lifted.set(xticks=[0, 1, 2], yticks=[0, 1])
    counts = np.arange(4, 45)
    cover.plot(counts / (dim + 1), [separable_share(int(p), dim) for p in counts], color=figure.GREY)
    cover.plot(np.array(SIZES) / (dim + 1), shares, "o", color=figure.BLUE, markersize=5)
    cover.set(xlabel="N / (n + 1)", ylabel="可分比例 share", xticks=[1, 2, 3, 4], yticks=[0, 0.5, 1], box_aspect=1)
    figure.save(fig, "perceptron-limits.svg")


if __name__ == "__main__":
    show_xor()
    show_counts()
    show_many_parameters()
    draw(show_cover())
