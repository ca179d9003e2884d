"""Evidence for gan: the optimal discriminator, what it makes the generator minimize, and a GAN on one Gaussian."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from qa import figure

Array = NDArray[np.float64]
X: Array = np.linspace(-30.0, 30.0, 600_001)
DX = X[1] - X[0]


def normal(x: Array, mu: float, s: float) -> Array:
    return np.exp(-0.5 * ((x - mu) / s) ** 2) / (s * np.sqrt(2 * np.pi))


def kl(p: Array, q: Array) -> float:
    """KL(p, q) in nats on the grid; a density below 1e-300 counts as that."""
    floor = 1e-300
    return float((p * (np.log(np.maximum(p, floor)) - np.log(np.maximum(q, floor)))).sum() * DX)


def jsd(p: Array, q: Array) -> float:
    m = (p + q) / 2
    return (kl(p, m) + kl(q, m)) / 2


# --8<-- [start:value]
def value(d: Array, p_data: Array, p_g: Array) -> float:
    """V(D, G) when D takes the values `d` on the grid X."""
    return float((p_data * np.log(d) + p_g * np.log1p(-d)).sum() * DX)


def optimal(p_data: Array, p_g: Array) -> Array:
    return (p_data + 1e-300) / (p_data + p_g + 2e-300)
# --8<-- [end:value]


def frozen_slope(loss: Callable[[Array], Array], mu: float) -> float:
    """Derivative in mu of E[loss(D*(mu + z))] with D* held fixed, for data N(0, 1)."""
    d = np.clip(optimal(normal(X, 0.0, 1.0), normal(X, mu, 1.0)), 1e-300, 1 - 1e-16)
    h = 1e-3
    high, low = (float((normal(X, mu + e, 1.0) * loss(d)).sum() * DX) for e in (h, -h))
    return (high - low) / (2 * h)


def divergence_slope(f: Callable[[Array, Array], float], mu: float) -> float:
    """Derivative in mu of f(p_data, p_g) for p_data = N(0, 1), p_g = N(mu, 1)."""
    h, p = 1e-3, normal(X, 0.0, 1.0)
    return (f(p, normal(X, mu + h, 1.0)) - f(p, normal(X, mu - h, 1.0))) / (2 * h)


def sigmoid(a: Array) -> Array:
    return 1 / (1 + np.exp(-a))


# --8<-- [start:train]
def features(x: Array) -> Array:
    return np.stack([np.ones_like(x), x - 1, (x - 1) ** 2])


def train(steps: int, k: int, n: int = 512) -> Array:
    """A GAN: G(z) = mu + s z, D(x) = sigmoid(w . features(x)), data N(2, 0.5^2). Returns mu and s after each step."""
    rng = np.random.default_rng(0)
    mu, s, w, path = 0.0, 1.0, np.zeros(3), [(0.0, 1.0)]
    for _ in range(steps):
        for _ in range(k):  # the discriminator's turn: k ascent steps on V
            real = features(2 + 0.5 * rng.standard_normal(n))
            fake = features(mu + s * rng.standard_normal(n))
            w += 0.5 * (real @ (1 - sigmoid(w @ real)) - fake @ sigmoid(w @ fake)) / n
        z = rng.standard_normal(n)  # the generator's turn: one descent step on -log D(G(z))
        x = mu + s * z
        slope = -(1 - sigmoid(w @ features(x))) * (w[1] + 2 * w[2] * (x - 1))  # d(-log D)/dx
        mu, s = mu - 0.01 * slope.mean(), s - 0.01 * (slope * z).mean()
        path.append((mu, s))
    return np.array(path)
# --8<-- [end:train]


def draw(paths: dict[int, Array]) -> None:
    fig, (left, right) = figure.new(1, 2, height=2.9)
    x = X[(X > -4) & (X < 6)][::900]
    p, q = normal(x, 0.0, 1.0), normal(x, 2.0, 1.0)
    left.axhline(0.5, color=figure.GREY, linewidth=0.8)
    left.plot(x, p, color=figure.BLUE)
    left.plot(x, q, color=figure.ORANGE)
    left.plot(x, optimal(p, q), color=figure.GREEN, linestyle="--")
    left.text(-0.9, 0.32, "p_data", ha="right", color=figure.BLUE)
    left.text(2.9, 0.32, "p_g", color=figure.ORANGE)
    left.text(-3.9, 0.89, "D*", color=figure.GREEN)
    left.set(xlabel="x", ylim=(0, 1.05))
    right.axhline(2, color=figure.GREY, linewidth=0.8)
    right.axhline(0.5, color=figure.GREY, linewidth=0.8)
    for k, style in (10, "-"), (1, ":"):
        steps = np.arange(0, len(paths[k]), 10)
        right.plot(steps, paths[k][::10, 0], color=figure.BLUE, linestyle=style)
        right.plot(steps, paths[k][::10, 1], color=figure.ORANGE, linestyle=style)
    right.text(560, 1.72, "μ  (k = 10 —, k = 1 ···)", color=figure.BLUE, fontsize=9)
    right.text(560, 0.82, "σ", color=figure.ORANGE)
    right.set(xlabel="步 step", ylim=(0, 2.4))
    figure.save(fig, "gan.svg")


if __name__ == "__main__":
    data, fake = normal(X, 0.0, 1.0), normal(X, 2.0, 1.0)
    best = np.clip(optimal(data, fake), 1e-300, 1 - 1e-16)
    print(f"V(D*) = {value(best, data, fake):.4f}   2 JSD - log 4 = {2 * jsd(data, fake) - np.log(4):.4f}")
    half, blurred = value(np.full_like(X, 0.5), data, fake), value(0.9 * best + 0.05, data, fake)
    print(f"V(D = 1/2) = {half:.4f}   V(0.9 D* + 0.05) = {blurred:.4f}")
    for a in -5.0, 0.0, 5.0:
        d = sigmoid(np.array(a))
        print(f"logit {a:4.0f}: D = {d:.4f}   d log(1-D)/da = {-d:.4f}   d(-log D)/da = {d - 1:.4f}")
    slopes = frozen_slope(lambda d: np.log1p(-d), 2.0), divergence_slope(lambda p, q: 2 * jsd(p, q), 2.0)
    print("slope of log(1-D*), D* frozen: {:.4f}   of 2 JSD: {:.4f}".format(*slopes))
    slopes = frozen_slope(lambda d: -np.log(d), 2.0), divergence_slope(lambda p, q: kl(q, p) - 2 * jsd(p, q), 2.0)
    print("slope of -log D*, D* frozen: {:.4f}   of KL(p_g, p_data) - 2 JSD: {:.4f}".format(*slopes))
    paths = {k: train(1000, k) for k in (10, 1)}
    for k, path in paths.items():
        for step in 0, 50, 200, 1000:
            print(f"k = {k:2d}, step {step:4d}: mu = {path[step, 0]:.1f}  sigma = {path[step, 1]:.1f}")
    draw(paths)
