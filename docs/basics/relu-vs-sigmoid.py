"""Evidence for relu-vs-sigmoid: gradients through depth, training on digits, zeros, dead units and saturation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray


@dataclass(frozen=True)
class Activation:
    """A function, its derivative written with its output, and the variance of a weight times the fan-in."""

    name: str
    f: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    gain: float
    color: str = figure.GREY


# --8<-- [start:slopes]
SIGMOID = Activation("sigmoid", expit, lambda s: s * (1 - s), gain=1.0, color=figure.RED)
TANH = Activation("tanh", np.tanh, lambda t: 1 - t**2, gain=1.0, color=figure.ORANGE)
RELU = Activation("ReLU", lambda z: np.maximum(z, 0), lambda a: (a > 0) * 1.0, gain=2.0, color=figure.BLUE)
LEAKY = Activation("Leaky ReLU", lambda z: np.maximum(z, 0.01 * z), lambda a: np.where(a > 0, 1, 0.01), gain=2.0)
# --8<-- [end:slopes]
PLAIN = Activation("ReLU, 1/n", RELU.f, RELU.slope, gain=1.0, color=figure.GREEN)
COMPARED = SIGMOID, TANH, RELU, PLAIN


Z = np.linspace(-10, 10, 20_002)  # a grid that avoids the kink at 0
DENSITY = np.exp(-Z * Z / 2) / np.exp(-Z * Z / 2).sum()


def normal_mean(values: Array) -> float:
    """The mean of a function of a standard normal variable, given by its values on the grid Z."""
    return float(values @ DENSITY)


def moments() -> Iterator[str]:
    """Mean output and mean squared slope for a unit normal input."""
    for a in SIGMOID, TANH, RELU:
        out = a.f(Z)
        mean, square = normal_mean(out), normal_mean(a.slope(out) ** 2)
        factor = np.sqrt(a.gain * square)
        yield f"{a.name:8} mean {abs(mean):.3f}  mean squared slope {square:.3f}  one layer {factor:.2f}"


@cache
def gradient_norms(nets: int = 10, depth: int = 30, width: int = 256) -> dict[str, Array]:
    """Norm of the gradient after each layer on its way down, relative to the top: root mean square of ten networks."""
    rng, squares = np.random.default_rng(0), {a.name: np.zeros(depth + 1) for a in COMPARED}
    for _ in range(nets):
        layers = rng.normal(size=(depth, width, width)) / np.sqrt(width)
        x, g = rng.normal(size=(2, 16, width))
        for a in COMPARED:
            squares[a.name] += squared_norms(a, layers * np.sqrt(a.gain), x, g) / nets
    return {name: np.sqrt(values) for name, values in squares.items()}


def squared_norms(a: Activation, layers: Array, x: Array, g: Array) -> Array:
    """The squared norms for one network, input x and gradient g at the top."""
    outs, squares = [x], [np.sum(g * g)]
    for w in layers:
        outs.append(a.f(outs[-1] @ w))
    for w, out in zip(layers[::-1], outs[:0:-1], strict=True):
        g = (g * a.slope(out)) @ w.T
        squares.append(np.sum(g * g))
    return np.array(squares) / squares[0]


@cache
def digits_data() -> tuple[Array, Array]:
    """Standardized images and labels, shuffled once."""
    data = load_digits()
    order = np.random.default_rng(1).permutation(len(data.data))
    return (data.data[order] - data.data.mean()) / data.data.std(), data.target[order]


def train(a: Activation, hidden: int, rate: float, size: int, epochs: int, seed: int = 0) -> tuple[float, float, float]:
    """Plain SGD on the digits: accuracy on `size` training and 797 test images, share of zeros in the last layer."""
    rng = np.random.default_rng(seed)
    x, y = digits_data()
    widths = [64] + [64] * hidden + [10]
    ws = [rng.normal(size=(m, n)) * np.sqrt(a.gain / m) for m, n in pairwise(widths)]
    bs = [np.zeros(n) for n in widths[1:]]
    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(size), size // 25):
            step(a, ws, bs, x[batch], np.eye(10)[y[batch]], rate)
    *_, last, logits = outputs(a, ws, bs, x)
    right = logits.argmax(axis=1) == y
    return float(right[:size].mean()), float(right[1000:].mean()), float((last == 0).mean())


def outputs(a: Activation, ws: list[Array], bs: list[Array], x: Array) -> list[Array]:
    """The input, every hidden layer and the logits."""
    result = [x]
    for w, b in zip(ws[:-1], bs[:-1], strict=True):
        result.append(a.f(result[-1] @ w + b))
    return [*result, result[-1] @ ws[-1] + bs[-1]]


def step(a: Activation, ws: list[Array], bs: list[Array], x: Array, y: Array, rate: float) -> None:
    """One step of SGD on the cross-entropy, in place."""
    outs = outputs(a, ws, bs, x)
    q = np.exp(outs[-1] - outs[-1].max(axis=1, keepdims=True))
    g = (q / q.sum(axis=1, keepdims=True) - y) / len(x)
    for i in reversed(range(len(ws))):
        w_bar, b_bar = outs[i].T @ g, g.sum(axis=0)
        if i:
            g = (g @ ws[i].T) * a.slope(outs[i])
        ws[i] -= rate * w_bar
        bs[i] -= rate * b_bar


def digits() -> Iterator[str]:
    """One decimal: rounding errors grow in a deep network and move the second one."""
    for hidden in 1, 8:
        for a in SIGMOID, TANH, RELU:
            best = max(train(a, hidden, rate, 1000, 10)[0] for rate in (0.05, 0.3))
            yield f"{hidden} hidden, {a.name:8}: training accuracy {best:.1f}"


def overfitting() -> Iterator[str]:
    for a in TANH, LEAKY, RELU:
        runs = np.array([train(a, 2, 0.1, 100, 60, seed) for seed in range(6)])
        right, test, zeros = runs.mean(axis=0)
        yield f"{a.name:10} zeros {zeros:.1f}  training accuracy {right:.2f}  test accuracy {test:.2f}"


def born_dead(width: int, depth: int, nets: int) -> float:
    """Share of random ReLU networks whose last layer is zero for all of 20 inputs."""
    rng = np.random.default_rng(0)
    h = rng.normal(size=(nets, 20, width))
    for _ in range(depth):
        h = np.maximum(h @ (rng.normal(size=(nets, width, width)) * np.sqrt(2 / width)), 0)
    return float((h.max(axis=(1, 2)) == 0).mean())


def settled_inputs(gain: float) -> Array:
    """The grid Z, stretched to the variance that the inputs of a deep sigmoid network settle at."""
    variance = 1.0
    for _ in range(20):
        variance = gain * normal_mean(expit(np.sqrt(variance) * Z) ** 2)
    return np.sqrt(variance) * Z


def critical_sigmoid() -> tuple[float, float]:
    """n·Var(w) at which a deep sigmoid network keeps its gradient, and its share of units with slope below 0.01."""
    slopes = lambda gain: SIGMOID.slope(expit(settled_inputs(gain)))  # noqa: E731
    gain = brentq(lambda gain: gain * normal_mean(slopes(gain) ** 2) - 1, 4, 400, xtol=0.1)
    return gain, normal_mean(slopes(gain) < 0.01)


def depth() -> Iterator[str]:
    for name, norms in gradient_norms().items():
        yield f"{name:9} after 10 layers {norms[10]:.1e}, after 30 layers {norms[30]:.1e}"


def extremes() -> Iterator[str]:
    for width, nets in (4, 300), (64, 30):
        yield f"50 layers of {width:2}: dead at birth {born_dead(width, 50, nets):.2f}"
    gain, share = critical_sigmoid()
    yield f"sigmoid that keeps its gradient: n·Var(w) about {gain:.0e}, units with slope below 0.01: {share:.1f}"


def draw() -> None:
    """Left the three derivatives, right the norm of the gradient on its way down."""
    fig, (left, right) = figure.new(1, 2, height=3.0)
    z = np.linspace(-6, 6, 241)
    for a in SIGMOID, TANH:
        left.plot(z, a.slope(a.f(z)), color=a.color)
    left.plot([-6, 0, 0, 6], [0, 0, 1, 1], color=RELU.color)
    left.text(3.6, 1.04, "ReLU′", color=RELU.color, ha="center")
    left.text(-1.0, 0.62, "tanh′", color=TANH.color, ha="right")
    left.text(-2.4, 0.17, "σ′", color=SIGMOID.color, ha="center")
    left.set(xlabel="z", ylabel="φ′(z)", ylim=(-0.05, 1.15))
    labels = ((RELU, 30, 60, "ReLU, 2/n"), (TANH, 30, 2e-3, "tanh, 1/n"), (PLAIN, 30, 2e-8, "ReLU, 1/n"))
    for a, x, y, label in (*labels, (SIGMOID, 23, 1e-17, "σ, 1/n")):
        right.semilogy(gradient_norms()[a.name], color=a.color)
        right.text(x, y, label, color=a.color, ha="right")
    right.set(xlabel="经过的层数 layers passed", ylabel="‖g‖ / ‖g₀‖", ylim=(1e-20, 1e4))
    figure.save(fig, "relu-vs-sigmoid.svg")


if __name__ == "__main__":
    for lines in moments, depth, digits, overfitting, extremes:
        print(*lines(), sep="\n")
    draw()
