"""Evidence for hidden-layers: a fold by ReLU, the affine map of a region, and linear probes layer by layer."""

import warnings
from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import RidgeClassifier
from sklearn.neural_network import MLPClassifier

from qa import figure

Array = np.ndarray
Parameters = tuple[list[Array], list[Array]]
WIDTHS = (48, 48, 48, 48)
CUT = 1000


# --8<-- [start:fold]
def fold(x: Array) -> Array:
    """|x₁| and |x₂| from four ReLU units."""
    spread = np.array([[1, -1, 0, 0], [0, 0, 1, -1]])
    h = np.maximum(x @ spread, 0)
    return h @ np.abs(spread).T


# --8<-- [end:fold]


def hidden(parameters: Parameters, x: Array) -> list[Array]:
    """The input and the activations of every hidden layer."""
    layers = [x]
    for w, b in list(zip(*parameters, strict=True))[:-1]:
        layers.append(np.maximum(layers[-1] @ w + b, 0))
    return layers


# --8<-- [start:region]
def region_map(parameters: Parameters, x: Array) -> tuple[Array, Array]:
    """A and c with f(z) = z @ A + c where the same units are on as at x."""
    a, c = np.eye(len(x)), np.zeros(len(x))
    *inner, (w_out, b_out) = zip(*parameters, strict=True)
    for w, b in inner:
        a, c = a @ w, c @ w + b
        on = x @ a + c > 0
        a, c = a * on, c * on
    return a @ w_out, c @ w_out + b_out


# --8<-- [end:region]


def data() -> tuple[Array, Array]:
    """Handwritten digits of 8×8 pixels, shuffled."""
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.data))
    return digits.data[order] / 16, digits.target[order]


def probe(h: Array, labels: Array) -> float:
    """Test accuracy of a linear classifier on frozen activations."""
    scaled = (h - h[:CUT].mean(axis=0)) / (h[:CUT].std(axis=0) + 1e-3)
    fitted = RidgeClassifier(alpha=10.0).fit(scaled[:CUT], labels[:CUT])
    return float(fitted.score(scaled[CUT:], labels[CUT:]))


def trained(x: Array, parity: Array, seed: int) -> Parameters:
    """A network taught to tell odd digits from even ones, 25 epochs of Adam."""
    network = MLPClassifier(WIDTHS, max_iter=25, learning_rate_init=3e-3, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 25 epochs on purpose: the parity is learned by then
        network.fit(x[:CUT], parity[:CUT])
    return network.coefs_, network.intercepts_


def untrained(seed: int) -> Parameters:
    """The same architecture with random weights."""
    rng = np.random.default_rng(seed)
    sizes = [64, *WIDTHS, 1]
    pairs = list(pairwise(sizes))
    return [rng.standard_normal(p) * np.sqrt(2 / p[0]) for p in pairs], [np.zeros(p[1]) for p in pairs]


def curves(networks: list[Parameters], x: Array, digit: Array) -> tuple[Array, Array]:
    """Mean probe accuracy for the parity and for the digit, at the input and at each hidden layer."""
    layers = [hidden(parameters, x) for parameters in networks]
    scores = [[[probe(h, labels) for h in one] for one in layers] for labels in (digit % 2, digit)]
    parity, which = np.mean(scores, axis=1)
    return parity, which


def best_line(x: Array, inside: Array) -> float:
    """Highest accuracy of any straight line, over 180 directions and all offsets."""
    best = 0.0
    for angle in np.radians(np.arange(0, 180)):
        order = np.argsort(x @ np.array([np.cos(angle), np.sin(angle)]))
        right = np.cumsum(np.where(inside[order], 1, -1))  # inside counted as right below the line, outside above
        share = ((~inside).sum() + np.append(0, right)) / len(x)
        best = max(best, float(share.max()), float(1 - share.min()))
    return best


def show_fold() -> tuple[Array, Array]:
    """The diamond |x₁| + |x₂| < 1 in a square: what a straight line can do before and after the fold."""
    x = np.random.default_rng(0).uniform(-1, 1, (4000, 2))
    inside = np.abs(x).sum(axis=1) < 1
    before, after = best_line(x, inside), best_line(fold(x), inside)
    print(f"diamond: best line {before:.2f} on the input, {after:.2f} after the fold")
    return x, inside


def show_region(parameters: Parameters, x: Array) -> None:
    """The map of a region against the network itself, and how many regions the images use."""
    layers = hidden(parameters, x)
    a, c = region_map(parameters, x[0])
    f = layers[-1][0] @ parameters[0][-1] + parameters[1][-1]
    patterns = len(np.unique(np.hstack(layers[1:]) > 0, axis=0))
    print(f"f(x) and x @ A + c differ by less than 1e-9: {bool(np.abs(x[0] @ a + c - f).max() < 1e-9)}")
    print(f"{len(x)} images fall into more than {patterns // 100 * 100} different regions")


def draw(x: Array, inside: Array, results: dict[str, tuple[Array, Array]]) -> None:
    """Left and middle: the diamond before and after the fold. Right: probes."""
    fig, axes = figure.new(1, 3, height=2.9, width_ratios=[1, 1, 1.35])
    for ax, points in ((axes[0], x), (axes[1], fold(x))):
        for chosen, color, marker in ((inside, figure.ORANGE, "s"), (~inside, figure.BLUE, "o")):
            ax.plot(*points[:120][chosen[:120]].T, marker, color=color, markersize=3)
    axes[0].plot([1, 0, -1, 0, 1], [0, 1, 0, -1, 0], color=figure.GREY)
    axes[1].plot([1, 0], [0, 1], color=figure.GREY)
    axes[0].set(title="输入 input", xlabel="x₁", ylabel="x₂", aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    axes[1].set(title="折叠后 folded", xlabel="|x₁|", ylabel="|x₂|", aspect="equal", xticks=[0, 1], yticks=[0, 1])
    tasks = (figure.ORANGE, "奇偶 parity"), (figure.BLUE, "数字 digit")
    for name, style, label in (("trained", "-o", "训练 trained"), ("random", ":s", "随机 random")):
        for values, (color, task) in zip(results[name], tasks, strict=True):
            axes[2].plot(values, style, color=color, markersize=4, label=f"{task}, {label}")
    axes[2].set(title="线性探针 linear probe", xlabel="层 layer", xticks=range(5), ylim=(0.5, 1))
    axes[2].legend(fontsize=9, loc="lower left")
    figure.save(fig, "hidden-layers.svg")


if __name__ == "__main__":
    x, inside = show_fold()
    images, digit = data()
    networks = {
        "trained": [trained(images, digit % 2, seed) for seed in range(1, 6)],
        "random": [untrained(seed) for seed in range(5)],
    }
    results = {name: curves(group, images, digit) for name, group in networks.items()}
    for name, (parity, which) in results.items():
        print(f"{name:7} parity", *(f"{v:.2f}" for v in parity), " digit", *(f"{v:.2f}" for v in which))
    show_region(networks["trained"][0], images)
    draw(x, inside, results)
