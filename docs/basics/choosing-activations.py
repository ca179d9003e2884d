"""Evidence for choosing-activations: what output activation and loss together do to the gradient of the logit."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import expit, log_softmax, softmax

from qa import figure

Array = np.ndarray


# --8<-- [start:stable]
def cross_entropy_from_logit(o: Array, y: Array) -> Array:
    """Binary cross-entropy of sigmoid(o), without ever forming the sigmoid."""
    return np.maximum(o, 0) - o * y + np.log1p(np.exp(-np.abs(o)))
# --8<-- [end:stable]


# --8<-- [start:gradients]
def sigmoid_cross_entropy(o: float) -> float:
    """Slope of -log sigmoid(o) for the label 1."""
    return expit(o) - 1


def sigmoid_squared(o: float) -> float:
    """Slope of (sigmoid(o) - 1)² / 2."""
    s = expit(o)
    return (s - 1) * s * (1 - s)


def tanh_squared(o: float) -> float:
    """Slope of (tanh(o) - 1)² / 2, labels being -1 and 1."""
    t = np.tanh(o)
    return (t - 1) * (1 - t**2)
# --8<-- [end:gradients]


Slope = Callable[[float], float]
PAIRS: tuple[tuple[str, Slope, str], ...] = (
    ("sigmoid + cross-entropy", sigmoid_cross_entropy, figure.BLUE),
    ("sigmoid + squared error", sigmoid_squared, figure.RED),
    ("tanh + squared error", tanh_squared, figure.ORANGE),
)


def path(slope: Slope, start: float, steps: int) -> Array:
    """The logit under gradient descent with learning rate 1."""
    o = [start]
    for _ in range(steps):
        o.append(o[-1] - slope(o[-1]))
    return np.array(o)


def recovery() -> Iterator[str]:
    """The slope at a confidently wrong logit, and the number of steps until it has the right sign."""
    for name, slope, _ in PAIRS:
        steps = int(np.argmax(path(slope, -6.0, 15_000) > 0))
        yield f"{name}: slope at o = -6: {slope(-6.0):.1e}, steps to o > 0: {steps:,}"


def large_logit() -> Iterator[str]:
    """The loss of a very wrong logit, by way of the probability and directly."""
    with np.errstate(divide="ignore"):
        naive = -np.log(expit(-800.0))
    direct = cross_entropy_from_logit(np.array(-800.0), np.array(1.0))
    yield f"o = -800, label 1: loss from the probability {naive:.0f}, from the logit {direct:.0f}"


def twice() -> Iterator[str]:
    """Softmax applied twice: the best possible probability and loss for ten classes."""
    once = softmax(np.array([100.0] + [0.0] * 9))
    again = log_softmax(once)
    yield f"softmax twice, 10 classes: best probability {np.exp(again[0]):.3f}, best loss {-again[0]:.2f}"


def two_labels() -> Iterator[str]:
    o = np.array([8.0, 8.0, -8.0])
    yield f"two labels present, one absent: softmax {np.round(softmax(o), 2)}, sigmoids {np.round(expit(o), 2)}"


def positive_target() -> Iterator[str]:
    """Slope of half the squared error at o = -1 for the target 2, with ReLU and with softplus at the output."""
    o, y = -1.0, 2.0
    relu = abs((max(o, 0) - y) * (o > 0))
    softplus = (np.log1p(np.exp(o)) - y) * expit(o)
    yield f"target 2, o = -1: slope with ReLU {relu:.2f}, with softplus {softplus:.2f}"


def base_rate() -> Iterator[str]:
    yield f"one positive in a hundred: starting bias {np.log(0.01 / 0.99):.1f}"


def draw() -> None:
    """Left the slope over the logit for the label 1, right the logit under gradient descent."""
    fig, (left, right) = figure.new(1, 2, height=3.0)
    o = np.linspace(-8, 4, 121)
    labels = ((-6.3, -0.93, "σ + CE"), (-4.4, -0.2, "σ + MSE"), (-1.6, -1.13, "tanh + MSE"))
    for (_, slope, color), (x, y, text) in zip(PAIRS, labels, strict=True):
        left.plot(o, [slope(v) for v in o], color=color)
        left.text(x, y, text, color=color, ha="right" if "tanh" in text else "center")
    left.set(xlabel="o   (y = 1)", ylabel="∂L/∂o", ylim=(-1.3, 0.1))
    steps = np.unique(np.logspace(0, 4.5, 150).astype(int))
    labels = ((1.2, 2.5, "σ + CE"), (9, -3.2, "σ + MSE"), (1.4e4, -3.2, "tanh + MSE"))
    for (_, slope, color), (x, y, text) in zip(PAIRS, labels, strict=True):
        right.semilogx(steps, path(slope, -6.0, int(steps[-1]))[steps], color=color)
        right.text(x, y, text, color=color)
    right.set(xlabel="步数 steps", ylabel="o", xlim=(0.7, 5e5), ylim=(-7, 8))
    figure.save(fig, "choosing-activations.svg")


if __name__ == "__main__":
    for lines in recovery, two_labels, positive_target, twice, large_logit, base_rate:
        print(*lines(), sep="\n")
    draw()
