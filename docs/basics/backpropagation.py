"""Evidence for backpropagation: a two-layer network by hand, checked numerically, and what the backward pass costs."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from qa import figure

Array = np.ndarray
Arrays = dict[str, Array]


# --8<-- [start:network]
def forward(p: Arrays, x: Array, y: Array) -> tuple[float, Arrays]:
    """Mean cross-entropy of softmax(tanh(x W1 + b1) W2 + b2), and what the backward pass will need."""
    h = np.tanh(x @ p["W1"] + p["b1"])
    o = h @ p["W2"] + p["b2"]
    log_q = o - np.log(np.exp(o).sum(axis=1, keepdims=True))
    return float(-(y * log_q).sum() / len(x)), {"x": x, "h": h, "q": np.exp(log_q)}


def backward(p: Arrays, kept: Arrays, y: Array) -> Arrays:
    """The gradient of the loss for every parameter, from the output back to the input."""
    o_bar = (kept["q"] - y) / len(y)
    h_bar = o_bar @ p["W2"].T
    z_bar = h_bar * (1 - kept["h"] ** 2)
    return {
        "W1": kept["x"].T @ z_bar, "b1": z_bar.sum(axis=0),
        "W2": kept["h"].T @ o_bar, "b2": o_bar.sum(axis=0),
    }
# --8<-- [end:network]


def wrong_backward(p: Arrays, kept: Arrays, y: Array) -> Arrays:
    """The same with a slip that circulates: tanh' taken as -tanh² instead of 1 - tanh²."""
    o_bar = (kept["q"] - y) / len(y)
    z_bar = (o_bar @ p["W2"].T) * -(kept["h"] ** 2)
    return backward(p, kept, y) | {"W1": kept["x"].T @ z_bar, "b1": z_bar.sum(axis=0)}


# --8<-- [start:check]
def numerical(p: Arrays, x: Array, y: Array, step: float) -> Arrays:
    """Central differences: two forward passes for each single parameter."""
    result = {name: np.zeros_like(value) for name, value in p.items()}
    for name, value in p.items():
        for i in np.ndindex(value.shape):
            kept = value[i]
            value[i] = kept + step
            above = forward(p, x, y)[0]
            value[i] = kept - step
            result[name][i] = (above - forward(p, x, y)[0]) / (2 * step)
            value[i] = kept
    return result
# --8<-- [end:check]


def relative_error(a: Arrays, b: Arrays) -> float:
    """Norm of the difference, divided by the sum of the norms, over all parameters together."""
    u, v = (np.concatenate([g[name].ravel() for name in sorted(g)]) for g in (a, b))
    return float(np.linalg.norm(u - v) / (np.linalg.norm(u) + np.linalg.norm(v)))


def problem(d: int = 4, h: int = 5, k: int = 3, batch: int = 8) -> tuple[Arrays, Array, Array]:
    """Random parameters, inputs and one-hot labels."""
    rng = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {"W1": (d, h), "b1": (h,), "W2": (h, k), "b2": (k,)}
    p = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return p, rng.normal(size=(batch, d)), np.eye(k)[rng.integers(k, size=batch)]


def changed(before: Arrays, after: Arrays) -> int:
    return sum(int((before[name] != after[name]).sum()) for name in before)


def who_changes_what() -> Iterator[str]:
    """Which of the three steps touches the parameters."""
    p, x, y = problem()
    start = {name: value.copy() for name, value in p.items()}
    loss, kept = forward(p, x, y)
    yield f"forward : loss {loss:.3f}, parameters changed {changed(start, p)} of {sum(v.size for v in p.values())}"
    gradient = backward(p, kept, y)
    yield f"backward: loss {forward(p, x, y)[0]:.3f}, parameters changed {changed(start, p)}"
    p = {name: value - 0.5 * gradient[name] for name, value in p.items()}
    yield f"SGD step: loss {forward(p, x, y)[0]:.3f}, parameters changed {changed(start, p)}"


def checks() -> Iterator[str]:
    """Backward pass against central differences for several steps; rounding noise only as a bound."""
    p, x, y = problem()
    kept = forward(p, x, y)[1]
    right, wrong = backward(p, kept, y), wrong_backward(p, kept, y)
    for step in 1e-1, 1e-2, 1e-3:
        yield f"step {step:.0e}: relative error {relative_error(right, numerical(p, x, y, step)):.0e}"
    yield f"step 1e-05: relative error below 1e-8: {relative_error(right, numerical(p, x, y, 1e-5)) < 1e-8}"
    yield f"step 1e-12: relative error above 1e-6: {relative_error(right, numerical(p, x, y, 1e-12)) > 1e-6}"
    yield f"with tanh' = -tanh²: relative error {relative_error(wrong, numerical(p, x, y, 1e-5)):.2f}"


def multiply_adds(widths: list[int]) -> tuple[int, int]:
    """Multiply-adds per example, forward and backward, of a dense network (matrix products only)."""
    layers = [a * b for a, b in pairwise(widths)]
    return sum(layers), 2 * sum(layers) - layers[0]  # the gradient of the input is not needed


def costs() -> Iterator[str]:
    for name, widths in ("784-512-512-10", [784, 512, 512, 10]), ("50 layers of 512", [512] * 51):
        ahead, back = multiply_adds(widths)
        size = sum((a + 1) * b for a, b in pairwise(widths))
        yield f"{name}: {size:,} parameters, forward {ahead:,}, backward {back:,}, ratio {back / ahead:.2f}"
    batch, width = 64, 256
    yield f"Jacobian of a 256→256 layer for its weights, batch 64: {batch * width * width * width:,} numbers"
    yield f"its vector-Jacobian product: {width * width:,} numbers"
    vector_first, matrices_first = 50 * 512**2, 49 * 512**3 + 512**2
    yield f"50 Jacobians 512×512: vector first {vector_first:.1e}, matrices first {matrices_first:.1e} multiply-adds"


def draw() -> None:
    """The graph of the network: values to the right, gradients to the left, kept activations in between."""
    fig, ax = figure.blank(3.5, 14.4, 7.0)
    xs, w, high, low = (0.2, 3.4, 6.6, 9.8, 13.0), 1.2, 4.7, 2.1
    values = ("X\nB×d", "Z\nB×h", "H\nB×h", "O\nB×k", "L\n1")
    for x, text in zip(xs, values, strict=True):
        figure.box(ax, x, high, w, 1.2, text, figure.BLUE)
    for x, text in zip(xs[1:], ("Z̄\nB×h", "H̄\nB×h", "Ō\nB×k", "1"), strict=True):
        figure.box(ax, x, low, w, 1.2, text, figure.ORANGE)
    for a, b, text in zip(xs, xs[1:], ("W₁, b₁", "tanh", "W₂, b₂", "softmax, CE"), strict=False):
        figure.arrow(ax, (a + w + 0.1, high + 0.6), (b - 0.1, high + 0.6), figure.BLUE)
        ax.text((a + w + b) / 2, high + 0.8, text, ha="center", va="bottom", size=9)
    for a, b, text in zip(xs[1:], xs[2:], ("⊙ (1−H²)", "W₂ᵀ", "(Q−Y)/B"), strict=False):
        figure.arrow(ax, (b - 0.1, low + 0.6), (a + w + 0.1, low + 0.6), figure.ORANGE)
        ax.text((a + w + b) / 2, low + 0.8, text, ha="center", va="bottom", size=9)
    for x, text in (xs[1], "W̄₁ = XᵀZ̄ (d×h)"), (xs[3], "W̄₂ = HᵀŌ (h×k)"):
        figure.arrow(ax, (x + w / 2, low - 0.1), (x + w / 2, low - 0.85), figure.ORANGE)
        ax.text(x + w / 2, low - 1.0, text, ha="center", va="top", size=9)
    for start, end, bend in (0.8, 2.9, 0.1), (7.6, 9.0, 0.0):
        figure.arrow(ax, (start, high - 0.1), (end, 0.85), figure.GREY, bend)
    figure.arrow(ax, (xs[2] + 0.2, high - 0.1), ((xs[1] + w + xs[2]) / 2, low + 1.4), figure.GREY, -0.12)
    figure.arrow(ax, (12.0, high + 0.45), (12.0, low + 1.4), figure.GREY)
    ax.text(12.15, 4.2, "Q", color=figure.GREY, size=9)
    ax.text(0, 6.75, "前向 forward →", color=figure.BLUE, va="top", size=9)
    ax.text(14.4, 0.6, "← 反向 backward", color=figure.ORANGE, ha="right", size=9)
    ax.text(0.0, 2.6, "存下的值\nkept values", color=figure.GREY, size=9)
    figure.save(fig, "backpropagation.svg")


if __name__ == "__main__":
    for lines in who_changes_what, checks, costs:
        print(*lines(), sep="\n")
    draw()
