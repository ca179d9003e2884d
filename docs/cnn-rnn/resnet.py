"""Evidence for resnet: the same networks with and without shortcuts, trained, lesioned, and before training."""

import math

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Weights = list[np.ndarray]


def normalize(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Batch normalization without scale and shift: the result and the standard deviations."""
    centered = z - z.mean(0)
    deviation = np.sqrt((centered**2).mean(0) + 1e-5)
    return centered / deviation, deviation


def normalize_back(grad: np.ndarray, z: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    return (grad - grad.mean(0) - z * (grad * z).mean(0)) / deviation


# --8<-- [start:block]
def block(a: np.ndarray, w1: np.ndarray, w2: np.ndarray, skip: float) -> tuple[np.ndarray, tuple]:
    """Two layers; skip = 1 adds the block's input to their result (residual), skip = 0 does not (plain)."""
    z1, s1 = normalize(a @ w1)
    h = np.maximum(z1, 0)
    z2, s2 = normalize(h @ w2)
    return np.maximum(z2 + skip * a, 0), (a, z1, s1, h, z2, s2)


def block_back(grad: np.ndarray, saved: tuple, w1: np.ndarray, w2: np.ndarray, skip: float) -> tuple[np.ndarray, ...]:
    """Gradients of the block's input and of both weights."""
    a, z1, s1, h, z2, s2 = saved
    grad = grad * (z2 + skip * a > 0)
    second = normalize_back(grad, z2, s2)
    first = normalize_back((second @ w2.T) * (z1 > 0), z1, s1)
    return skip * grad + first @ w1.T, a.T @ first, h.T @ second
# --8<-- [end:block]


def initial(depth: int, seed: int, width: int = 32) -> Weights:
    """He initialization: 64 pixels -> width, `depth` layers in blocks of two, width -> 10 classes."""
    rng = np.random.default_rng(seed)
    shapes = [(64, width), *[(width, width)] * depth, (width, 10)]
    return [rng.standard_normal(shape) * np.sqrt(2 / shape[0]) for shape in shapes]


def forward(weights: Weights, x: np.ndarray, skip: float, removed: int = -1) -> tuple[np.ndarray, np.ndarray, list]:
    """Scores, last features and what the backward pass needs; `removed` leaves one block out."""
    z, s = normalize(x @ weights[0])
    a, tape = np.maximum(z, 0), [(z, s)]
    for i in range(1, len(weights) - 1, 2):
        if i != removed:
            a, saved = block(a, weights[i], weights[i + 1], skip)
            tape.append(saved)
    return a @ weights[-1], a, tape


def gradients(weights: Weights, x: np.ndarray, y: np.ndarray, skip: float) -> Weights:
    """Gradients of the cross-entropy for all weights."""
    scores, a, tape = forward(weights, x, skip)
    p = np.exp(scores - scores.max(1, keepdims=True))
    delta = (p / p.sum(1, keepdims=True) - np.eye(10)[y]) / len(y)
    grad, result = delta @ weights[-1].T, [a.T @ delta]
    for i in range(len(weights) - 3, 0, -2):
        grad, g1, g2 = block_back(grad, tape[(i + 1) // 2], weights[i], weights[i + 1], skip)
        result = [g1, g2, *result]
    z, s = tape[0]
    return [x.T @ normalize_back(grad * (z > 0), z, s), *result]


def train(depth: int, skip: float, x: np.ndarray, y: np.ndarray, epochs: int = 8) -> Weights:
    """SGD with momentum, batches of 128."""
    weights, rng = initial(depth, 0), np.random.default_rng(1)
    speed = [np.zeros_like(w) for w in weights]
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x) - 127, 128):
            batch = order[start : start + 128]
            for w, v, g in zip(weights, speed, gradients(weights, x[batch], y[batch], skip), strict=True):
                v *= 0.9
                v -= 0.05 * g
                w += v
    return weights


def accuracy(weights: Weights, x: np.ndarray, y: np.ndarray, skip: float, removed: int = -1) -> float:
    return float((forward(weights, x, skip, removed)[0].argmax(1) == y).mean())


def lesion(weights: Weights, x: np.ndarray, y: np.ndarray, skip: float) -> float:
    """Mean accuracy over all networks that lack one block; normalization uses what then arrives."""
    return float(np.mean([accuracy(weights, x, y, skip, i) for i in range(1, len(weights) - 1, 2)]))


def coarse(error: float) -> str:
    """Only what survives a change of processor: training amplifies rounding."""
    for bound in 0.01, 0.05:
        if error < bound:
            return f"under {bound:.0%}"
    return next(f"over {bound:.0%}" for bound in (0.8, 0.5, 0.05) if error > bound)


def compare(x: np.ndarray, y: np.ndarray) -> None:
    """Training error with depth; accuracy (to 5 points, on a third of the images) without one block, block by block."""
    print("layers  shortcut  training error  accuracy with one block removed")
    for depth in 4, 16, 48:
        for skip in 0.0, 1.0:
            weights = train(depth, skip, x, y)
            error = 1 - accuracy(weights, x, y, skip)
            rest = f"{5 * round(20 * lesion(weights, x[::3], y[::3], skip))}%" if error < 0.5 else "-"
            print(f"{depth + 2:6}  {'yes' if skip else 'no':8}  {coarse(error):>14}  {rest:>9}")


def gradient_norms(skip: float, x: np.ndarray, y: np.ndarray) -> list[float]:
    """Norm of the gradient of each of 48 layers before the first step."""
    return [float(np.linalg.norm(g)) for g in gradients(initial(48, 0), x, y, skip)[1:-1]]


def slopes(depth: int, skip: float, scale: float = 1.0, seed: int = 0) -> np.ndarray:
    """df/dt of a random network h <- skip·h + scale·ReLU(hW) along a circle of 256 inputs; d is the derivative of h."""
    width, points, rng = 128, 256, np.random.default_rng(seed)
    p, q = rng.standard_normal((2, width))
    t = np.linspace(0, 2 * np.pi, points, endpoint=False)[:, None]
    h, d = np.cos(t) * p + np.sin(t) * q, np.cos(t) * q - np.sin(t) * p
    for _ in range(depth):
        w = rng.standard_normal((width, width)) * np.sqrt(2 / width)
        z = h @ w
        h, d = skip * h + scale * np.maximum(z, 0), skip * d + scale * (d @ w) * (z > 0)
    return d @ rng.standard_normal(width)


def correlation(signal: np.ndarray, lag: int) -> float:
    """Correlation of a periodic signal with itself `lag` points further."""
    signal = signal - signal.mean()
    return float((signal * np.roll(signal, lag)).sum() / (signal**2).sum())


def shattering() -> None:
    """Correlation of slopes nearby, mean over four networks; "scaled" has its branches scaled by 1/√50."""
    rows = ("plain", 1, 0, 1), ("plain", 10, 0, 1), ("plain", 50, 0, 1), ("residual", 50, 1, 1), ("scaled", 50, 1, 50**-0.5)
    for name, depth, skip, scale in rows:
        signals = [slopes(depth, skip, scale, seed) for seed in range(4)]
        near, far = (np.mean([correlation(signal, lag) for signal in signals]) for lag in (1, 4))
        print(f"{name:8} {depth:2} layers: correlation of neighbors {near:.2f}, four points apart {far:.2f}")


def growth(blocks: int = 50, width: int = 256) -> None:
    """Mean square of the stream after many blocks x + F(x), F as it comes or normalized to mean square 1."""
    for normalized in False, True:
        rng = np.random.default_rng(0)
        x = rng.standard_normal((64, width))
        for _ in range(blocks):
            w1, w2 = rng.standard_normal((2, width, width)) * np.sqrt(2 / width)
            f = np.maximum(x @ w1, 0) @ w2 / np.sqrt(2)
            x = x + (normalize(f)[0] if normalized else f)
        size = float((x**2).mean())
        print(f"after {blocks} blocks, branch {'normalized' if normalized else 'as it comes'}:", end=" ")
        print(f"mean square {size:.0f}" if normalized else f"mean square 2^{math.log2(size):.0f}")


def counts() -> None:
    share = sum(math.comb(54, k) for k in range(19, 36)) / 2**54
    print(f"54 blocks: {2**54:.1e} paths, {share:.0%} of them through 19 to 35 blocks")
    print(f"weights on 256 channels: two 3x3 {2 * 9 * 256**2:,}, bottleneck {2 * 256 * 64 + 9 * 64**2:,}")


def column(ax: figure.Axes, x: float, title: str, names: list[str]) -> None:
    """One block drawn downwards; "+" is the addition."""
    y = 6.2
    ax.text(x, 7.0, title, ha="center", va="center", fontweight="bold")
    ax.text(x, y + 0.12, "x", ha="center", va="center", style="italic")
    colors = {"conv": figure.BLUE, "BN": figure.PURPLE, "ReLU": figure.ORANGE}
    for name in names:
        if not name:
            ax.plot([x, x], [y - 0.08, y - 0.84], color="black", linewidth=1.2)
            y -= 0.8
            continue
        figure.arrow(ax, (x, y - 0.08), (x, y - 0.36))
        y -= 0.8
        if name == "+":
            ax.add_patch(figure.plt.Circle((x, y + 0.22), 0.2, fill=False, color=figure.GREEN, linewidth=1.4))
            ax.text(x, y + 0.2, "+", ha="center", va="center")
            ax.plot([x + 0.25, x + 1.6, x + 1.6], [6.32, 6.32, y + 0.22], color=figure.GREEN, linewidth=1.6)
            figure.arrow(ax, (x + 1.6, y + 0.22), (x + 0.22, y + 0.22), figure.GREEN)
        else:
            figure.box(ax, x - 0.9, y, 1.8, 0.44, name, colors[name])
    figure.arrow(ax, (x, y - 0.08 if names[-1] != "+" else y), (x, y - 0.4))


def draw_blocks() -> None:
    fig, ax = figure.blank(height=4.3, width_units=12.6, height_units=7.4)
    column(ax, 1.8, "plain", ["conv", "BN", "ReLU", "conv", "BN", "", "ReLU"])
    column(ax, 5.8, "ResNet (2015)", ["conv", "BN", "ReLU", "conv", "BN", "+", "ReLU"])
    column(ax, 10.0, "pre-activation (2016)", ["BN", "ReLU", "conv", "BN", "ReLU", "conv", "+"])
    figure.save(fig, "resnet.svg")


def draw_gradients(plain: list[float], residual: list[float]) -> None:
    """Gradient norms layer by layer, and slopes along a circle of inputs, both before training."""
    fig, (left, top, bottom) = figure.new(1, 3, height=2.7, width_ratios=[1.15, 1, 1])
    layers = np.arange(1, 49)
    left.plot(layers, plain, color=figure.RED)
    left.plot(layers, residual, color=figure.GREEN)
    left.set(yscale="log", xlabel="l", xticks=[1, 24, 48], yticks=[1, 100, 10000])
    left.minorticks_off()
    left.set_title("‖∂L/∂W‖", loc="left")
    left.text(12, 900, "plain", color=figure.RED)
    left.text(3, 0.18, "residual", color=figure.GREEN)
    t = np.linspace(0, 2, 256, endpoint=False)
    for ax, skip, color in (top, 0.0, figure.RED), (bottom, 1.0, figure.GREEN):
        signal = slopes(50, skip)
        ax.plot(t, signal / signal.std(), color=color, linewidth=1.1)
        ax.set(xticks=[0, 1, 2], xlabel="t / π", yticks=[-3, 0, 3], ylim=(-6, 6))
        ax.set_title("df/dt, " + ("residual" if skip else "plain") + " 50", loc="left")
    figure.save(fig, "resnet-gradients.svg")


if __name__ == "__main__":
    x, y = load_digits(return_X_y=True)
    x = x / 16
    compare(x, y)
    plain, residual = (gradient_norms(skip, x, y) for skip in (0.0, 1.0))
    for name, norms in ("no", plain), ("yes", residual):
        print(f"shortcut {name:3}: gradient norm of layer 1 {norms[0]:3.0f}, of layer 48 {norms[-1]:.1f}, ", end="")
        print(f"largest over smallest {max(norms) / min(norms):.0f}")
    shattering()
    growth()
    counts()
    draw_blocks()
    draw_gradients(plain, residual)
