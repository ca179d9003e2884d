"""Evidence for gradient-descent: one least-squares problem, three ways to estimate its gradient, and what each costs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from qa import figure

Array = np.ndarray
N, RATE, EPOCHS, SEEDS = 256, 0.05, 40, 8
START = np.array([-1.6, 1.8])


@dataclass(frozen=True)
class Problem:
    """Least squares in two parameters: f(w) = mean of (x·w - y)² / 2, with its minimum and its curvature."""

    x: Array
    y: Array

    @property
    def hessian(self) -> Array:
        return self.x.T @ self.x / len(self.x)

    @property
    def best(self) -> Array:
        return np.linalg.solve(self.hessian, self.x.T @ self.y / len(self.x))

    def excess(self, w: Array) -> float:
        """f(w) minus the minimum of f."""
        d = w - self.best
        return float(d @ self.hessian @ d / 2)


def problem(noise: float = 0.8) -> Problem:
    """Two features, one with twice the spread of the other, correlated; targets with noise of the given size."""
    rng = np.random.default_rng(0)
    z = rng.standard_normal((N, 2))
    x = z @ np.array([[1.4, 0.5], [0.0, 0.6]])
    return Problem(x, x @ np.array([1.0, -0.5]) + noise * rng.standard_normal(N))


# --8<-- [start:descent]
def gradient(p: Problem, w: Array, rows: Array) -> Array:
    """Mean gradient of the squared error over the chosen rows."""
    return p.x[rows].T @ (p.x[rows] @ w - p.y[rows]) / len(rows)


def descend(
    p: Problem, batch: int, seed: int = 0, decay: bool = False
) -> Iterator[Array]:
    """Parameters before the first and after every update."""
    rng, w = np.random.default_rng(seed), START
    yield w
    for epoch in range(EPOCHS):
        rate = RATE / (1 + epoch) if decay else RATE
        order = rng.permutation(N)
        for first in range(0, N, batch):
            w = w - rate * gradient(p, w, order[first : first + batch])
            yield w
# --8<-- [end:descent]


def curve(p: Problem, batch: int, decay: bool = False) -> Array:
    """Excess loss after every epoch, mean over SEEDS orders."""
    per_epoch = -(-N // batch)
    runs = [[p.excess(w) for w in list(descend(p, batch, s, decay))[::per_epoch]] for s in range(SEEDS)]
    return np.array(runs).mean(axis=0)


CASES = {"B = 256": (N, False), "B = 16": (16, False), "B = 1": (1, False), "B = 1, η ↓": (1, True)}


def show_variants(p: Problem) -> dict[str, Array]:
    """Updates per epoch and excess loss for batch, mini-batch and stochastic gradient descent."""
    curves = {name: curve(p, *case) for name, case in CASES.items()}
    print(f"start: excess loss {p.excess(START):.1f}")
    for name, c in curves.items():
        updates = -(-N // CASES[name][0])
        print(f"{name:10}: {updates:3} updates per epoch, excess after 1: {c[1]:.0e}, in 31-40: {c[-10:].mean():.0e}")
    return curves


# --8<-- [start:variance]
def estimate_variance(p: Problem, w: Array, batch: int) -> tuple[float, float]:
    """Mean squared error of 2,000 mini-batch gradients, and the formula."""
    rng, every = np.random.default_rng(1), np.arange(N)
    full = gradient(p, w, every)
    single = p.x * (p.x @ w - p.y)[:, None]
    trace = ((single - full) ** 2).sum(axis=1).mean()
    errors = [
        ((gradient(p, w, rng.choice(N, batch, replace=False)) - full) ** 2).sum()
        for _ in range(2000)
    ]
    return float(np.mean(errors)), float(trace / batch * (N - batch) / (N - 1))
# --8<-- [end:variance]


def show_variance(p: Problem) -> None:
    """Measured against predicted, at the starting point."""
    print(f"gradient at the start: squared norm {np.sum(gradient(p, START, np.arange(N)) ** 2):.1f}")
    for batch in (1, 4, 16, 64, 256):
        measured, formula = estimate_variance(p, START, batch)
        print(f"B = {batch:3}: squared error {abs(measured):5.2f}, formula {formula:5.2f}")


def settle(p: Problem, batch: int, rate: float, shuffle: bool, chains: int = 400, updates: int = 1280) -> float:
    """Mean excess loss at the epoch ends of 400 runs started at the minimum, the first half of each left out."""
    rng, h, best = np.random.default_rng(2), p.hessian, p.best
    w, total, per_epoch = np.tile(best, (chains, 1)), [], N // batch
    for step in range(updates):
        if step % per_epoch == 0:
            order = rng.permuted(np.tile(np.arange(N), (chains, 1)), axis=1)
        first = step % per_epoch * batch
        rows = order[:, first : first + batch] if shuffle else rng.integers(0, N, (chains, batch))
        x = p.x[rows]
        residual = (x @ w[:, :, None])[:, :, 0] - p.y[rows]
        w = w - rate / batch * (residual[:, None, :] @ x)[:, 0, :]
        if (step + 1) % per_epoch == 0 and 2 * step >= updates:
            total.append((((w - best) @ h) * (w - best)).sum(axis=1).mean() / 2)
    return float(np.mean(total))


def show_floor(p: Problem) -> None:
    """The level at which a constant rate stops, next to rate · tr(C) / (4 B)."""
    single = p.x * (p.x @ p.best - p.y)[:, None]
    trace = float((single**2).sum(axis=1).mean())
    for batch, rate in ((1, 0.05), (1, 0.02), (16, 0.05)):
        drawn, shuffled = (settle(p, batch, rate, shuffle) for shuffle in (False, True))
        print(f"B = {batch:2}, rate {rate}: level {drawn:.4f}, formula {rate * trace / 4 / batch:.4f}; reshuffled {shuffled:.4f}")


def show_uphill(p: Problem) -> None:
    """Share of single-sample updates that raise the full loss: first ten updates, and the last ten epochs."""
    early, late = [], []
    for seed in range(100):
        first = [p.excess(w) for _, w in zip(range(11), descend(p, 1, seed), strict=False)]
        early.append(np.mean(np.diff(first) > 0))
    for seed in range(3):
        last = [p.excess(w) for w in list(descend(p, 1, seed))[-10 * N :]]
        late.append(np.mean(np.diff(last) > 0))
    print(f"B = 1: updates that raise the full loss: first ten {np.mean(early):.0%}, last ten epochs {np.mean(late):.0%}")


def show_direction(p: Problem) -> None:
    """Largest angle between the negative gradient and the way to the minimum, over all directions around it."""
    t = np.linspace(0, 2 * np.pi, 3601)
    d = np.stack([np.cos(t), np.sin(t)], axis=1)
    g = d @ p.hessian
    cosine = (d * g).sum(axis=1) / np.linalg.norm(g, axis=1)
    low, high = np.linalg.eigvalsh(p.hessian)
    steep = np.degrees(np.arccos(2 * np.sqrt(100) / 101))
    worst = np.degrees(np.arccos(cosine.min()))
    print(f"curvatures {low:.2f} and {high:.2f}: 2/L = {2 / high:.2f}, -gradient off by up to {worst:.0f}°")
    print(f"condition number 100: off by up to {steep:.0f}°")


def show_basins() -> None:
    """Full-batch descent on f(w) = w⁴ - 2w² + w/2 from two starts: two different answers."""
    ends = []
    for w in (1.5, -1.5):
        for _ in range(500):
            w -= 0.02 * (4 * w**3 - 4 * w + 0.5)
        ends.append(f"{w:+.2f} with f = {w**4 - 2 * w**2 + w / 2:.2f}")
    print(f"f = w⁴ - 2w² + w/2: from +1.5 to {ends[0]}, from -1.5 to {ends[1]}")


def show_interpolation() -> None:
    """Targets without noise: every sample is fitted exactly at the minimum, and a constant rate converges."""
    clean = problem(noise=0.0)
    last = clean.excess(list(descend(clean, 1))[-1])
    print(f"targets without noise, B = 1: excess after 40 epochs {'below 1e-12' if last < 1e-12 else f'{last:.0e}'}")


def draw(p: Problem, curves: dict[str, Array]) -> None:
    """Left: three paths over the contours. Right: excess loss by epoch."""
    fig, (left, right) = figure.new(1, 2, height=3.3)
    colors = dict(zip(CASES, (figure.BLUE, figure.GREEN, figure.ORANGE, figure.PURPLE), strict=True))
    a, b = np.meshgrid(np.linspace(-2, 2, 81), np.linspace(-1.8, 2.9, 95))
    d = np.stack([a, b], axis=-1) - p.best
    left.contour(a, b, (d @ p.hessian * d).sum(axis=-1) / 2, levels=[0.05, 0.3, 1, 2.2, 4], colors=figure.GREY, linewidths=0.7)
    for name, count in (("B = 1", N), ("B = 16", 80), ("B = 256", EPOCHS)):
        path = np.array([w for _, w in zip(range(count + 1), descend(p, *CASES[name][:1]), strict=False)])
        left.plot(path[:, 0], path[:, 1], color=colors[name], linewidth=0.9 if name == "B = 1" else 1.8)
    left.plot(*p.best, "x", color=figure.RED, markersize=9)
    left.set(xlabel="w₁", ylabel="w₂", xlim=(-2, 2), ylim=(-1.8, 2.9))
    for name, c in curves.items():
        right.semilogy(np.arange(EPOCHS + 1), c, color=colors[name], label=name)
    right.set(xlabel="轮 epoch", ylabel="f − f*", ylim=(3e-6, 8))
    fig.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=9)
    figure.save(fig, "gradient-descent.svg")


if __name__ == "__main__":
    p = problem()
    curves = show_variants(p)
    show_variance(p)
    show_floor(p)
    show_uphill(p)
    show_direction(p)
    show_basins()
    show_interpolation()
    draw(p, curves)
