"""Evidence for choosing-loss: what each regression loss estimates, and the gradients of two classification losses."""

from collections.abc import Callable

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from qa import figure

DELTA = 1.345


def huber_center(y: np.ndarray, delta: float, steps: int = 60) -> np.ndarray:
    """The constant with the least Huber loss, for each row of y."""
    a = np.median(y, axis=1, keepdims=True)
    for _ in range(steps):  # weighted mean; far points weigh delta / |r|
        r = np.abs(y - a)
        w = np.minimum(1, delta / np.maximum(r, 1e-12))
        a = (w * y).sum(axis=1, keepdims=True) / w.sum(axis=1, keepdims=True)
    return a[:, 0]


def samples(rng: np.random.Generator, n: int = 100, runs: int = 4000) -> dict[str, np.ndarray]:
    """Rows of noise: three symmetric around 0, one skewed with mean 1."""
    normal = rng.standard_normal((runs, n))
    dirty = normal * np.where(rng.random((runs, n)) < 0.1, 10, 1)
    return {
        "Gaussian": normal,
        "Laplace": rng.laplace(0, np.sqrt(0.5), (runs, n)),
        "10% outliers": dirty,
        "exponential": rng.exponential(1, (runs, n)),
    }


def estimates(y: np.ndarray) -> list[np.ndarray]:
    return [y.mean(axis=1), np.median(y, axis=1), huber_center(y, DELTA)]


def stable_bce(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Binary cross-entropy from logits, without overflow."""
    return np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))


# --8<-- [start:slopes]
def slope_mse(z: np.ndarray) -> np.ndarray:
    """d/dz of (p - 1)^2 / 2 with p = sigmoid(z), target 1."""
    p = expit(z)
    return (p - 1) * p * (1 - p)


def slope_bce(z: np.ndarray) -> np.ndarray:
    """d/dz of -log p: the factor p (1 - p) has cancelled."""
    return expit(z) - 1
# --8<-- [end:slopes]


def weighted_optimum(p: float, weight: float) -> float:
    """The forecast that minimizes -(w p log q + (1 - p) log(1 - q)), found on a grid."""
    q = np.linspace(0.0005, 0.9995, 1999)
    return float(q[np.argmin(-(weight * p * np.log(q) + (1 - p) * np.log(1 - q)))])


def efficiency(delta: float) -> float:
    """Variance of the mean over that of Huber's estimate, for Gaussian noise of unit variance and many points."""
    inside = 2 * norm.cdf(delta) - 1
    squared = inside - 2 * delta * norm.pdf(delta) + 2 * delta**2 * norm.sf(delta)
    return float(inside**2 / squared)


def draw() -> None:
    fig, (left, right) = figure.new(1, 2, height=2.9)
    r = np.concatenate([np.linspace(-4, -1e-9, 81), np.linspace(1e-9, 4, 81)])
    curves: list[tuple[str, Callable[[np.ndarray], np.ndarray], str, str]] = [
        ("MSE", lambda r: r, figure.BLUE, "-"),
        ("MAE", np.sign, figure.ORANGE, "--"),
        ("Huber", lambda r: np.clip(r, -DELTA, DELTA), figure.GREEN, "-"),
    ]
    for name, f, color, style in curves:
        left.plot(r, f(r), style, color=color, label=name)
    left.set(xlabel="r", ylabel="dℓ/dr", ylim=(-3.2, 3.2))
    left.legend(loc="upper left")
    z = np.linspace(-8, 4, 121)
    right.plot(z, np.abs(slope_bce(z)), color=figure.GREEN, label="−log p")
    right.plot(z, np.abs(slope_mse(z)), color=figure.BLUE, label="½(p − 1)²")
    right.set(xlabel="z", ylabel="|dℓ/dz|", ylim=(0, 1.25))
    right.legend(loc="upper right")
    figure.save(fig, "choosing-loss.svg")


if __name__ == "__main__":
    print(f"{'noise':13} {'mean':>6} {'median':>7} {'Huber':>6}")
    for name, y in samples(np.random.default_rng(0)).items():
        if name == "exponential":
            row = [e.mean() for e in estimates(y)]
            print("average estimate (true mean 1)")
        else:
            row = [np.sqrt((e**2).mean()) for e in estimates(y)]
        print(f"{name:13} {row[0]:6.2f} {row[1]:7.2f} {row[2]:6.2f}")
    for z in 0.0, -4.0, -8.0:
        a, b = float(slope_mse(np.array(z))), float(slope_bce(np.array(z)))
        print(f"z = {z:4.0f}: slope of MSE {a:8.5f}, of cross-entropy {b:6.3f}")
    with np.errstate(divide="ignore"):
        naive = float(-np.log(expit(-800.0)))
    print(f"z = -800: -log(sigmoid(z)) = {naive}, from logits {float(stable_bce(np.array(-800.0), np.array(1.0))):.0f}")
    for weight in 1.0, 9.0:
        print(f"positive weight {weight:.0f}: best forecast at p = 0.1 is {weighted_optimum(0.1, weight):.2f}")
    print(f"efficiency of Huber at delta {DELTA}, Gaussian noise: {efficiency(DELTA):.3f}")
    draw()
