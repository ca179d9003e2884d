"""Evidence for parameters-vs-hyperparameters: why training loss cannot choose one, and three kinds of search."""

from itertools import product

import numpy as np
from scipy.stats import norm

from qa import figure

DIM, LEVELS = 4, 2
LAMBDAS = 10.0 ** np.arange(-8, 3)


def problem(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Noisy sine; features are the Legendre polynomials up to degree 15."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, n)
    return np.polynomial.legendre.legvander(x, 15), np.sin(4 * x) + 0.4 * rng.standard_normal(n)


# --8<-- [start:nested]
def inner(lam: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Parameters: fitted to the training data, for a given penalty."""
    return np.linalg.solve(x.T @ x + lam * len(y) * np.eye(x.shape[1]), x.T @ y)


def outer(train: tuple, judge: tuple) -> list[float]:
    """Hyperparameter: one full fit per value, judged on other data."""
    fits = [inner(lam, *train) for lam in LAMBDAS]
    return [float(((judge[0] @ w - judge[1]) ** 2).mean()) for w in fits]
# --8<-- [end:nested]


def errors() -> tuple[np.ndarray, np.ndarray]:
    """Median training and validation error per penalty, over 50 data sets."""
    pairs = [(problem(s, 40), problem(1000 + s, 40)) for s in range(50)]
    return np.median([outer(a, a) for a, _ in pairs], axis=0), np.median([outer(a, b) for a, b in pairs], axis=0)


def score(u: np.ndarray, best: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Validation loss above the optimum at the settings u in the unit cube."""
    return ((u - best) ** 2) @ weights


def grid(levels: int) -> np.ndarray:
    return np.array(list(product((np.arange(levels) + 0.5) / levels, repeat=DIM)))


def kernel(a: np.ndarray, b: np.ndarray, length: float = 0.7) -> np.ndarray:
    return np.exp(-((a[:, None] - b[None]) ** 2).sum(axis=2) / (2 * length**2))


def improvement(u: np.ndarray, f: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Expected improvement at the candidates, under a Gaussian process fitted to the trials so far."""
    z = (f - f.mean()) / f.std()
    cross = kernel(at, u)
    solved = np.linalg.solve(kernel(u, u) + 1e-4 * np.eye(len(u)), np.column_stack([z, cross.T]))
    mean = cross @ solved[:, 0]
    sigma = np.sqrt(np.maximum(1 - (cross * solved[:, 1:].T).sum(axis=1), 1e-9))
    gain = (z.min() - mean) / sigma
    return sigma * (gain * norm.cdf(gain) + norm.pdf(gain))


def bayesian(rng: np.random.Generator, best: np.ndarray, weights: np.ndarray, trials: int) -> float:
    u = rng.random((5, DIM))
    while len(u) < trials:
        at = rng.random((200, DIM))
        u = np.vstack([u, at[np.argmax(improvement(u, score(u, best, weights), at))]])
    return float(score(u, best, weights).min())


def search(weights: np.ndarray, runs: int = 120) -> list[float]:
    """Mean regret after 16 trials: grid, random, Bayesian; the optimum is drawn at random."""
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(runs):
        best = rng.random(DIM)
        random = score(rng.random((LEVELS**DIM, DIM)), best, weights).min()
        model = bayesian(rng, best, weights, LEVELS**DIM)
        rows.append((score(grid(LEVELS), best, weights).min(), random, model))
    return [float(v) for v in np.mean(rows, axis=0)]


def draw() -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    rng = np.random.default_rng(4)
    points = rng.random((16, 2))
    lattice = (np.array(list(product(range(4), repeat=2))) + 0.5) / 4
    for data, color, marker, name, level in (
        (lattice, figure.ORANGE, "s", "网格 grid", -0.07),
        (points, figure.BLUE, "o", "随机 random", -0.14),
    ):
        left.plot(*data.T, marker, color=color, markersize=5, label=name)
        left.plot(data[:, 0], np.full(16, level), "|", color=color, markersize=9)
    left.set(xlabel="log η", ylabel="λ₂", xlim=(0, 1), ylim=(-0.2, 1.22), xticks=[], yticks=[])
    left.legend(loc="upper center", ncols=2)
    train, valid = errors()
    right.plot(LAMBDAS, train, "o-", color=figure.GREY, markersize=4, label="训练 training")
    right.plot(LAMBDAS, valid, "o-", color=figure.BLUE, markersize=4, label="验证 validation")
    right.set(xscale="log", xlabel="λ", ylabel="MSE", ylim=(0, 1))
    right.legend(loc="upper right")
    figure.save(fig, "parameters-vs-hyperparameters.svg")


if __name__ == "__main__":
    train, valid = errors()
    for k in 0, 3, 6, 8, 10:
        print(f"lambda {LAMBDAS[k]:7.0e}: training {train[k]:.2f}  validation {valid[k]:.2f}")
    print(f"smallest: training at {LAMBDAS[train.argmin()]:.0e}, validation at {LAMBDAS[valid.argmin()]:.0e}")
    for n in 10, 30, 59, 100:
        print(f"{n:3} random trials: best 5% hit with probability {1 - 0.95**n:.2f}")
    print("mean regret, 16 trials:   grid  random  Bayesian")
    for name, weights in ("one of four matters", np.array([1, 0, 0, 0])), ("all four matter", np.full(4, 0.25)):
        a, b, c = search(weights.astype(float))
        print(f"{name:22} {a:8.3f} {b:7.3f} {c:9.3f}")
    for mu in 0.5, 0.9, 0.99:
        print(f"momentum {mu:4}: step times {1 / (1 - mu):.0f}")
    draw()
