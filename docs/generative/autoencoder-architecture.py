"""Evidence for autoencoder-architecture: sizes, the width of the code, and two ways to copy without learning."""

from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestNeighbors
from sklearn.neural_network import MLPRegressor

from qa import figure

LAYERS = (784, 256, 32, 256, 784)
WIDTHS = (1, 2, 4, 8, 16, 32, 64)


def parameters(layers: tuple[int, ...]) -> int:
    """Weights and biases of a fully connected network with these layer widths."""
    return sum((a + 1) * b for a, b in pairwise(layers))


# --8<-- [start:copy]
def copy_machine(x: np.ndarray) -> np.ndarray:
    """An untrained ReLU autoencoder whose code is twice as wide as x: it returns every input unchanged."""
    identity = np.eye(x.shape[1])
    encoder = np.hstack([identity, -identity])  # d × 2d
    decoder = np.vstack([identity, -identity])  # 2d × d
    code = np.maximum(x @ encoder, 0)  # relu(x), relu(−x)
    return code @ decoder  # relu(x) − relu(−x) = x
# --8<-- [end:copy]


def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training and test digits, and the test digits with their pixels shuffled, centered with the training mean."""
    rng, images = np.random.default_rng(0), load_digits().data / 16
    rng.shuffle(images)
    train, test = images[:1300], images[1300:]
    mean = train.mean(axis=0)
    return train - mean, test - mean, rng.permuted(test, axis=1) - mean


def relative(x: np.ndarray, output: np.ndarray) -> float:
    """Squared error of `output` as a share of what the constant answer 0 would leave."""
    return float(((x - output) ** 2).sum() / (x**2).sum())


def trained(width: int, train: np.ndarray) -> MLPRegressor:
    """64 → 96 → width → 96 → 64 with tanh and a linear output."""
    net = MLPRegressor(hidden_layer_sizes=(96, width, 96), activation="tanh", random_state=2)
    net.set_params(learning_rate_init=3e-3, batch_size=100, max_iter=40, n_iter_no_change=40)
    return net.fit(train, train)


def lookup(train: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Code = number of the nearest training image (one integer), decoder = table of the training images."""
    code = NearestNeighbors(n_neighbors=1).fit(train).kneighbors(x, return_distance=False)[:, 0]
    return train[code]


def draw_hourglass() -> None:
    fig, ax = figure.blank(2.7, 12, 4.5)
    heights, names = (3.8, 2.6, 1.0, 2.6, 3.8), ("784", "256", "32", "256", "784")
    colors = (figure.GREY, figure.BLUE, figure.ORANGE, figure.GREEN, figure.GREY)
    for i, (h, name, color) in enumerate(zip(heights, names, colors, strict=True)):
        x = 1.0 + 2.35 * i
        figure.box(ax, x, 2.5 - h / 2, 0.8, h, name, color)
        if i:
            figure.arrow(ax, (x - 1.5, 2.5), (x - 0.06, 2.5))
    for x, text in ((1.4, "x"), (6.1, "z = f(x)"), (10.8, "x̂ = g(z)")):
        ax.text(x, 0.1, text, ha="center", va="bottom")
    ax.text(3.75, 4.25, "编码器 encoder f", ha="center", color=figure.BLUE)
    ax.text(6.1, 3.3, "编码 code", ha="center", color=figure.ORANGE)
    ax.text(8.45, 4.25, "解码器 decoder g", ha="center", color=figure.GREEN)
    figure.save(fig, "autoencoder-architecture.svg")


def draw_widths(on_digits: list[float], on_noise: list[float]) -> None:
    fig, ax = figure.new(height=2.6)
    ax.plot(WIDTHS, on_noise, "o-", color=figure.ORANGE)
    ax.plot(WIDTHS, on_digits, "o-", color=figure.BLUE)
    ax.set(xscale="log", xticks=WIDTHS, xticklabels=[str(w) for w in WIDTHS], ylim=(0, None))
    ax.minorticks_off()
    ax.set(xlabel="k", ylabel="‖x − x̂‖² / ‖x‖²")
    ax.text(8, on_noise[3] + 0.08, "打乱像素 shuffled pixels", color=figure.ORANGE)
    ax.text(1.4, on_digits[0] - 0.33, "数字 digits", color=figure.BLUE)
    figure.save(fig, "autoencoder-architecture-width.svg")


if __name__ == "__main__":
    train, test, shuffled = digits()
    print(f"784-256-32-256-784: {parameters(LAYERS):,} parameters")
    print(f"encoder {parameters(LAYERS[:3]):,}, decoder {parameters(LAYERS[2:]):,}")
    nets = [trained(width, train) for width in WIDTHS]
    on_digits, on_noise = ([relative(x, net.predict(x)) for net in nets] for x in (test, shuffled))
    for width, a, b in zip(WIDTHS, on_digits, on_noise, strict=True):
        print(f"code {width:3}: test digits {a:.2f}, shuffled pixels {b:.2f}")
    a, b = relative(test, copy_machine(test)), relative(shuffled, copy_machine(shuffled))
    print(f"code 128, untrained copy machine: test digits {a:.2f}, shuffled pixels {b:.2f}")
    a, b = relative(train, lookup(train, train)), relative(test, lookup(train, test))
    print(f"code   1, lookup table: training digits {a:.2f}, test digits {b:.2f}")
    draw_hourglass()
    draw_widths(on_digits, on_noise)
