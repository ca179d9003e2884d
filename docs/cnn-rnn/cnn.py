"""Evidence for cnn: what locality and sharing save, what shifts do to the maps, what the prior is worth."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.datasets import load_digits

from qa import figure


# --8<-- [start:conv]
def conv(x: np.ndarray, w: np.ndarray, stride: int = 1) -> np.ndarray:
    """(C, H, W) and (D, C, k, k) -> (D, H', W'), zero padding k // 2."""
    k = w.shape[-1]
    x = np.pad(x, ((0, 0), (k // 2, k // 2), (k // 2, k // 2)))
    windows = sliding_window_view(x, (k, k), axis=(1, 2))
    return np.einsum("chwij,dcij->dhw", windows[:, ::stride, ::stride], w)


def shift(x: np.ndarray, pixels: int) -> np.ndarray:
    """Move the picture to the right; zeros come in from the left."""
    return np.pad(x, ((0, 0), (0, 0), (pixels, 0)))[:, :, : x.shape[2]]
# --8<-- [end:conv]


def object_image(rng: np.random.Generator) -> np.ndarray:
    """A random 3-channel object of 8 x 8 in the middle of an empty 24 x 24 picture."""
    x = np.zeros((3, 24, 24))
    x[:, 8:16, 8:16] = rng.standard_normal((3, 8, 8))
    return x


def gap(a: np.ndarray, b: np.ndarray) -> str:
    """Relative distance between two maps."""
    return f"{np.linalg.norm(a - b) / np.linalg.norm(b):.2f}"


def equivariance() -> None:
    """Shift or rotate first and then convolve, or the other way round."""
    rng = np.random.default_rng(0)
    x, w = object_image(rng), rng.standard_normal((4, 3, 3, 3))
    print("shift by 3, stride 1 :", gap(conv(shift(x, 3), w), shift(conv(x, w), 3)))
    turned = conv(np.rot90(x, axes=(1, 2)), w), np.rot90(conv(x, w), axes=(1, 2))
    print("turn by 90 degrees   :", gap(*turned))
    print("shift by 2, stride 2 :", gap(conv(shift(x, 2), w, 2), shift(conv(x, w, 2), 1)))
    moved = conv(shift(x, 1), w, 2)
    print("shift by 1, stride 2 :", min(gap(moved, shift(conv(x, w, 2), s)) for s in (0, 1)))
    filled = rng.standard_normal((3, 24, 24))
    differ = np.abs(conv(shift(filled, 3), w) - shift(conv(filled, w), 3)).max(axis=(0, 1)) > 1e-9
    print("object fills picture : columns that differ", np.flatnonzero(differ))


def savings() -> None:
    """Weights of one layer that maps 3 x 32 x 32 to 64 x 32 x 32, under the two restrictions."""
    inputs, positions, out, patch = 3 * 32 * 32, 32 * 32, 64, 3 * 3 * 3
    for name, weights in (
        ("dense", inputs * positions * out),
        ("local, 3 x 3, own weights", positions * out * patch),
        ("local and shared", out * patch),
    ):
        print(f"{name:26}{weights:12,}")


@dataclass(frozen=True)
class Layer:
    """A layer of the 1989 network: units, inputs a unit, weights that are stored, biases that are stored."""

    units: int
    inputs: int
    weights: int


def zip_code_network() -> None:
    """LeCun et al. 1989: every unit has its own bias, the weights of a map are shared."""
    layers = {
        "H1": Layer(12 * 8 * 8, 25, 12 * 25),
        "H2": Layer(12 * 4 * 4, 8 * 25, 12 * 8 * 25),
        "H3": Layer(30, 192, 30 * 192),
        "output": Layer(10, 30, 10 * 30),
    }
    total = [0, 0]
    for name, a in layers.items():
        connections, parameters = a.units * (a.inputs + 1), a.weights + a.units
        total = [total[0] + connections, total[1] + parameters]
        print(f"{name:7}{connections:7,} connections{parameters:7,} parameters")
    print(f"total  {total[0]:7,} connections{total[1]:7,} parameters")


SIDE, K, POOL, MAPS = 12, 5, 4, 16  # canvas, kernel, average pooling, feature maps
RATES, STEPS = {True: 0.3, False: 0.1}, 1000  # of several tried, a good rate for each network
DIGITS = load_digits(return_X_y=True)


def patches(x: np.ndarray) -> np.ndarray:
    """(N, 12, 12) -> (N, 9, 16, 25): the zero-padded 5 x 5 around every pixel, by pooling window."""
    padded = np.pad(x, ((0, 0), (K // 2, K // 2), (K // 2, K // 2)))
    seen = sliding_window_view(padded, (K, K), axis=(1, 2))
    tiles = seen.reshape(len(x), SIDE // POOL, POOL, SIDE // POOL, POOL, K * K).swapaxes(2, 3)
    return tiles.reshape(len(x), -1, POOL**2, K * K)


def digits(seed: int, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """800 digits, each at a random place of an empty canvas; then the pixels are rearranged by `order`."""
    rng = np.random.default_rng(seed)
    images, labels = DIGITS
    at = rng.permutation(len(images))[:800]
    canvas = np.zeros((800, SIDE, SIDE))
    for x, image in zip(canvas, images[at], strict=True):
        r, c = rng.integers(SIDE - 8 + 1, size=2)
        x[r : r + 8, c : c + 8] = image.reshape(8, 8) / 16
    return canvas.reshape(800, -1)[:, order].reshape(-1, SIDE, SIDE), labels[at]


def first_inputs(x: np.ndarray, convolutional: bool) -> np.ndarray:
    """What the first layer reads, with a 1 for the bias: patches or whole images."""
    inputs = patches(x) if convolutional else x.reshape(len(x), -1)
    return np.concatenate([inputs, np.ones((*inputs.shape[:-1], 1))], axis=-1)


def features(inputs: np.ndarray, w: np.ndarray, convolutional: bool) -> tuple[np.ndarray, np.ndarray]:
    """Pre-activations of the first layer, and the vector that the last layer reads."""
    z, n = inputs @ w, len(inputs)
    h = np.maximum(z, 0)
    if convolutional:
        h = h.mean(axis=2)
    return z, np.concatenate([h.reshape(n, -1), np.ones((n, 1))], axis=1)


def step(
    inputs: np.ndarray, y: np.ndarray, w: np.ndarray, v: np.ndarray, convolutional: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of the mean cross-entropy for both layers."""
    z, h = features(inputs, w, convolutional)
    scores = h @ v
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    error = (p / p.sum(axis=1, keepdims=True) - y) / len(y)
    back = error @ v[:-1].T
    if convolutional:
        back = back.reshape(len(y), -1, 1, MAPS) / POOL**2
    back = back * (z > 0)
    width = inputs.shape[-1]
    return inputs.reshape(-1, width).T @ back.reshape(-1, back.shape[-1]), h.T @ error


def train(
    x: np.ndarray, y: np.ndarray, convolutional: bool, seed: int, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Momentum SGD; about 1,900 parameters either way."""
    rate = RATES[convolutional]
    rng = np.random.default_rng(seed)
    shape = (K * K + 1, MAPS) if convolutional else (SIDE**2 + 1, 12)
    read = MAPS * (SIDE // POOL) ** 2 + 1 if convolutional else 13
    w, v = rng.standard_normal(shape) * np.sqrt(2 / shape[0]), rng.standard_normal((read, 10)) / np.sqrt(read)
    mw, mv, inputs = np.zeros_like(w), np.zeros_like(v), first_inputs(x, convolutional)
    for _ in range(steps):
        at = rng.integers(len(x), size=32)
        gw, gv = step(inputs[at], np.eye(10)[y[at]], w, v, convolutional)
        mw, mv = 0.9 * mw + gw, 0.9 * mv + gv
        w, v = w - rate * mw, v - rate * mv
    return w, v


def prior() -> None:
    """Few training digits: as they are, and with one fixed rearrangement of the pixels; means of two draws."""
    orders = {"digits": np.arange(SIDE**2), "rearranged": np.random.default_rng(9).permutation(SIDE**2)}
    sizes = [sum(a.size for a in train(*digits(0, orders["digits"]), c, 0, steps=0)) for c in (True, False)]
    print("accuracy               conv  dense")
    print(f"{'parameters':20}" + "".join(f"{n:7,}" for n in sizes))
    for name, order in orders.items():
        found: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        for convolutional, seed in product(found, range(2)):
            x, y = digits(seed, order)
            w, v = train(x[:300], y[:300], convolutional, seed, STEPS)
            right = (features(first_inputs(x, convolutional), w, convolutional)[1] @ v).argmax(axis=1) == y
            found[convolutional].append((float(right[:300].mean()), float(right[300:].mean())))
        for part, column in ("training", 0), ("test", 1):
            line = "".join(f"{np.mean([f[column] for f in fs]):7.0%}" for fs in found.values())
            print(f"{name + ', ' + part:20}{line}")


def pooling() -> None:
    """Different pictures that max pooling cannot tell apart."""
    bits = (np.arange(2**16)[:, None] >> np.arange(16)) & 1
    pooled = bits.reshape(-1, 2, 2, 2, 2).max(axis=(2, 4)).reshape(-1, 4)
    print(f"binary 4 x 4 pictures: {len(bits):,}, after 2 x 2 max pooling: {len(np.unique(pooled, axis=0))}")


def draw() -> None:
    """Seven inputs, five outputs: all weights, nearby weights, the same nearby weights."""
    fig, ax = figure.blank(2.5, 24, 8)
    colours = figure.BLUE, figure.ORANGE, figure.GREEN
    titles = ("全连接 dense: 35", "局部 local: 15", "卷积 convolution: 3")
    for panel, title in enumerate(titles):
        left = 0.7 + panel * 8.2
        for o in range(5):
            for i in range(7):
                near = 0 <= i - o < 3
                if panel and not near:
                    continue
                colour = colours[i - o] if panel == 2 else figure.GREY
                ax.plot([left + i, left + o + 1], [1.2, 5.2], color=colour, lw=1.6 if panel == 2 else 0.9)
        ax.plot(left + np.arange(7), np.full(7, 1.2), "o", color="black", ms=5)
        ax.plot(left + np.arange(5) + 1, np.full(5, 5.2), "o", color="black", ms=5)
        ax.text(left + 3, 6.6, title, ha="center", va="center")
    ax.text(0.7 + 3, 0.2, "x", ha="center", va="center")
    ax.text(0.7 + 11.2, 0.2, "x", ha="center", va="center")
    ax.text(0.7 + 19.4, 0.2, "x", ha="center", va="center")
    figure.save(fig, "cnn.svg")


if __name__ == "__main__":
    savings()
    equivariance()
    zip_code_network()
    prior()
    pooling()
    draw()
