"""Evidence for feedforward-vs-backprop: one backward function for two architectures, training without it, its rival."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray


@dataclass(eq=False)
class Node:
    """A value in the graph, and for each parent the map from this node's gradient to the parent's."""

    value: Array
    parents: list[tuple["Node", Callable[[Array], Array]]] = field(default_factory=list)
    grad: Array = field(default_factory=lambda: np.zeros(()))


def matmul(a: Node, b: Node) -> Node:
    return Node(a.value @ b.value, [(a, lambda g: g @ b.value.T), (b, lambda g: a.value.T @ g)])


def add(a: Node, b: Node) -> Node:
    return Node(a.value + b.value, [(a, lambda g: g), (b, lambda g: g)])


def tanh(a: Node) -> Node:
    h = np.tanh(a.value)
    return Node(h, [(a, lambda g: g * (1 - h * h))])


def half_square(a: Node) -> Node:
    return Node(np.sum(a.value**2) / 2, [(a, lambda g: g * a.value)])


def topological(node: Node, seen: set[int], order: list[Node]) -> list[Node]:
    """Every node after its parents."""
    if id(node) not in seen:
        seen.add(id(node))
        for parent, _ in node.parents:
            topological(parent, seen, order)
        order.append(node)
    return order


# --8<-- [start:two]
def feed_forward(x: Node, w: Node, u: Node) -> Node:
    return half_square(matmul(tanh(matmul(x, w)), u))


def recurrent(xs: list[Node], w: Node, u: Node) -> Node:
    h = tanh(matmul(xs[0], w))
    for x in xs[1:]:
        h = tanh(add(matmul(x, w), matmul(h, u)))  # the same w, u each time
    return half_square(h)


def backward(loss: Node) -> None:
    """The algorithm; it knows nothing about the architecture."""
    loss.grad = np.ones(())
    for node in reversed(topological(loss, set(), [])):
        for parent, send in node.parents:
            parent.grad = parent.grad + send(node.grad)


# --8<-- [end:two]


def relative_error(build: Callable[[Node, Node], Node]) -> float:
    """Backward against central differences for both weight matrices."""
    rng = np.random.default_rng(0)
    weights = [Node(rng.standard_normal((4, 4)) / 2) for _ in range(2)]
    backward(build(*weights))
    return max(float(np.abs(node.grad - numeric(build, weights, node)).max()) for node in weights)


def numeric(build: Callable[[Node, Node], Node], weights: list[Node], node: Node, step: float = 1e-5) -> Array:
    """Central differences, entry by entry."""
    result = np.zeros_like(node.value)
    for i in np.ndindex(*node.value.shape):
        kept, pair = node.value[i], []
        for sign in 1, -1:
            node.value[i] = kept + sign * step
            pair.append(float(build(*weights).value))
        node.value[i] = kept
        result[i] = (pair[0] - pair[1]) / (2 * step)
    return result


def show_two() -> None:
    """The gradient is right for both graphs."""
    rng = np.random.default_rng(1)
    xs = [Node(rng.standard_normal((3, 4))) for _ in range(5)]
    for name, build in (
        ("feed-forward", lambda w, u: feed_forward(xs[0], w, u)),
        ("recurrent, 5 steps", lambda w, u: recurrent(xs, w, u)),
    ):
        print(f"{name:18} gradient right: {relative_error(build) < 1e-8}")


def loss_and_gradient(x: Array, y: Array, w: Array, u: Array) -> tuple[float, Array, Array, Array]:
    """Cross-entropy of a ReLU network with one hidden layer, its gradients and the logits."""
    h = np.maximum(x @ w, 0)
    o = h @ u
    p = np.exp(o - o.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    d = (p - y) / len(x)
    return float(-np.log((p * y).sum(axis=1)).mean()), x.T @ ((d @ u.T) * (h > 0)), h.T @ d, o


def digits(seed: int) -> tuple[Array, Array, Array, Array]:
    """Images with a constant column and one-hot labels, shuffled, and random weights."""
    rng, data = np.random.default_rng(seed), DATA
    order = rng.permutation(len(data.target))
    x = np.column_stack([data.data / 16, np.ones(len(order))])[order]
    w, u = rng.standard_normal((65, 64)) * np.sqrt(2 / 65), rng.standard_normal((64, 10)) / 8
    return x, np.eye(10)[data.target[order]], w, u


DATA = load_digits()


def accuracy(h: Array, y: Array) -> float:
    return float((h.argmax(axis=1) == y.argmax(axis=1)).mean())


def trained(seed: int, backprop: bool, refit: bool) -> float:
    """Test accuracy; gradient descent with backpropagation, or least squares for the output, or one after the other."""
    x, y, w, u = digits(seed)
    if backprop:
        for _ in range(300):
            _, gw, gu, _ = loss_and_gradient(x[:1000], y[:1000], w, u)
            w, u = w - 0.5 * gw, u - 0.5 * gu
    if refit:
        h = np.maximum(x[:1000] @ w, 0)
        u = np.linalg.solve(h.T @ h + 0.1 * np.eye(64), h.T @ y[:1000])
    return accuracy(np.maximum(x[1000:] @ w, 0) @ u, y[1000:])


def show_training() -> None:
    """Same architecture, 65-64-10, mean of three seeds."""
    for name, backprop, refit in (
        ("backpropagation, 300 steps", True, False),
        ("random hidden layer, least squares", False, True),
        ("learned hidden layer, least squares", True, True),
    ):
        print(f"{name:35} test accuracy {np.mean([trained(seed, backprop, refit) for seed in range(3)]):.2f}")


# --8<-- [start:forward_only]
def forward_only(loss: Callable[[Array], float], theta: Array, m: int) -> Array:
    """An unbiased estimate of the gradient from 2m forward passes."""
    rng, step, total = np.random.default_rng(2), 1e-5, np.zeros_like(theta)
    for _ in range(m):
        v = rng.standard_normal(theta.size)
        slope = (loss(theta + step * v) - loss(theta - step * v)) / (2 * step)
        total += slope * v
    return total / m


# --8<-- [end:forward_only]


def show_forward_only() -> None:
    """Cosine with the gradient of backpropagation, and the formula."""
    x, y, w, u = digits(0)
    x, y = x[:30], y[:30]
    _, gw, gu, _ = loss_and_gradient(x, y, w, u)
    g, theta = np.concatenate([gw.ravel(), gu.ravel()]), np.concatenate([w.ravel(), u.ravel()])

    def loss(t: Array) -> float:
        return loss_and_gradient(x, y, t[: w.size].reshape(w.shape), t[w.size :].reshape(u.shape))[0]

    print(f"parameters: {theta.size:,}")
    for m in 10, 100, 1000:
        e = forward_only(loss, theta, m)
        cosine = e @ g / np.linalg.norm(e) / np.linalg.norm(g)
        print(f"{2 * m:5,} forward passes: cosine {cosine:.2f}   formula {1 / np.sqrt(1 + (theta.size + 1) / m):.2f}")


def draw() -> None:
    """Two graphs, values in blue from left to right, gradients in orange back."""
    fig, ax = figure.blank(3.4, 14.4, 6.8)
    for y, names in ((4.8, ("x", "h₁", "h₂", "L")), (1.6, ("h₁", "h₂", "h₃", "L"))):
        xs = (3.0, 6.0, 9.0, 12.0)
        for x, name in zip(xs, names, strict=True):
            figure.box(ax, x, y - 0.45, 1.2, 0.9, name)
        for a, b in pairwise(xs):
            figure.arrow(ax, (a + 1.25, y + 0.2), (b - 0.05, y + 0.2), figure.BLUE)
            if y < 4 or a > 3:
                figure.arrow(ax, (b - 0.05, y - 0.2), (a + 1.25, y - 0.2), figure.ORANGE)
    for x, name in zip((3.0, 6.0, 9.0), ("x₁", "x₂", "x₃"), strict=True):
        figure.arrow(ax, (x + 0.6, 0.55), (x + 0.6, 1.1), figure.BLUE)
        ax.text(x + 0.6, 0.2, name, ha="center", va="center")
    for x, y, name in ((5.1, 4.8, "W₁"), (8.1, 4.8, "W₂"), (11.1, 4.8, "W₃"), (5.1, 1.6, "U"), (8.1, 1.6, "U")):
        ax.text(x, y + 0.55, name, ha="center", color=figure.BLUE)
    ax.text(0, 4.8, "前馈\nfeed-forward", va="center")
    ax.text(0, 1.6, "循环（展开）\nrecurrent", va="center")
    ax.text(3.0, 6.3, "前向 forward →", color=figure.BLUE)
    ax.text(8.6, 6.3, "← 反向 backward", color=figure.ORANGE)
    figure.save(fig, "feedforward-vs-backprop.svg")


if __name__ == "__main__":
    show_two()
    show_training()
    show_forward_only()
    draw()
