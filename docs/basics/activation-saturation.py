"""Evidence for activation-saturation: tails of the slopes, time to leave them, products of slopes, rounding, digits."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.special import erf, erfc, expit
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
Slope = Callable[[Array], Array]


def gelu_slope(z: Array) -> Array:
    return (1 + erf(z / np.sqrt(2))) / 2 + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


SLOPES: dict[str, Slope] = {
    "sigmoid": lambda z: expit(z) * expit(-z),
    "tanh": lambda z: 1 / np.cosh(z) ** 2,
    "ReLU": lambda z: np.where(z > 0, 1.0, 0.0),
    "ELU": lambda z: np.where(z > 0, 1.0, np.exp(np.minimum(z, 0))),
    "SiLU": lambda z: expit(z) * (1 + z * expit(-z)),
    "GELU": gelu_slope,
}


def show_tails() -> None:
    """Slopes to the right and to the left of zero."""
    for name, slope in SLOPES.items():
        values = (f"{float(slope(np.array(z))):8.1e}" for z in (6.0, -3.0, -6.0))
        print(f"{name:8} z = 6, -3, -6: ", " ".join(values))


# --8<-- [start:escape]
def steps_to_zero(slope: Slope, z: float, pull: float = 1.0) -> int:
    """Gradient descent on z itself, with a constant pull from above."""
    steps = 0
    while z > 0:
        z -= pull * float(slope(np.array(z)))
        steps += 1
    return steps


def sigmoid_time(z: Array) -> Array:
    return 2 * z + 2 * np.sinh(z)


def tanh_time(z: Array) -> Array:
    return z / 2 + np.sinh(2 * z) / 4


# --8<-- [end:escape]


def show_escape() -> None:
    """The formulas against the descent, which takes steps of finite size."""
    for name, time, starts in (("sigmoid", sigmoid_time, (2, 5, 8)), ("tanh", tanh_time, (2, 4, 5))):
        for z in starts:
            steps = steps_to_zero(SLOPES[name], float(z), pull=0.25)
            print(f"{name:8} from z = {z}: formula {float(time(np.array(z))):6.0f}   descent {steps / 4:6.0f}")


# --8<-- [start:product]
def typical_product(slope: Slope, spread: float, layers: int = 10) -> float:
    """The median of the product of slopes along a path, z normal."""
    rng = np.random.default_rng(0)
    z = spread * rng.standard_normal((layers, 20_001))
    return float(np.median(np.prod(slope(z), axis=0)))


# --8<-- [end:product]


def show_products() -> None:
    """Ten layers: the bound, then the median for three spreads, then the paths that a ReLU leaves open."""
    print(f"bound for sigmoid, (1/4)^10: {0.25**10:.0e}; for tanh: 1")
    for spread in 1, 3, 10:
        medians = (f"{name} {typical_product(SLOPES[name], spread):.0e}" for name in ("sigmoid", "tanh"))
        share = erfc(np.arccosh(49) / spread / np.sqrt(2))  # slope 1/(2 + 2 cosh z) below 0.01
        print(f"spread {spread:2}:", "  ".join(medians), f"  sigmoid slope < 0.01 at {share:.2f}")
    print(f"ReLU: product 1 on a share of {2**-10:.1e} of the paths, otherwise 0")


def show_rounding() -> None:
    """The first z, in steps of 0.1, whose computed slope s(1 - s) is exactly 0."""
    z = np.arange(0, 400) / 10
    for kind in np.float32, np.float16:
        s = expit(z).astype(kind)
        print(f"{kind.__name__}: s(1 - s) is exactly 0 from z = {z[(s * (1 - s) == 0).argmax()]:.1f}")


def forward(x: Array, ws: list[Array]) -> list[Array]:
    """Input, tanh layers, logits."""
    outs = [x]
    for w in ws[:-1]:
        outs.append(np.tanh(outs[-1] @ w))
    return [*outs, outs[-1] @ ws[-1]]


@cache
def digits() -> tuple[Array, Array]:
    """Standardized images and labels."""
    data = load_digits()
    return (data.data - data.data.mean()) / data.data.std(), data.target


def train(scale: float, rate: float, seed: int, epochs: int = 6) -> tuple[float, float]:
    """Two tanh layers on digits, hidden weights multiplied by `scale`: saturated at the start, test accuracy."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(1797)
    x, y = (a[order] for a in digits())
    ws = [rng.standard_normal((m, n)) / np.sqrt(m) for m, n in pairwise((64, 64, 64, 10))]
    ws[0], ws[1] = scale * ws[0], scale * ws[1]
    start = float(np.mean([np.mean(1 - h**2 < 0.01) for h in forward(x, ws)[1:-1]]))
    for batch in (b for _ in range(epochs) for b in np.array_split(rng.permutation(1200), 40)):
        step(x[batch], np.eye(10)[y[batch]], ws, rate)
    return start, float(np.mean(forward(x[1200:], ws)[-1].argmax(axis=1) == y[1200:]))


def step(x: Array, y: Array, ws: list[Array], rate: float) -> None:
    """One step of SGD on the cross-entropy, in place."""
    outs = forward(x, ws)
    q = np.exp(outs[-1] - outs[-1].max(axis=1, keepdims=True))
    g = (q / q.sum(axis=1, keepdims=True) - y) / len(x)
    for i in reversed(range(len(ws))):
        below = (g @ ws[i].T) * (1 - outs[i] ** 2) if i else g
        ws[i] -= rate * outs[i].T @ g
        g = below


def show_digits() -> None:
    """Mean of four seeds at two rates; higher ones are chaotic for the largest weights."""
    for scale in 1, 4, 16:
        runs = np.array([[train(scale, rate, seed) for seed in range(4)] for rate in (0.1, 0.3)])
        right = runs[:, :, 1].mean(axis=1)
        share = runs[0, :, 0].mean()
        print(f"weights times {scale:2}: saturated {share:.2f}   rate 0.1: {right[0]:.2f}   rate 0.3: {right[1]:.2f}")


def show_shift() -> None:
    """Saturation without a shift, and a shift without saturation."""
    z = np.random.default_rng(0).standard_normal(10_000)
    same = 20 * z
    print(f"no shift, z 20 times as wide: sigmoid slope < 0.01 at {np.mean(SLOPES['sigmoid'](same) < 0.01):.2f}")
    before, after = 0.1 * z, 0.1 * z + 0.5
    slopes = SLOPES["sigmoid"](after)
    print(f"shift by 5 standard deviations, {before.std():.1f} each: smallest slope {slopes.min():.2f}")


def draw() -> None:
    """Left the slopes on a logarithmic axis, right the time to come back to zero."""
    fig, (left, right) = figure.new(1, 2, height=2.9)
    z = np.linspace(-8, 8, 161)
    for name, color in (("sigmoid", figure.RED), ("tanh", figure.ORANGE), ("ELU", figure.GREEN)):
        left.semilogy(z, SLOPES[name](z), color=color)
    left.semilogy([0, 8], [1, 1], "--", color=figure.BLUE)
    left.text(-7.8, 2.0, "ReLU′ = 0 (z < 0)", color=figure.BLUE, fontsize=9)
    left.text(-5.2, 2e-2, "ELU′", color=figure.GREEN, ha="right")
    left.text(5.0, 2e-2, "σ′", color=figure.RED)
    left.text(3.6, 6e-5, "tanh′", color=figure.ORANGE, ha="right")
    left.set(xlabel="z", ylabel="φ′(z)", ylim=(1e-7, 8))
    start = np.linspace(0.1, 8, 80)
    right.semilogy(start, sigmoid_time(start), color=figure.RED)
    right.semilogy(start, tanh_time(start), color=figure.ORANGE)
    right.semilogy(start, start / 0.01, color=figure.PURPLE)
    right.text(7.8, 3e3 / 16, "σ", color=figure.RED, ha="right")
    right.text(5.6, 1e5, "tanh", color=figure.ORANGE, ha="right")
    right.text(0.3, 3000, "Leaky ReLU, 0.01", color=figure.PURPLE, fontsize=9)
    right.set(xlabel="z₀", ylabel="T · g")
    figure.save(fig, "activation-saturation.svg")


if __name__ == "__main__":
    show_tails()
    show_escape()
    show_products()
    show_rounding()
    show_digits()
    show_shift()
    draw()
