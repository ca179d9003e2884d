"""Evidence for weight-initialization: symmetry, the scale of activations by layer, training after it, residual stacks, biases."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
DEPTH, WIDTH = 20, 128
EYE = np.eye(10)


def relu(z: Array) -> Array:
    return np.maximum(z, 0)


Recipe = tuple[str, Callable[[Array], Array], float, str, str]
RECIPES: tuple[Recipe, ...] = (
    ("ReLU, σ = 0.01", relu, 0.01**2 * WIDTH, figure.RED, "-"),
    ("ReLU, Var 1/(3n)", relu, 1 / 3, figure.ORANGE, "-"),
    ("ReLU, Var 2/n", relu, 2.0, figure.BLUE, "-"),
    ("ReLU, Var 4/n", relu, 4.0, figure.PURPLE, "-"),
    ("tanh, Var 1/n", np.tanh, 1.0, figure.GREEN, "--"),
    ("tanh, σ = 1", np.tanh, float(WIDTH), figure.GREY, "--"),
)


def digits() -> tuple[Array, Array]:
    x, y = load_digits(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(x))[:500]
    x = (x - x.mean()) / x.std()
    return x[rows], y[rows]


X, Y = digits()


def stack(scale: float, seed: int, depth: int = DEPTH) -> list[Array]:
    """Hidden weights of variance scale/fan-in; the first layer reads 64 pixels."""
    rng, sizes = np.random.default_rng(seed), [64] + [WIDTH] * depth
    return [rng.standard_normal((n, m)) * np.sqrt(scale / n) for n, m in pairwise(sizes)]


# --8<-- [start:levels]
def levels(weights: list[Array], phi: Callable[[Array], Array]) -> Array:
    """Root mean square of the activations after every layer."""
    h, found = X[:100], []
    for w in weights:
        h = phi(h @ w)
        found.append(float(np.sqrt((h**2).mean())))
    return np.array(found)
# --8<-- [end:levels]


def residual_levels(branch: float, blocks: int = 32) -> Array:
    """Root mean square along h ← h + branch · ReLU(h W₁) W₂, He-scaled W₁, fan-in-scaled W₂; mean square over five seeds."""
    total = np.zeros(blocks + 1)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        h = rng.standard_normal((50, 64))
        total[0] += (h**2).mean()
        for block in range(1, blocks + 1):
            w1, w2 = (rng.standard_normal((64, 64)) * np.sqrt(v / 64) for v in (2.0, 1.0))
            h = h + branch * relu(h @ w1) @ w2
            total[block] += (h**2).mean()
    return np.sqrt(total / 5)


def loss_and_gradients(weights: list[Array], bias: Array, x: Array, y: Array) -> tuple[float, list[Array], Array]:
    """Cross-entropy of a ReLU network whose last matrix gives logits; gradients of matrices and output bias."""
    inputs = [x]
    for w in weights[:-1]:
        inputs.append(relu(inputs[-1] @ w))
    z = inputs[-1] @ weights[-1] + bias
    z = z - z.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    delta = (np.exp(logp) - EYE[y]) / len(y)
    top, gradients = delta.sum(axis=0), []
    for w, h in zip(reversed(weights), reversed(inputs), strict=True):
        gradients.append(h.T @ delta)
        delta = (delta @ w.T) * (h > 0)
    return -float(logp[np.arange(len(y)), y].mean()), gradients[::-1], top


def train(weights: list[Array], rate: float, steps: int) -> tuple[float, list[Array]]:
    """SGD on batches of 50; the final loss on all 500 digits and the weights."""
    rng, bias = np.random.default_rng(1), np.zeros(10)
    for _ in range(steps):
        rows = rng.integers(0, len(X), 50)
        _, gradients, top = loss_and_gradients(weights, bias, X[rows], Y[rows])
        weights = [w - rate * g for w, g in zip(weights, gradients, strict=True)]
        bias = bias - rate * top
    return loss_and_gradients(weights, bias, X, Y)[0], weights


def show_symmetry() -> None:
    """Hidden units that start equal stay equal."""
    rng = np.random.default_rng(0)
    starts = {
        "all 0": [np.zeros((64, 32)), np.zeros((32, 10))],
        "all 0.02": [np.full((64, 32), 0.02), np.full((32, 10), 0.02)],
        "random": [rng.standard_normal((64, 32)) * np.sqrt(2 / 64), rng.standard_normal((32, 10)) / np.sqrt(32)],
    }
    for name, weights in starts.items():
        loss, after = train(weights, 0.1, 300)
        different = len(np.unique(np.round(after[0].T, 6), axis=0))
        print(f"{name:8}: {different:2} different hidden units, loss {loss:.1f}")


def show_levels() -> dict[str, Array]:
    """Root mean square by layer, mean of the logarithm over three seeds, and the factor per layer over the upper half."""
    found = {}
    for name, phi, scale, _, _ in RECIPES:
        runs = np.exp(np.mean([np.log(levels(stack(scale, s), phi)) for s in range(3)], axis=0))
        factor = (runs[-1] / runs[9]) ** (1 / (DEPTH - 10))
        theory = f"{np.sqrt(scale / 2):.2f}" if phi is relu else "-"
        print(f"{name:17} factor {factor:.2f} theory {theory:4}  layer 1: {runs[0]:.2g}  layer 20: {runs[-1]:.0e}")
        found[name] = runs
    return found


def show_saturation() -> None:
    """tanh with σ = 1: steady activations, all of them at the ends."""
    h = X[:100]
    for w in stack(float(WIDTH), 0):
        h = np.tanh(h @ w)
    slope = float(((1 - h**2) ** 2).mean())
    print(f"tanh, σ = 1: {(np.abs(h) > 0.99).mean():.0%} beyond 0.99, gradient factor {np.sqrt(WIDTH * slope):.1f}")


def show_training() -> None:
    """Eight hidden ReLU layers after 80 updates: the better of two rates, median of three seeds."""
    for name, _, scale, _, _ in RECIPES[:3]:
        best = 9.0
        for rate in (0.03, 0.1):
            ends = []
            for seed in range(3):
                top = np.random.default_rng(50 + seed).standard_normal((WIDTH, 10)) / np.sqrt(WIDTH)
                ends.append(train([*stack(scale, seed, 8), top], rate, 80)[0])
            best = min(best, float(np.median(ends)))
        print(f"{name:17} trained: loss {'below 0.5' if best < 0.5 else f'{best:.1f}'}")


def show_width() -> None:
    for n in (64, 800, 5000):
        print(f"σ = 0.02, fan-in {n:4}: n·Var = {n * 0.02**2:.3f}, ReLU factor {np.sqrt(n * 0.02**2 / 2):.2f}")


def show_residual() -> None:
    for name, branch in (("1", 1.0), ("1/√32", 1 / np.sqrt(32)), ("0", 0.0)):
        last = residual_levels(branch)[-1]
        print(f"branch × {name:5}: after 32 blocks {last:.1g}" if last > 10 else f"branch × {name:5}: after 32 blocks {last:.1f}")


def show_bias(share: float = 0.01) -> None:
    """Expected binary cross-entropy of a constant output, with bias 0 and with the log odds of the positives."""
    entropy = -(share * np.log(share) + (1 - share) * np.log(1 - share))
    print(f"1 % positives: first loss {np.log(2):.3f} with bias 0, {entropy:.3f} with bias {np.log(share / (1 - share)):.2f}")
    print(f"forget gate at the start: {0.5**20:.0e} left after 20 steps with bias 0, {(1 / (1 + np.exp(-1))) ** 20:.0e} with 1")


def draw(found: dict[str, Array]) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.4, width_ratios=(1.5, 1))
    for name, _, _, color, style in RECIPES:
        left.plot(np.arange(1, DEPTH + 1), found[name], style, color=color, label=name)
    left.set(yscale="log", xlabel="层 layer", title="rms(h)", xticks=[1, 5, 10, 15, 20])
    for name, branch, color in (("× 1", 1.0, figure.RED), ("× 1/√32", 1 / np.sqrt(32), figure.BLUE), ("× 0", 0.0, figure.GREEN)):
        right.plot(residual_levels(branch), color=color, label=name)
    right.set(yscale="log", xlabel="残差块 block", title="rms(h), h + F(h)", ylim=(0.5, 1e6))
    right.legend(fontsize=9, loc="upper left")
    fig.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    figure.save(fig, "weight-initialization.svg")


if __name__ == "__main__":
    show_symmetry()
    found = show_levels()
    show_saturation()
    show_training()
    show_width()
    show_residual()
    show_bias()
    draw(found)
