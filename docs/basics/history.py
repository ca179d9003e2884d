"""Evidence for history: the obstacles of five decades replayed on one data set, and the timeline."""

from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
WIDTH, STEPS, SEEDS = 32, 300, 3


# --8<-- [start:replay]
ERAS = (  # hidden layers, activation, weights: variance × fan-in, shortcuts
    ("1958 perceptron", 0, "none", 1.0, False),
    ("1986 one hidden layer", 1, "sigmoid", 1.0, False),
    ("1990s 12 layers, sigmoid", 12, "sigmoid", 1.0, False),
    ("2010 12 layers, tanh", 12, "tanh", 1.0, False),
    ("2015 40 layers, ReLU", 40, "relu", 2.0, False),
    ("2015 40 layers, shortcuts", 40, "relu", 2.0, True),
)
# --8<-- [end:replay]
RATES = {0: 0.1, 1: 0.3, 12: 0.1, 40: 0.01}  # plain 40 layers fail at 0.03 and 0.1, too

EVENTS = (  # lane, year, level above (+) or below (−) the line, label, color
    (0, 1943, 1, "neuron\n神经元", "BLUE"),
    (0, 1958, -1, "perceptron\n感知机", "BLUE"),
    (0, 1969, 1, "its limits\n局限", "RED"),
    (0, 1986, 1, "backprop\n反向传播", "GREEN"),
    (0, 1989, -1, "CNN", "BLUE"),
    (0, 1997, 1, "LSTM", "BLUE"),
    (0, 2006, -1, "DBN\n逐层预训练", "GREEN"),
    (1, 2010, 1, "init\n初始化", "GREEN"),
    (1, 2011, -1, "ReLU", "GREEN"),
    (1, 2012, 1, "AlexNet", "BLUE"),
    (1, 2013, -1, "VAE", "PURPLE"),
    (1, 2014, 1, "GAN", "PURPLE"),
    (1, 2015, -1, "BN\nResNet", "GREEN"),
    (1, 2017, 1, "transformer", "BLUE"),
    (1, 2018, -1, "GPT\nBERT", "GREEN"),
    (1, 2020, 1, "DDPM", "PURPLE"),
    (1, 2022, -1, "RLHF", "GREEN"),
    (1, 2025, 1, "R1", "GREEN"),
)
LANES = ((1940, 2008, 5.4, range(1940, 2001, 10)), (2008.5, 2026.5, 1.7, range(2010, 2027, 2)))

ACTIVATIONS = {
    "none": (lambda z: z, lambda z: np.ones_like(z)),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (2 + np.exp(z) + np.exp(-z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
}


def start(layers: int, scale: float, skip: bool, seed: int) -> list[Array]:
    """Weights of variance scale / fan-in; with shortcuts, branches divided by the root of their number."""
    rng = np.random.default_rng(seed)
    sizes = [64] + [WIDTH] * layers + [10]
    weights = [rng.normal(0, (scale / a) ** 0.5, (a, b)) for a, b in pairwise(sizes)]
    for w in weights[1:-1] if skip else []:
        w /= layers**0.5
    return weights


def forward(weights: list[Array], x: Array, name: str, skip: bool) -> tuple[list[Array], list[Array]]:
    """Inputs of every layer and pre-activations of the hidden ones; a shortcut goes around each square layer."""
    inputs, zs = [x], []
    for i, w in enumerate(weights[:-1]):
        zs.append(inputs[-1] @ w)
        inputs.append(ACTIVATIONS[name][0](zs[-1]) + (inputs[-1] if skip and i else 0))
    return inputs, zs


def gradients(weights: list[Array], x: Array, y: Array, name: str, skip: bool) -> list[Array]:
    """Of the softmax cross-entropy, by backpropagation."""
    inputs, zs = forward(weights, x, name, skip)
    p = inputs[-1] @ weights[-1]
    p = np.exp(p - p.max(1, keepdims=True))
    back = (p / p.sum(1, keepdims=True) - np.eye(10)[y]) / len(x)
    found = [inputs[-1].T @ back]
    back = back @ weights[-1].T
    for i in range(len(zs) - 1, -1, -1):
        local = back * ACTIVATIONS[name][1](zs[i])
        found.append(inputs[i].T @ local)
        back = local @ weights[i].T + (back if skip and i else 0)
    return found[::-1]


def accuracy(weights: list[Array], x: Array, y: Array, name: str, skip: bool) -> float:
    return float(((forward(weights, x, name, skip)[0][-1] @ weights[-1]).argmax(1) == y).mean())


def era(layers: int, name: str, scale: float, skip: bool, data: tuple[Array, Array]) -> tuple[float, float]:
    """Training accuracy; before training, the gradient norm of the first square layer over that of the last one."""
    x, y = data
    found, ratios = [], []
    for seed in range(SEEDS):
        weights, rng = start(layers, scale, skip, seed), np.random.default_rng(seed)
        g = gradients(weights, x, y, name, skip)
        ratios.append(float(np.linalg.norm(g[1]) / np.linalg.norm(g[-2])) if layers > 1 else 1.0)
        for _ in range(STEPS):
            pick = rng.integers(len(x), size=32)
            for w, one in zip(weights, gradients(weights, x[pick], y[pick], name, skip), strict=True):
                w -= RATES[layers] * one
        found.append(accuracy(weights, x, y, name, skip))
    return float(np.mean(found)), float(np.median(ratios))


def draw() -> None:
    """Two lanes, the second one with more room for a year."""
    fig, ax = figure.blank(height=4.3, width_units=12.6, height_units=7.4)
    for first, last, height, ticks in LANES:
        figure.arrow(ax, (0.2, height), (12.5, height))
        for year in ticks:
            x = 0.3 + 11.9 * (year - first) / (last - first)
            ax.plot([x, x], [height - 0.07, height + 0.07], color="black", linewidth=0.8)
    for lane, year, level, label, color in EVENTS:
        first, last, height, _ = LANES[lane]
        x = 0.3 + 11.9 * (year - first) / (last - first)
        paint, side = getattr(figure, color), "bottom" if level > 0 else "top"
        ax.plot([x, x], [height, height + 0.5 * level], color=paint, linewidth=1.2)
        ax.plot([x], [height], "o", color=paint, markersize=6)
        text = f"{label}\n{year}" if level > 0 else f"{year}\n{label}"
        ax.text(x, height + 0.58 * level, text, ha="center", va=side, color=paint, fontsize=9, linespacing=1.25)
    figure.save(fig, "history.svg")


if __name__ == "__main__":
    x, y = load_digits(return_X_y=True)
    print("                           accuracy  gradient")
    for title, *settings in ERAS:
        a, r = era(*settings, (x[:1000] / 8 - 0.6, y[:1000]))
        ratio = f"{r:.0e}" if r < 0.01 else f"{r:.1f}"
        print(f"{title:27}{a:8.2f}{ratio if settings[0] > 1 else '':>10}".rstrip())
    draw()
