"""Evidence for linear-activations: layers that collapse, rank, circles, a saddle, modes learned in turn, underflow."""

from itertools import pairwise

import numpy as np
from sklearn.datasets import make_circles

from qa import figure

Array = np.ndarray
S = np.array([3.0, 1.5, 0.5])  # strengths of the three modes


# --8<-- [start:collapse]
def stack(x: Array, layers: list[tuple[Array, Array]]) -> Array:
    for w, b in layers:
        x = x @ w + b  # no activation
    return x


def collapse(layers: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """One weight matrix and one bias that do the same."""
    w, b = layers[0]
    for w_next, b_next in layers[1:]:
        w, b = w @ w_next, b @ w_next + b_next
    return w, b


# --8<-- [end:collapse]


def show_collapse() -> None:
    """Five layers against one: largest difference, parameters, rank."""
    rng = np.random.default_rng(0)
    widths = [64, 128, 128, 8, 128, 10]
    layers = [(rng.standard_normal((m, n)) / np.sqrt(m), rng.standard_normal(n)) for m, n in pairwise(widths)]
    x = rng.standard_normal((1000, 64))
    w, b = collapse(layers)
    same = np.abs(stack(x, layers) - (x @ w + b)).max() < 1e-12
    count = sum(m.size + c.size for m, c in layers)
    print(f"five layers equal one: {same}   parameters {count:,} against {w.size + b.size:,}")
    print(f"the product is {w.shape[0]} x {w.shape[1]}, its rank {np.linalg.matrix_rank(w)}")


def circles(activation: bool, seed: int) -> float:
    """Test accuracy of four layers on two circles, gradient descent on the logistic loss."""
    x, y = make_circles(400, noise=0.05, factor=0.5, random_state=seed)
    rng = np.random.default_rng(seed)
    ws = [rng.standard_normal((m, n)) * np.sqrt(2 / m) for m, n in pairwise((2, 16, 16, 16, 1))]
    bs = [np.zeros(n) for n in (16, 16, 16, 1)]
    for _ in range(300):
        descend(x[:200], y[:200, None], ws, bs, activation)
    right = (outputs(x[200:], ws, bs, activation)[-1][:, 0] > 0) == y[200:]
    return float(right.mean())


def outputs(x: Array, ws: list[Array], bs: list[Array], activation: bool) -> list[Array]:
    """The input, the hidden layers and the logit."""
    outs = [x]
    for w, b in zip(ws[:-1], bs[:-1], strict=True):
        z = outs[-1] @ w + b
        outs.append(np.maximum(z, 0) if activation else z)
    return [*outs, outs[-1] @ ws[-1] + bs[-1]]


def descend(x: Array, y: Array, ws: list[Array], bs: list[Array], activation: bool, rate: float = 0.1) -> None:
    """One step of gradient descent, in place."""
    outs = outputs(x, ws, bs, activation)
    g = (1 / (1 + np.exp(-outs[-1])) - y) / len(x)
    for i in reversed(range(len(ws))):
        below = g @ ws[i].T
        if activation:
            below = below * (outs[i] > 0)
        ws[i] -= rate * outs[i].T @ g
        bs[i] -= rate * g.sum(axis=0)
        g = below


def show_circles() -> None:
    """Five seeds each."""
    for name, activation in (("identity", False), ("ReLU", True)):
        runs = [circles(activation, seed) for seed in range(5)]
        print(f"two circles, four layers, {name:8}: test accuracy {np.mean(runs):.2f}")


def hessian(h: float = 1e-3) -> Array:
    """Second differences of (1 - vw)²/2 at the origin."""
    ends = [(h * a, h * b) for a, b in ((1, 0), (0, 1))]

    def loss(v: float, w: float) -> float:
        return (1 - v * w) ** 2 / 2

    straight = [(loss(*e) + loss(-e[0], -e[1]) - 2 * loss(0, 0)) / h**2 for e in ends]
    mixed = (loss(h, h) + loss(-h, -h) - loss(h, -h) - loss(-h, h)) / (4 * h**2)
    return np.array([[straight[0], mixed], [mixed, straight[1]]])


def show_saddle() -> None:
    """The loss (1 - vw)²/2 at two minima and between them, and its Hessian at 0."""
    loss = [(1 - v * w) ** 2 / 2 for v, w in ((1, 1), (-1, -1), (0, 0))]
    print("loss at (1, 1), (-1, -1) and halfway:", loss)
    print("eigenvalues of the Hessian halfway:", np.linalg.eigvalsh(hessian()).round(6))


# --8<-- [start:modes]
def learn(goal: Array, w1: Array, w2: Array, rate: float, steps: int) -> Array:
    """Gradient descent on ‖goal - w2 w1‖²/2; the product at each step."""
    history = [w2 @ w1]
    for _ in range(steps):
        error = goal - w2 @ w1
        w1, w2 = w1 + rate * w2.T @ error, w2 + rate * error @ w1.T
        history.append(w2 @ w1)
    return np.array(history)


# --8<-- [end:modes]


def half_times(start: float = 1e-4, rate: float = 0.002) -> Array:
    """When each mode is half learned, from an aligned start."""
    w = np.sqrt(start) * np.eye(3)
    modes = np.diagonal(learn(np.diag(S), w, w, rate, 6000), axis1=1, axis2=2)
    return (modes > S / 2).argmax(axis=0) * rate


def show_modes() -> None:
    """Measured against ln(s/u - 1)/2s; a single layer takes ln 2 for all modes."""
    for s, t in zip(S, half_times(), strict=True):
        print(f"mode {s:.1f}: half learned at {t:5.2f}   formula {np.log(s / 1e-4 - 1) / (2 * s):5.2f}")


def show_underflow() -> None:
    """Two layers that shrink and two that grow, in single precision."""
    small, large = np.float32(1e-23), np.float32(1e23)
    for x in (1.0, 1e9):
        print(f"x = {x:.0e}: four linear layers give {np.float32(x) * small * small * large * large:.0e}")


def draw() -> None:
    """Left the loss of two scalar weights, right three modes from a small random start and for a single layer."""
    fig, (left, right) = figure.new(1, 2, height=3.1)
    v, w = np.meshgrid(np.arange(-22, 23) / 10, np.arange(-22, 23) / 10)  # exactly 0 in the middle
    left.contour(v, w, (1 - v * w) ** 2 / 2, levels=[0.1, 0.3, 0.5, 1], colors=figure.GREY, linewidths=0.8)
    branch = np.linspace(1 / 2.2, 2.2, 40)
    for sign in 1, -1:
        left.plot(sign * branch, sign / branch, color=figure.BLUE, linewidth=2.5)
    left.plot([0], [0], "o", color=figure.RED)
    left.text(0.15, -0.35, "0", color=figure.RED)
    left.text(1.4, 1.85, "vw = 1", color=figure.BLUE)
    left.set(xlabel="v", ylabel="w", aspect="equal")
    rng = np.random.default_rng(3)
    start1, start2 = 0.02 * rng.standard_normal((2, 3, 3))
    history = np.diagonal(learn(np.diag(S), start1, start2, 0.01, 1200), axis1=1, axis2=2)
    time = np.arange(1201) * 0.01
    for i, color in enumerate((figure.RED, figure.ORANGE, figure.GREEN)):
        right.plot(time[::10], history[::10, i], color=color)
        right.plot(time[::10], S[i] * (1 - np.exp(-time[::10])), "--", color=color, linewidth=1)
        right.text(11.9, S[i] + 0.08, f"s = {S[i]:.1f}", color=color, ha="right")
    right.set(xlabel="t", ylabel="u", ylim=(-0.1, 3.4))
    figure.save(fig, "linear-activations.svg")


if __name__ == "__main__":
    show_collapse()
    show_circles()
    show_saddle()
    show_modes()
    show_underflow()
    draw()
