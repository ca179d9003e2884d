"""Evidence for limitations: what one small network costs in data, what a prior buys, and how it fails out of sight."""

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
Net = list[Array]
SIZES, SEEDS, TEST, STEPS = (50, 200, 800), 4, 800, 700
MOVES = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))


# --8<-- [start:prior]
def shifted(x: Array, rows: int, columns: int) -> Array:
    """Every 8 × 8 image moved; what leaves on one side is gone."""
    canvas = np.zeros((len(x), 10, 10))
    top, left = 1 + rows, 1 + columns
    canvas[:, top : top + 8, left : left + 8] = x.reshape(-1, 8, 8)
    return canvas[:, 1:9, 1:9].reshape(len(x), 64)


def with_prior(x: Array, y: Array) -> tuple[Array, Array]:
    """Knowledge as data: a digit moved by one pixel is the same digit."""
    copies = [shifted(x, *move) for move in MOVES]
    return np.concatenate(copies), np.tile(y, len(MOVES))
# --8<-- [end:prior]


def train(x: Array, y: Array, seed: int) -> Net:
    """64 hidden ReLU units, Adam with a falling rate, the same number of steps for every set."""
    rng = np.random.default_rng(seed)
    net = [rng.normal(0, 64**-0.5 * 1.4, (64, 64)), np.zeros(64), rng.normal(0, 0.125, (64, 10)), np.zeros(10)]
    first, second = [np.zeros_like(w) for w in net], [np.zeros_like(w) for w in net]
    for step in range(1, STEPS + 1):
        pick = rng.integers(len(x), size=64)
        rate = 0.01 * (1 - step / (STEPS + 1)) * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
        for w, m, v, g in zip(net, first, second, gradients(net, x[pick], y[pick])[0], strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            w -= rate * m / (np.sqrt(v) + 1e-8)
    return net


def predict(net: Net, x: Array) -> tuple[Array, Array]:
    """Hidden units and class probabilities."""
    hidden = np.maximum(x @ net[0] + net[1], 0)
    p = hidden @ net[2] + net[3]
    p = np.exp(p - p.max(1, keepdims=True))
    return hidden, p / p.sum(1, keepdims=True)


def gradients(net: Net, x: Array, y: Array) -> tuple[Net, Array]:
    """Gradient of the cross-entropy with respect to the weights and to the input."""
    hidden, p = predict(net, x)
    error = (p - np.eye(10)[y]) / len(x)
    back = (error @ net[2].T) * (hidden > 0)
    return [x.T @ back, back.sum(0), hidden.T @ error, error.sum(0)], back @ net[0].T


def attack(net: Net, x: Array, y: Array, size: float) -> Array:
    """Move every pixel by `size` in the direction that raises the loss."""
    return np.clip(x + size * np.sign(gradients(net, x, y)[1]), 0, 1)


def score(net: Net, x: Array, y: Array) -> tuple[float, float]:
    """Accuracy and mean confidence in the predicted class."""
    p = predict(net, x)[1]
    return float((p.argmax(1) == y).mean()), float(p.max(1).mean())


def experiment(x: Array, y: Array) -> tuple[Array, Array]:
    """Accuracy by size, with and without the prior; scores of the largest plain net on four test sets."""
    curves, failures = np.zeros((SEEDS, 2, len(SIZES))), np.zeros((SEEDS, 2, 4, 2))
    for seed in range(SEEDS):
        order = np.random.default_rng(seed).permutation(len(x))
        test, pool = order[:TEST], order[TEST:]
        for i, n in enumerate(SIZES):
            plain = x[pool[:n]], y[pool[:n]]
            for j, data in enumerate((plain, with_prior(*plain))):
                net = train(*data, seed)
                curves[seed, j, i] = score(net, x[test], y[test])[0]
                if n == SIZES[-1]:
                    failures[seed, j] = scores(net, x[test], y[test])
    return curves, failures


def scores(net: Net, x: Array, y: Array) -> list[tuple[float, float]]:
    noise = np.random.default_rng(9).choice([-0.1, 0.1], size=x.shape)
    random = np.clip(x + noise, 0, 1)
    return [score(net, z, y) for z in (x, shifted(x, 0, 1), random, attack(net, x, y, 0.1))]


# --8<-- [start:scaling]
def price_of_halving(alpha: float, beta: float) -> float:
    """Compute factor that halves the reducible loss, split optimally."""
    exponent = alpha * beta / (alpha + beta)
    return 2 ** (1 / exponent)
# --8<-- [end:scaling]


def draw(curves: Array, failures: Array) -> None:
    """Means over the splits, rounded as in the table: accuracy by size; accuracy and confidence by test set."""
    fig, (left, right) = figure.new(1, 2, height=2.8, width_ratios=[1, 1.25])
    for j, (color, name) in enumerate(((figure.BLUE, "plain"), (figure.GREEN, "+ prior 先验"))):
        left.plot(SIZES, curves[j], "o-", color=color, markersize=4)
        left.text((150, 55)[j], (0.87, 0.92)[j], name, color=color)
    left.set(xscale="log", xlabel="n", xticks=SIZES, xticklabels=SIZES, ylim=(0.75, 1))
    left.minorticks_off()
    left.set_title("accuracy 准确率", loc="left")
    names = ["test", "→ 1 px", "± 0.1\nrandom", "± 0.1\nFGSM"]
    for k, (color, name) in enumerate(((figure.BLUE, "accuracy 准确率"), (figure.ORANGE, "confidence 置信度"))):
        right.bar(np.arange(4) + 0.38 * k - 0.19, failures[:, k], 0.36, color=color)
        right.text(0.1 + 1.75 * k, 1.06, name, color=color)
    right.set(xticks=range(4), xticklabels=names, ylim=(0, 1.2), yticks=[0, 0.5, 1])
    figure.save(fig, "limitations.svg")


if __name__ == "__main__":
    x, y = load_digits(return_X_y=True)
    curves, failures = experiment(x / 16, y)
    print("labeled images   " + "".join(f"{n:6}" for n in SIZES))
    for j, name in enumerate(("plain", "with prior")):
        print(f"{name:17}" + "".join(f"{a:6.2f}" for a in curves[:, j].mean(0)))
    print("800 images       plain: accuracy, confidence   with prior: accuracy")
    for k, name in enumerate(("test", "moved one pixel", "random ±0.1", "attack ±0.1")):
        (a, c), b = failures[:, 0, k].mean(0), failures[:, 1, k, 0].mean()
        print(f"{name:17}{a:15.2f}{c:12.2f}{b:23.2f}")
    factor = price_of_halving(0.34, 0.28)
    print(f"compute for half the reducible loss: × {factor:.0f}")
    print(f"the same, both exponents 0.05 larger: × {price_of_halving(0.39, 0.33):.0f}")
    draw(curves.mean(0).round(2), failures[:, 0].mean(0).round(2))
