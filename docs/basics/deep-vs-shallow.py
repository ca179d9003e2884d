"""Evidence for deep-vs-shallow: pieces of a sawtooth, of a shallow network of equal size, of random networks."""

import numpy as np

from qa import figure

Array = np.ndarray
SHAPES = ((1, 48), (2, 24), (4, 12), (8, 6))


# --8<-- [start:tent]
def sawtooth(x: Array, layers: int) -> Array:
    """The tent map `layers` times over: two ReLU units in each layer."""
    for _ in range(layers):
        x = 2 * np.maximum(x, 0) - 4 * np.maximum(x - 0.5, 0)
    return x


def pieces(y: Array) -> int:
    """Affine pieces of a function on an even grid that has all its kinks."""
    bends = np.abs(np.diff(y, n=2)) > 1e-9
    return 1 + int(bends.sum())


# --8<-- [end:tent]


def least_errors(layers: int, most_pieces: int) -> int:
    """How many of 2^L + 1 alternating points a function with so many pieces misclassifies at least."""
    return max(0, -(-(2**layers - most_pieces) // 2))


def regions(layers: int, width: int, rng: np.random.Generator, points: int = 5001) -> int:
    """Activation regions that one random ReLU network of a scalar input cuts the segment [-3, 3] into."""
    h, changed = np.linspace(-3, 3, points)[:, None], np.zeros(points - 1, dtype=bool)
    for _ in range(layers):
        w = rng.standard_normal((h.shape[1], width)) * np.sqrt(2 / h.shape[1])
        z = h @ w + rng.standard_normal(width)
        changed |= ((z[1:] > 0) != (z[:-1] > 0)).any(axis=1)
        h = np.maximum(z, 0)
    return 1 + int(changed.sum())


def show_sawtooth() -> None:
    """Deep and shallow with the same number of parameters."""
    for layers in 1, 3, 5, 10:
        deep = pieces(sawtooth(np.linspace(0, 1, 2 ** (layers + 2) + 1), layers))
        shallow = 2 * layers + 1
        wrong = f"{least_errors(layers, shallow)} of {2**layers + 1}"
        size = f"L {layers:2}  parameters {6 * layers + 1:2}"
        print(f"{size}  pieces {deep:4} against {shallow:2}  wrong at least {wrong}")


def show_random(nets: int = 100) -> None:
    """48 units in four shapes: the bound against what random networks have."""
    rng = np.random.default_rng(0)
    for layers, width in SHAPES:
        mean = np.mean([regions(layers, width, rng) for _ in range(nets)])
        print(f"{layers} x {width:2}: at most {(width + 1) ** layers:9,}  random {mean:.0f}")


def draw() -> None:
    """Left: the sawtooth for 1, 3 and 5 layers. Right: pieces against parameters."""
    fig, axes = figure.new(1, 2, height=2.9)
    x = np.linspace(0, 1, 129)
    for shift, layers, color in ((0, 1, figure.BLUE), (1.3, 3, figure.GREEN), (2.6, 5, figure.ORANGE)):
        axes[0].plot(x, sawtooth(x, layers) + shift, color=color, linewidth=1.4)
        axes[0].text(1.03, shift + 0.4, f"L = {layers}", color=color)
    axes[0].set(xlim=(0, 1.2), yticks=[], xlabel="x", xticks=[0, 0.5, 1])
    axes[0].spines["left"].set_visible(False)
    depth = np.arange(1, 11)
    axes[1].plot(6 * depth + 1, 2.0**depth, "-o", color=figure.ORANGE, markersize=4, label="深 deep")
    axes[1].plot(6 * depth + 1, 2 * depth + 1, ":s", color=figure.BLUE, markersize=4, label="浅 shallow")
    axes[1].set(yscale="log", xlabel="参数 parameters", ylabel="段数 pieces")
    axes[1].legend(fontsize=9, loc="upper left")
    figure.save(fig, "deep-vs-shallow.svg")


if __name__ == "__main__":
    show_sawtooth()
    show_random()
    print(f"one hidden layer of 16 units on 100,000 inputs: {100_000 * 16 + 16:,} parameters")
    draw()
