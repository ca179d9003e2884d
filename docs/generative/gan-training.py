"""Evidence for gan-training: what a generator receives at a distance, a game that circles, collapse, and the FID."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from qa import figure

Array = NDArray[np.float64]
X: Array = np.linspace(-40.0, 60.0, 400_001)
DX = X[1] - X[0]


def normal(mu: float) -> Array:
    return np.exp(-0.5 * (X - mu) ** 2) / np.sqrt(2 * np.pi)


def log_sigmoid(a: Array) -> Array:
    return -np.logaddexp(0.0, -a)


# --8<-- [start:signal]
def signal(distance: float) -> tuple[float, float, float]:
    """Data N(0, 1), generator N(distance, 1), D optimal: JSD and |mean gradient| of both generator losses."""
    logit = distance * (distance / 2 - X)  # log p_data - log p_g
    d, fake = np.exp(log_sigmoid(logit)), normal(distance)
    saturating = float((fake * d).sum() * DX) * distance  # of log(1 - D)
    non_saturating = float((fake * (1 - d)).sum() * DX) * distance  # of -log D
    data_term, fake_term = normal(0.0) * log_sigmoid(logit), fake * log_sigmoid(-logit)
    return float((data_term + fake_term).sum() * DX) / 2 + np.log(2), saturating, non_saturating
# --8<-- [end:signal]


# --8<-- [start:game]
def simultaneous(x: float, y: float, eta: float) -> tuple[float, float]:
    return x - eta * y, y + eta * x


def clipped(x: float, y: float, eta: float) -> tuple[float, float]:
    return x - eta * y, min(max(y + eta * x, -0.5), 0.5)  # WGAN: the critic's one weight stays in [-0.5, 0.5]


def alternating(x: float, y: float, eta: float) -> tuple[float, float]:
    x = x - eta * y
    return x, y + eta * x


def extragradient(x: float, y: float, eta: float) -> tuple[float, float]:
    ahead = simultaneous(x, y, eta)  # look one step ahead, then step from here with the gradient found there
    return x - eta * ahead[1], y + eta * ahead[0]


def penalized(x: float, y: float, eta: float) -> tuple[float, float]:
    x = x - eta * y
    return x, y + eta * (x - y)  # the discriminator also pays y^2 / 2
# --8<-- [end:game]


def orbit(rule: Callable[[float, float, float], tuple[float, float]], steps: int, eta: float = 0.1) -> Array:
    points = [(1.0, 0.0)]
    for _ in range(steps):
        points.append(rule(*points[-1], eta))
    return np.array(points)


# --8<-- [start:collapse]
def softmax(g: Array) -> Array:
    e = np.exp(g - g.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def modes_covered(d_steps: int, g_steps: int, rounds: int = 1000, modes: int = 8) -> tuple[Array, Array]:
    """Five softmax generators, one D logit per mode: exp(entropy) and top mode, one row per round."""
    g, d = 2 * np.random.default_rng(2).standard_normal((5, modes)), np.zeros((5, modes))
    covered, top = [], []
    for _ in range(rounds):
        for _ in range(d_steps):  # ascend V
            s = 1 / (1 + np.exp(-d))
            d = d + 2 * ((1 - s) / modes - softmax(g) * s)
        for _ in range(g_steps):  # ascend the mean of log D, the non-saturating loss
            w, reward = softmax(g), -np.logaddexp(0, -d)
            g = g + 2 * w * (reward - (w * reward).sum(axis=1, keepdims=True))
        w = softmax(g)
        covered.append(np.exp(-(w * np.log(np.maximum(w, 1e-300))).sum(axis=1)))
        top.append(w.argmax(axis=1))
    return np.array(covered), np.array(top)
# --8<-- [end:collapse]


# --8<-- [start:fid]
def frechet(a: Array, b: Array) -> float:
    """Squared Fréchet distance of Gaussians fitted to two feature matrices (samples x features)."""
    ca, cb = np.cov(a.T), np.cov(b.T)
    cross = np.sqrt(np.maximum(np.linalg.eigvals(ca @ cb).real, 0)).sum()  # tr (ca cb)^(1/2)
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca) + np.trace(cb) - 2 * cross)
# --8<-- [end:fid]


def draw() -> None:
    fig, (left, right) = figure.new(1, 2, height=3.2)
    rules = simultaneous, alternating, extragradient, penalized
    for rule, color in zip(rules, (figure.RED, figure.GREY, figure.BLUE, figure.GREEN), strict=True):
        path = orbit(rule, 130)
        left.plot(path[:, 0], path[:, 1], color=color, linewidth=1.4)
    left.plot(0, 0, "o", color="black", markersize=4)
    left.set(xlabel="θ", ylabel="ψ", aspect="equal", xlim=(-2.1, 2.1), ylim=(-2.1, 2.1))
    distances = np.linspace(0.25, 10, 40)
    values = np.array([signal(float(d)) for d in distances])
    right.semilogy(distances, values[:, 1], color=figure.RED)
    right.semilogy(distances, values[:, 2], color=figure.BLUE)
    right.axhline(1, color=figure.GREEN, linestyle="--")
    right.text(3.6, 2e-4, "log(1 − D)", color=figure.RED, ha="right")
    right.text(6.0, 14, "−log D", color=figure.BLUE)
    right.text(7.6, 0.3, "Wasserstein", color=figure.GREEN, fontsize=9)
    right.set(xlabel="δ", ylabel="∣∂/∂δ∣", ylim=(1e-6, 60))
    figure.save(fig, "gan-training.svg")


if __name__ == "__main__":
    for distance in 1.0, 2.0, 4.0, 8.0:
        jsd, weak, strong = signal(distance)
        print(f"distance {distance:.0f}: JSD = {jsd:.4f}  |grad log(1-D)| = {weak:.1e}  |grad -log D| = {strong:.2f}")
    for rule in simultaneous, clipped, alternating, extragradient, penalized:
        print(f"{rule.__name__:13s}: radius after 200 steps {np.hypot(*orbit(rule, 200)[-1]):.1e}")
    for d_steps, g_steps in (5, 1), (1, 30), (1, 100):
        covered, top = (values[500:] for values in modes_covered(d_steps, g_steps))
        means, leaders = covered.mean(0), [len(set(start)) for start in top.T]
        text = f"{means.min():.1f} to {means.max():.1f} of 8"
        if means.max() < 3:  # chaotic: print it coarsely
            text = f"under {np.ceil(means.max()):.0f} of 8, each of {min(leaders)} on top in turn"
        print(f"D : G = {d_steps} : {g_steps:<3d}  effective modes in five runs: {text}")
    rng = np.random.default_rng(0)
    for n in 100, 1_000, 10_000:
        print(f"same distribution, 64 features, n = {n:6,d}: {frechet(*rng.standard_normal((2, n, 64))):.2f}")
    draw()
