"""Evidence for gan-vs-autoencoder: one bottleneck with two decoders, and one Gaussian fitted to two modes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from qa import figure

Array = NDArray[np.float64]
X: Array = np.linspace(-25.0, 25.0, 20_001)
DX = X[1] - X[0]


def normal(mu: float, s: float) -> Array:
    return np.exp(-0.5 * ((X - mu) / s) ** 2) / (s * np.sqrt(2 * np.pi))


# --8<-- [start:decoders]
def circle(n: int) -> Array:
    """`n` points on the unit circle, the data; the code keeps the first coordinate alone."""
    t = 2 * np.pi * (np.arange(n) + 0.5) / n
    return np.stack([np.cos(t), np.sin(t)], axis=1)


def mean_decoder(code: Array) -> Array:
    """What squared error asks for: the average of all data points with this code."""
    return np.stack([code, np.zeros_like(code)], axis=1)


def sampling_decoder(code: Array, coin: Array) -> Array:
    """What a perfect adversary asks for: one of the data points with this code, drawn at random."""
    return np.stack([code, coin * np.sqrt(1 - code**2)], axis=1)
# --8<-- [end:decoders]


def report(name: str, x: Array, out: Array) -> None:
    error = ((x - out) ** 2).sum(1).mean()
    off = np.abs(1 - np.linalg.norm(out, axis=1))
    detected = (1 + (off > 1e-6).mean()) / 2  # the adversary says "decoded" to whatever is not on the circle
    print(f"{name:16s} squared error {error:.2f}   mean distance from the circle {off.mean():.2f}", end="   ")
    print(f"adversary's accuracy {detected:.2f}")


def kl(p: Array, q: Array) -> float:
    return float((p * (np.log(np.maximum(p, 1e-300)) - np.log(np.maximum(q, 1e-300)))).sum() * DX)


def jsd(p: Array, q: Array) -> float:
    m = (p + q) / 2
    return (kl(p, m) + kl(q, m)) / 2


def fit(divergence: Callable[[Array], float]) -> tuple[float, float]:
    """Mean and deviation of the Gaussian with the smallest `divergence`: the better of a wide and a narrow start."""
    starts = [0.5, 0.5], [2.5, -0.5]
    runs = [minimize(lambda v: divergence(normal(v[0], np.exp(v[1]))), start, method="Nelder-Mead") for start in starts]
    best = min(runs, key=lambda run: round(run.fun, 6))
    return round(float(best.x[0]), 3) + 0.0, float(np.exp(best.x[1]))


def describe(name: str, data: Array, fitted: tuple[float, float]) -> None:
    """Where the fit puts its mass: off the data (density there under 1 % of the peak), and right of zero."""
    q, gap, right = normal(*fitted), data < 0.01 * data.max(), X > 0
    print(
        f"{name:16s} mean {fitted[0]:.2f}  deviation {fitted[1]:.2f}   "
        f"off the data {q[gap].sum() * DX:.2f}   right of 0 {q[right].sum() * DX:.2f}   JSD {jsd(data, q):.2f}"
    )


def draw(data: Array, fits: list[tuple[float, float]]) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    x = circle(400)
    left.plot(x[:, 0], x[:, 1], color=figure.GREY, linewidth=1.0)
    dots = circle(14)
    for point in dots:
        left.plot([point[0], point[0]], [point[1], 0], color=figure.GREY, linewidth=0.6)
    left.plot(dots[:, 0], dots[:, 1], "o", color=figure.ORANGE, markersize=4)
    left.plot(dots[:, 0], 0 * dots[:, 0], "o", color=figure.BLUE, markersize=5)
    left.text(1.14, 0, "E[x | z]", ha="left", va="center", color=figure.BLUE)
    left.text(0, 1.16, "x ~ p(x | z)", ha="center", color=figure.ORANGE)
    left.set(aspect="equal", xlabel="x₁ = z", ylabel="x₂", xlim=(-1.35, 2.1), ylim=(-1.3, 1.5))
    shown = (X > -9) & (X < 9)
    right.fill_between(X[shown][::20], data[shown][::20], color=figure.GREY, alpha=0.2, linewidth=0)
    for fitted, color in zip(fits, (figure.BLUE, figure.ORANGE), strict=True):
        right.plot(X[shown][::20], normal(*fitted)[shown][::20], color=color)
    right.text(4.9, 0.1, "min KL(p, q)", color=figure.BLUE)
    right.text(2.1, 0.74, "min JSD(p, q)", color=figure.ORANGE, ha="right")
    right.text(-3, 0.42, "p", ha="center", color=figure.GREY)
    right.set(xlabel="x", ylim=(0, 0.9), xlim=(-9, 9.6))
    figure.save(fig, "gan-vs-autoencoder.svg")


if __name__ == "__main__":
    x = circle(100_000)
    coin = np.random.default_rng(0).permutation(np.repeat([-1.0, 1.0], len(x) // 2))
    report("mean decoder", x, mean_decoder(x[:, 0]))
    report("sampling decoder", x, sampling_decoder(x[:, 0], coin))
    data = (normal(-3, 0.5) + normal(3, 0.5)) / 2
    fits = [fit(lambda q: kl(data, q)), fit(lambda q: jsd(data, q))]
    for name, fitted in zip(("min KL(p, q)", "min JSD(p, q)"), fits, strict=True):
        describe(name, data, fitted)
    draw(data, fits)
