"""Evidence for when-not-deep-learning: a known law, sets without local correlation, and labels without structure."""

import numpy as np
from sklearn.linear_model import RidgeClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor

from qa import figure

Array = np.ndarray
SEEDS = 3
GRID = np.geomspace(0.1, 8, 60)


def period(length: Array) -> Array:
    """Period of a pendulum in seconds."""
    return 2 * np.pi * np.sqrt(length / 9.81)


def pendulum(seed: int) -> tuple[Array, Array, Array, Array]:
    """Twenty measurements from 0.2 m to 1 m with 2 % noise, and what a network and a power law make of them."""
    rng = np.random.default_rng(seed)
    length = rng.uniform(0.2, 1, 20)
    measured = period(length) * np.exp(0.02 * rng.standard_normal(20))
    slope, offset = np.polyfit(np.log(length), np.log(measured), 1)
    network = MLPRegressor(hidden_layer_sizes=(32, 32), learning_rate_init=3e-3, alpha=1e-2, max_iter=2000)
    network.set_params(tol=1e-5, n_iter_no_change=30, random_state=seed)
    network.fit(standard(length, length), standard(measured, measured)[:, 0])
    prediction = network.predict(standard(GRID, length)) * measured.std() + measured.mean()
    return length, measured, np.exp(offset) * GRID**slope, prediction


def standard(values: Array, reference: Array) -> Array:
    """One column, standardized by the reference."""
    return ((values - reference.mean()) / reference.std())[:, None]


def misses(fit: Array, low: float, high: float) -> float:
    """Mean relative error on the grid between two lengths."""
    inside = (low <= GRID) & (high >= GRID)
    return float(np.abs(fit / period(GRID) - 1)[inside].mean())


# --8<-- [start:sets]
def pooled(points: Array, rng: np.random.Generator) -> Array:
    """Random ReLU features of each point, then the maximum per set."""
    w, b = rng.standard_normal((2, 100)), rng.uniform(-2, 2, 100)
    return np.maximum(points @ w + b, 0).max(axis=1)


# --8<-- [end:sets]


def sets(seed: int, n: int = 500) -> tuple[float, float]:
    """Sets of 12 points: is one of them far out? A network on the 24 numbers, and a linear model on pooled features."""
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((n + 1000, 12, 2))
    far = np.linalg.norm(points, axis=2).max(axis=1)
    y, flat, pool = far > np.median(far), points.reshape(len(points), -1), pooled(points, rng)
    network = MLPClassifier((64, 64), learning_rate_init=3e-3, tol=1e-3, random_state=seed).fit(flat[:n], y[:n])
    return network.score(flat[n:], y[n:]), RidgeClassifier().fit(pool[:n], y[:n]).score(pool[n:], y[n:])


def parity(seed: int, n: int = 1000) -> tuple[float, float]:
    """Training and test accuracy of a network on the parity of 10 out of 20 bits."""
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, (2 * n, 20))
    y = bits[:, :10].sum(axis=1) % 2
    network = MLPClassifier((64, 64), learning_rate_init=1e-2, tol=1e-3, random_state=seed).fit(bits[:n], y[:n])
    return network.score(bits[:n], y[:n]), network.score(bits[n:], y[n:])


def draw(length: Array, measured: Array, law: Array, network: Array) -> None:
    """The two fits of the pendulum, inside the measured range and beyond."""
    fig, ax = figure.new(height=2.8)
    ax.axvspan(0.2, 1, color=figure.GREY, alpha=0.15, linewidth=0)
    ax.plot(GRID, period(GRID), color="black", linewidth=1, label="真值 truth")
    ax.plot(GRID, law, "--", color=figure.GREEN, label="幂律 power law")
    ax.plot(GRID, network, "-.", color=figure.BLUE, label="网络 network")
    ax.plot(length, measured, "o", color=figure.ORANGE, markersize=4, label="测量 data")
    ax.set(xlabel="摆长 length (m)", ylabel="周期 period (s)", xlim=(0, 8), ylim=(0, 8))
    ax.legend(fontsize=9, loc="upper left")
    figure.save(fig, "when-not-deep-learning.svg")


if __name__ == "__main__":
    fits = [pendulum(seed) for seed in range(SEEDS)]
    print("mean relative error    0.2 to 1 m  4 to 8 m")
    for name, k in (("power law", 2), ("network", 3)):
        inside, outside = (np.mean([misses(f[k], *r) for f in fits]) for r in ((0.2, 1), (4, 8)))
        print(f"{name:20} {inside:10.1%} {outside:10.0%}")
    flat, pool = np.mean([sets(seed) for seed in range(SEEDS)], axis=0)
    print(f"sets: network on the list {flat:.2f}, linear on pooled features {pool:.2f}")
    train, test = np.mean([parity(seed) for seed in range(SEEDS)], axis=0)
    print(f"parity: training {train:.2f}, test {test:.2f}")
    draw(*fits[0])
