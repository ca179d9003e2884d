"""Evidence for multilayer-perceptron: shapes, parameters, XOR with weights set by hand, and XOR learned."""

from itertools import pairwise

import numpy as np

from qa import figure

Array = np.ndarray
Layer = tuple[Array, Array]


# --8<-- [start:forward]
def forward(x: Array, layers: list[Layer]) -> Array:
    """Affine map and ReLU in each hidden layer, affine map alone at the end."""
    for w, b in layers[:-1]:
        x = np.maximum(x @ w + b, 0)
    w, b = layers[-1]
    return x @ w + b


def count(widths: list[int]) -> int:
    """Weights and biases of a network with these layer widths, input first."""
    return sum(n * m + m for n, m in pairwise(widths))


# --8<-- [end:forward]


# --8<-- [start:xor]
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
Y = np.array([0, 1, 1, 0], dtype=float)
BY_HAND = [
    (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])),
    (np.array([[1.0], [-2.0]]), np.array([0.0])),
]
# --8<-- [end:xor]


def random_layers(widths: list[int], rng: np.random.Generator) -> list[Layer]:
    """He-scaled weights and zero biases."""
    return [(rng.standard_normal((n, m)) * np.sqrt(2 / n), np.zeros(m)) for n, m in pairwise(widths)]


def show_shapes(widths: list[int], batch: int = 32) -> None:
    """Shapes and parameters, layer by layer."""
    rng = np.random.default_rng(0)
    for n, m in pairwise(widths):
        print(f"({batch}, {n}) @ ({n}, {m}) + ({m},)  parameters {count([n, m]):,}")
    out = forward(rng.standard_normal((batch, widths[0])), random_layers(widths, rng))
    print(f"output {out.shape}  parameters in all {count(widths):,}")


def best_affine() -> Array:
    """Least squares on XOR without a hidden layer."""
    design = np.column_stack([X, np.ones(4)])
    return design @ np.linalg.lstsq(design, Y, rcond=None)[0]


def solved(hidden: int, starts: int = 400, steps: int = 3000, rate: float = 0.1) -> float:
    """Share of random starts from which gradient descent on the squared error learns XOR; all starts at once."""
    rng = np.random.default_rng(hidden)
    w1, b1 = rng.standard_normal((starts, 2, hidden)), np.zeros((starts, 1, hidden))
    w2, b2 = rng.standard_normal((starts, hidden, 1)) * np.sqrt(2 / hidden), np.zeros((starts, 1, 1))
    for _ in range(steps):
        h = np.maximum(X @ w1 + b1, 0)
        error = (h @ w2 + b2 - Y[:, None]) / len(X)
        back = (error @ w2.transpose(0, 2, 1)) * (h > 0)
        w2 -= rate * h.transpose(0, 2, 1) @ error
        b2 -= rate * error.sum(axis=1, keepdims=True)
        w1 -= rate * X.T @ back
        b1 -= rate * back.sum(axis=1, keepdims=True)
    out = np.maximum(X @ w1 + b1, 0) @ w2 + b2
    return float((np.abs(out[..., 0] - Y).max(axis=1) < 0.5).mean())


def draw() -> None:
    """XOR before and after the hidden layer set by hand."""
    fig, axes = figure.new(1, 2, height=3.0)
    hidden = np.maximum(X @ BY_HAND[0][0] + BY_HAND[0][1], 0)
    for ax, points, name in ((axes[0], X, "x"), (axes[1], hidden, "h")):
        for label, color, marker in ((0, figure.BLUE, "o"), (1, figure.ORANGE, "s")):
            chosen = points[label == Y]
            ax.plot(chosen[:, 0], chosen[:, 1], marker, color=color, markersize=9, label=f"XOR = {label}")
        ax.set(xlabel=f"{name}₁", ylabel=f"{name}₂", aspect="equal")
    line = np.array([-0.4, 2.4])
    axes[0].plot(line, -line, "--", line, 1 - line, "--", color=figure.GREY, linewidth=1.2)
    axes[1].plot(line, (line - 0.5) / 2, "--", color=figure.GREY, linewidth=1.2)
    axes[0].set(xlim=(-0.4, 1.5), ylim=(-0.4, 1.4), xticks=[0, 1], yticks=[0, 1], title="输入 input")
    axes[1].set(xlim=(-0.4, 2.4), ylim=(-0.4, 1.4), xticks=[0, 1, 2], yticks=[0, 1], title="隐藏层 hidden")
    axes[1].annotate("(0,1), (1,0)", (1, 0), (1.15, -0.25), fontsize=9)
    axes[1].legend(fontsize=9, loc="upper left")
    figure.save(fig, "multilayer-perceptron.svg")


if __name__ == "__main__":
    show_shapes([784, 256, 128, 10])
    print("hidden", np.maximum(X @ BY_HAND[0][0] + BY_HAND[0][1], 0).tolist())
    print("by hand", forward(X, BY_HAND).ravel().tolist())
    print("best without hidden layer", np.round(best_affine(), 3).tolist())
    for hidden in 2, 4, 16:
        print(f"{hidden:2} hidden units: learned from {solved(hidden):.1f} of the starts")
    total = count([784, 128, 128, 10])
    print(f"widths 784, 128, 128, 10: {784 * 128:,} and {128 * 128:,} weights first, {total:,} in all")
    draw()
