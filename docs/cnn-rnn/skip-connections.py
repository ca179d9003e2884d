"""Evidence for skip-connections: what each kind carries, what concatenation costs, what a long skip adds."""

from collections.abc import Callable

import numpy as np

from qa import figure

Array = np.ndarray
BLOCKS = 24


def standardize(h: Array) -> tuple[Array, Array]:
    """Zero mean and unit variance per feature over the batch, and the deviation divided by."""
    deviation = h.std(0)
    return (h - h.mean(0)) / deviation, deviation


def branch(h: Array, rng: np.random.Generator) -> Array:
    """A random layer with ReLU, standardized: every block proposes something of unit variance."""
    width = h.shape[1]
    return standardize(np.maximum(h @ rng.standard_normal((width, width)), 0))[0]


# --8<-- [start:kinds]
# Each step returns the new state, and the factor on the old one in it.
def plain(h: Array, f: Array) -> tuple[Array, Array | float]:
    return f, 0.0


def add(h: Array, f: Array) -> tuple[Array, Array | float]:
    return h + f, 1.0


def add_small(h: Array, f: Array) -> tuple[Array, Array | float]:
    return h + 0.1 * f, 1.0  # LayerScale, ReZero: a small learned factor


def add_norm(h: Array, f: Array) -> tuple[Array, Array | float]:
    new = h + f  # post-norm: layer normalization on the main path
    deviation = new.std(1, keepdims=True)
    return (new - new.mean(1, keepdims=True)) / deviation, 1 / deviation


def gate(h: Array, f: Array, bias: float) -> tuple[Array, Array | float]:
    t = 1 / (1 + np.exp(-(0.5 * h + bias)))  # highway; a diagonal gate
    return t * f + (1 - t) * h, 1 - t
# --8<-- [end:kinds]


STEPS: dict[str, Callable[[Array, Array], tuple[Array, Array | float]]] = {
    "plain": plain,
    "addition": add,
    "addition, branch x0.1": add_small,
    "addition, post-norm": add_norm,
    "gate, bias -1": lambda h, f: gate(h, f, -1),
    "gate, bias -3": lambda h, f: gate(h, f, -3),
}


def carried(step: Callable[[Array, Array], tuple[Array, Array | float]]) -> tuple[float, float]:
    """Mean direct coefficient of the input after all blocks, and its share of the mean square."""
    rng = np.random.default_rng(0)
    x = standardize(rng.standard_normal((512, 64)))[0]
    h, direct = x, np.ones_like(x)
    for _ in range(BLOCKS):
        h, factor = step(h, branch(h, rng))
        direct = direct * factor
    return float(direct.mean()), float(((direct * x) ** 2).mean() / (h**2).mean())


def kinds() -> None:
    print(f"{BLOCKS} blocks             coefficient  share of the state")
    for name, step in STEPS.items():
        coefficient, share = carried(step)
        print(f"{name:21}  {coefficient:10.2g}  {share:18.2g}")


def tied() -> None:
    rng = np.random.default_rng(0)
    x, y, w1, w2 = rng.standard_normal((4, 8, 8))
    concatenated = np.hstack([x, y]) @ np.vstack([w1, w2])
    same = np.vstack([w1, w1])
    print("concat, then one matrix = two matrices, then add:", np.allclose(concatenated, x @ w1 + y @ w2))
    print("add, then one matrix = concat with equal halves: ", np.allclose(np.hstack([x, y]) @ same, (x + y) @ w1))


def dense_block(layers: int = 24, start: int = 256, growth: int = 32) -> None:
    """DenseNet-121's third block: channels at the end, and read by all layers together."""
    widths = [start + growth * i for i in range(layers + 1)]
    print(f"dense block: {start} -> {widths[-1]} channels, {layers * (layers + 1) // 2} connections")
    print(f"all layers together read {sum(widths[:-1]):,} channels")


def unet_sizes() -> None:
    """The U-Net of 2015: unpadded convolutions, so that what crosses must be cropped."""
    side, left = 572, []
    for _ in range(4):
        left.append(side - 4)
        side = (side - 4) // 2
    side, crops = side - 4, []
    for other in reversed(left):
        crops.append(f"{other} -> {2 * side}")
        side = 2 * side - 4
    print(f"U-Net: 572 -> {side}, cropped before crossing: {', '.join(crops)}")


def unet_weights() -> None:
    """Weights of all convolutions without biases, and those that read what crossed."""
    widths = (64, 128, 256, 512, 1024)
    down = sum(9 * (a * b + b * b) for a, b in zip((1, *widths), widths, strict=False))
    up = sum(4 * 2 * c * c + 9 * (2 * c * c + c * c) for c in widths[:-1])
    crossing = sum(9 * c * c for c in widths[:-1])
    total = down + up + 2 * 64
    print(f"U-Net: {total / 1e6:.1f} M weights, {crossing / 1e6:.1f} M of them read the skips ({crossing / total:.0%})")


# --8<-- [start:task]
def signals(n: int, seed: int) -> tuple[Array, Array]:
    """Noisy rows of 64 samples; one interval of each is the object."""
    rng = np.random.default_rng(seed)
    start, length = rng.integers(4, 40, (n, 1)), rng.integers(10, 22, (n, 1))
    place = np.arange(64)
    truth = ((place >= start) & (place < start + length)).astype(float)
    return truth + 0.4 * rng.standard_normal((n, 64)), truth


def views(x: Array) -> dict[str, list[Array]]:
    """What a decoder may read at each sample: coarse cells, or details."""
    cells = np.pad(x.reshape(len(x), 8, 8).mean(2), ((0, 0), (1, 1)))
    coarse = [np.repeat(cells[:, i : i + 8], 8, axis=1) for i in range(3)]
    wide = np.pad(x, ((0, 0), (1, 1)))
    fine = [wide[:, i : i + 64] for i in range(3)]
    return {"coarse": coarse, "fine": fine, "both": coarse + fine}
# --8<-- [end:task]


def features(columns: list[Array], offset: int) -> Array:
    """All products of up to two values, at the samples with one offset within their cell."""
    flat = [np.ones(columns[0][:, offset::8].size)] + [c[:, offset::8].ravel() for c in columns]
    return np.stack([a * b for i, a in enumerate(flat) for b in flat[i:]], axis=1)


def decode(name: str, train: tuple[Array, Array], test: Array) -> Array:
    """Least squares, one set of weights per offset, as a transposed convolution has."""
    result = np.empty_like(test)
    for offset in range(8):
        inputs = features(views(train[0])[name], offset)
        weights = np.linalg.lstsq(inputs, train[1][:, offset::8].ravel(), rcond=None)[0]
        result[:, offset::8] = (features(views(test)[name], offset) @ weights).reshape(len(test), 8)
    return result


def near_edge(truth: Array) -> Array:
    """Samples at most two away from an edge of the object."""
    jump = np.abs(np.diff(truth, axis=1, prepend=0)) > 0
    wide = np.pad(jump, ((0, 0), (2, 2)))
    return np.any([wide[:, i : i + 64] for i in range(5)], axis=0)


def segmentation() -> dict[str, Array]:
    """Errors near edges and elsewhere for the three decoders."""
    train, (x, truth) = signals(1500, 0), signals(1500, 1)
    edge, outputs = near_edge(truth), {}
    print("decoder reads        wrong near edges   wrong elsewhere")
    for name, label in ("coarse", "bottleneck only"), ("fine", "skip only"), ("both", "bottleneck + skip"):
        outputs[name] = decode(name, train, x)
        wrong = (outputs[name] > 0.5) != (truth > 0.5)
        print(f"{label:20} {wrong[edge].mean():15.0%} {wrong[~edge].mean():17.1%}")
    return outputs | {"x": x, "truth": truth}


def diagram() -> None:
    """Four kinds side by side: addition, gate, dense concatenation, long skips of an encoder and decoder."""
    fig, ax = figure.blank(height=3.3, width_units=16, height_units=7.3)
    for x, title in (1.5, "x + F(x)"), (5.0, "T·F(x) + (1−T)·x"), (8.7, "[x, F(x)]"), (13.3, "U-Net"):
        ax.text(x, 6.9, title, ha="center", va="center")
    for x in 1.2, 4.7:
        figure.arrow(ax, (x, 6.4), (x, 4.7))
        figure.box(ax, x - 0.6, 3.8, 1.2, 0.9, "F", figure.BLUE)
        gated = x > 4
        figure.arrow(ax, (x, 3.8), (x, 3.4 if gated else 2.1))
        ax.plot([x, x + 1.3, x + 1.3], [6.0, 6.0, 4.47 if gated else 1.8], color=figure.GREEN, linewidth=1.6)
        figure.arrow(ax, (x + 1.3, 1.8), (x + 0.3, 1.8), figure.GREEN)
        ax.text(x, 1.75, "+", ha="center", va="center", fontsize=13)
        ax.add_patch(figure.plt.Circle((x, 1.8), 0.3, fill=False, color=figure.GREEN, linewidth=1.4))
        figure.arrow(ax, (x, 1.5), (x, 0.5))
    ax.plot([6.0, 6.0], [3.53, 1.8], color=figure.GREEN, linewidth=1.6)
    figure.arrow(ax, (4.7, 2.46), (4.7, 2.1))
    for x, y, text in (4.7, 2.93, "T"), (6.0, 4.0, "1−T"):
        ax.add_patch(figure.plt.Circle((x, y), 0.47, facecolor=figure.ORANGE, alpha=0.2))
        ax.add_patch(figure.plt.Circle((x, y), 0.47, fill=False, color=figure.ORANGE, linewidth=1.4))
        ax.text(x, y - 0.03, text, ha="center", va="center", fontsize=9)
    for i, y in enumerate((5.3, 3.5, 1.7)):
        figure.box(ax, 7.8, y, 1.2, 0.8, "F", figure.BLUE)
        figure.arrow(ax, (8.4, y + 0.8 + (0.5 if i == 0 else 1.0)), (8.4, y + 0.8))
    figure.arrow(ax, (8.4, 1.7), (8.4, 0.5))
    lines = (6.45, 4.75, 0.9), (6.45, 2.95, 1.3), (6.45, 1.0, 1.7), (4.75, 2.8, -0.9), (4.75, 1.15, -1.3)
    for top, bottom, out in lines:
        ax.plot([8.4, 8.4 + out, 8.4 + out], [top, top, bottom], color=figure.GREEN, linewidth=1.3)
        figure.arrow(ax, (8.4 + out, bottom), (8.45 if out > 0 else 8.35, bottom), figure.GREEN)
    for i, (y, h) in enumerate(((4.9, 1.2), (3.1, 0.9), (1.4, 0.7))):
        for x in ((11.3 + 0.55 * i, 15.0 - 0.55 * i) if i < 2 else (13.0,)):
            figure.box(ax, x - 0.3, y, 0.6, h, "", figure.BLUE)
        if i < 2:
            figure.arrow(ax, (11.65 + 0.55 * i, y + h / 2), (14.65 - 0.55 * i, y + h / 2), figure.GREEN)
    figure.arrow(ax, (11.4, 4.9), (11.7, 4.0))
    figure.arrow(ax, (11.95, 3.1), (12.65, 2.0))
    figure.arrow(ax, (13.35, 2.0), (14.35, 3.1))
    figure.arrow(ax, (14.6, 4.0), (14.9, 4.9))
    figure.save(fig, "skip-connections.svg")


def plot(outputs: dict[str, Array], row: int = 3) -> None:
    fig, axes = figure.new(1, 2, height=2.4, sharey=True)
    labels = ("coarse", "只有瓶颈 bottleneck only", figure.RED), ("both", "瓶颈 + 跳连 with skip", figure.GREEN)
    for ax, (name, title, color) in zip(axes, labels, strict=True):
        ax.plot(outputs["x"][row], ".", color=figure.GREY, markersize=4)
        ax.step(np.arange(64), outputs["truth"][row], where="mid", color="black", linewidth=1.2)
        ax.step(np.arange(64), outputs[name][row], where="mid", color=color)
        ax.set(xticks=[0, 16, 32, 48, 64], yticks=[0, 0.5, 1])
        ax.set_title(title)
    figure.save(fig, "skip-connections-unet.svg")


if __name__ == "__main__":
    kinds()
    tied()
    dense_block()
    unet_sizes()
    unet_weights()
    results = segmentation()
    diagram()
    plot(results)
