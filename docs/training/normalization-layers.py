"""Evidence for normalization-layers: axes, invariances, and what each layer does to contrast and brightness."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
GROUPS = 4


# --8<-- [start:axes]
def standardize(x: Array, axes: tuple[int, ...], eps: float = 1e-5) -> Array:
    mean = x.mean(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)


def batch_norm(x: Array) -> Array:  # x: (N, C, H, W); training mode
    return standardize(x, (0, 2, 3))


def layer_norm(x: Array) -> Array:
    return standardize(x, (1, 2, 3))


def instance_norm(x: Array) -> Array:
    return standardize(x, (2, 3))


def group_norm(x: Array, groups: int = GROUPS) -> Array:
    n, c, h, w = x.shape
    split = x.reshape(n, groups, c // groups, h, w)
    return standardize(split, (2, 3, 4)).reshape(x.shape)
# --8<-- [end:axes]


# --8<-- [start:token]
def token_norm(x: Array, eps: float = 1e-5) -> Array:  # x: (N, T, D)
    return standardize(x, (-1,), eps)


def rms_norm(x: Array, eps: float = 1e-5) -> Array:
    return x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)
# --8<-- [end:token]


LAYERS: dict[str, Callable[[Array], Array]] = {
    "BN": batch_norm,
    "LN": layer_norm,
    "IN": instance_norm,
    "GN": group_norm,
}


def show_counts(x: Array) -> None:
    """How many (mean, variance) pairs there are and over how many values each is taken."""
    n, c, h, w = x.shape
    for name, pairs in ("BN", c), ("LN", n), ("IN", n * c), ("GN", n * GROUPS):
        print(f"{name}: {pairs:3} pairs, each over {n * c * h * w // pairs:5} values")


def changes(x: Array, rng: np.random.Generator) -> dict[str, Array]:
    """Inputs after one change each; the first sample is looked at afterwards."""
    other, sample, channel, bias = x.copy(), x.copy(), x.copy(), x.copy()
    other[1:] = 3 * rng.standard_normal(x[1:].shape)
    sample[0] = 3 * sample[0] + 1
    channel[:, 0] = 3 * channel[:, 0] + 1
    bias[0, 0] += 1
    return {"other samples": other, "sample × 3 + 1": sample, "channel × 3 + 1": channel, "channel + 1, sample": bias}


def show_invariances(x: Array, rng: np.random.Generator) -> None:
    """Whether the first sample's output stays the same (to 1 %)."""
    print(f"{'':20} {'  '.join(f'{name:>4}' for name in LAYERS)}")
    for what, changed in changes(x, rng).items():
        same = ["same" if np.allclose(f(changed)[0], f(x)[0], atol=0.01) else "-" for f in LAYERS.values()]
        print(f"{what:20} {'  '.join(f'{s:>4}' for s in same)}")


def show_limits(x: Array) -> None:
    same_as_ln, same_as_in = group_norm(x, 1), group_norm(x, x.shape[1])
    print(f"GN, 1 group = LN: {np.allclose(same_as_ln, layer_norm(x))}, C groups = IN: {np.allclose(same_as_in, instance_norm(x))}")
    pooled = np.abs(instance_norm(x).mean(axis=(2, 3))).max()
    print(f"IN, then global average pooling: all zero {pooled < 1e-9}")


def show_tokens(rng: np.random.Generator) -> None:
    x = rng.standard_normal((2, 5, 512)) + 0.5
    centred = x - x.mean(axis=-1, keepdims=True)
    print(f"RMSNorm of centred tokens = LN: {np.allclose(rms_norm(centred), token_norm(x))}")
    ln, rms = token_norm(x), rms_norm(x)
    print(f"token mean 0.5: after LN {abs(ln.mean()):.2f}, after RMSNorm {rms.mean():.2f}, mean square {np.mean(rms**2):.2f}")


# A small convolutional network: 3×3 patches, 16 channels, normalization, ReLU, 2×2 average pooling, linear.


@dataclass
class Net:
    name: str
    kernel: Array
    scale: Array
    shift: Array
    out: Array
    mean: Array
    var: Array


def patches(images: Array) -> Array:
    """(N, 36, 9): the 3×3 patches of 8×8 images."""
    windows = np.lib.stride_tricks.sliding_window_view(images.reshape(-1, 8, 8), (3, 3), axis=(1, 2))
    return windows.reshape(len(images), 36, 9)


AXES = {"BN": (0, 1), "LN": (1, 2, 3), "IN": (1,), "GN": (1, 3)}


def grouped(name: str, z: Array) -> Array:
    """(N, 36, 16) with the channels split in groups where the layer needs them."""
    return z.reshape(*z.shape[:2], GROUPS, -1) if name in ("LN", "GN") else z


def forward(net: Net, x: Array, training: bool) -> tuple[Array, tuple]:
    z = x @ net.kernel
    if net.name == "BN" and not training:
        split, mean, var = z, net.mean, net.var
    else:
        split = grouped(net.name, z)
        mean, var = (f(axis=AXES[net.name], keepdims=True) for f in (split.mean, split.var))
    if net.name == "BN" and training:
        net.mean, net.var = 0.9 * net.mean + 0.1 * mean, 0.9 * net.var + 0.1 * var
    xhat = (split - mean) / np.sqrt(var + 1e-5)
    y = net.scale * xhat.reshape(z.shape) + net.shift
    h = np.maximum(y, 0).reshape(-1, 3, 2, 3, 2, 16).mean(axis=(2, 4)).reshape(len(x), -1)
    return h @ net.out, (x, xhat, var, y, h)


def step(net: Net, x: Array, labels: Array, rate: float = 0.3) -> None:
    logits, (x, xhat, var, y, h) = forward(net, x, True)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    d = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[labels]) / len(x)
    dh = (d @ net.out.T).reshape(-1, 3, 1, 3, 1, 16) / 4
    dy = np.broadcast_to(dh, (len(x), 3, 2, 3, 2, 16)).reshape(y.shape) * (y > 0)
    flat = xhat.reshape(y.shape)
    g = grouped(net.name, dy * net.scale)
    axes = AXES[net.name]
    g = g - g.mean(axis=axes, keepdims=True) - xhat * (g * xhat).mean(axis=axes, keepdims=True)
    dz = (g / np.sqrt(var + 1e-5)).reshape(y.shape)
    net.out -= rate * h.T @ d
    net.scale -= rate * (dy * flat).sum(axis=(0, 1))
    net.shift -= rate * dy.sum(axis=(0, 1))
    net.kernel -= rate * x.reshape(-1, 9).T @ dz.reshape(-1, 16)


def train(name: str, x: Array, labels: Array, seed: int, steps: int = 200) -> Net:
    rng = np.random.default_rng(seed)
    kernel, out = rng.standard_normal((9, 16)) / 3, rng.standard_normal((144, 10)) / 12
    net = Net(name, kernel, np.ones(16), np.zeros(16), out, np.zeros((1, 1, 16)), np.ones((1, 1, 16)))
    for _ in range(steps):
        batch = rng.integers(0, len(x), 32)
        step(net, x[batch], labels[batch])
    return net


CONTRASTS, BRIGHTNESSES = (0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5), (-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0)


def measure(seeds: int = 3) -> dict[str, tuple[list[float], list[float]]]:
    """Test accuracy under changed contrast and changed brightness, mean of `seeds` networks each."""
    images, labels = load_digits(return_X_y=True)
    images, order = images / 16, np.random.default_rng(0).permutation(len(images))
    images, labels = images[order], labels[order]
    x, y, test, truth = patches(images[:1200]), labels[:1200], images[1200:], labels[1200:]
    result = {}
    for name in LAYERS:
        nets = [train(name, x, y, seed) for seed in range(seeds)]

        def accuracy(changed: Array, nets: list[Net] = nets) -> float:
            return float(np.mean([(forward(n, patches(changed), False)[0].argmax(axis=1) == truth).mean() for n in nets]))

        result[name] = [accuracy(a * test) for a in CONTRASTS], [accuracy(test + b) for b in BRIGHTNESSES]
    return result


def show_training(result: dict[str, tuple[list[float], list[float]]]) -> None:
    print("test accuracy   as trained   contrast × 0.2   brightness + 0.5")
    for name, (contrast, brightness) in result.items():
        print(f"{name:13} {contrast[4]:12.2f} {contrast[1]:16.2f} {brightness[5]:18.2f}")


def draw_axes() -> None:
    """Rows are samples, columns channels, every cell one H×W map; coloured cells share a mean and a variance."""
    fig, axes = figure.new(1, 4, height=2.1)
    chosen = {
        "BN": lambda n, c: c == 1,
        "LN": lambda n, c: n == 2,
        "IN": lambda n, c: (n, c) == (2, 1),
        "GN": lambda n, c: n == 2 and c < 2,
    }
    for ax, (name, inside) in zip(axes, chosen.items(), strict=True):
        for n in range(4):
            for c in range(4):
                color = figure.BLUE if inside(n, c) else figure.GREY
                alpha = 0.2 if inside(n, c) else 0.05
                ax.add_patch(figure.plt.Rectangle((c, 3 - n), 0.86, 0.86, facecolor=color, alpha=alpha))
                ax.add_patch(figure.plt.Rectangle((c, 3 - n), 0.86, 0.86, fill=False, edgecolor=color))
        ax.set(xlim=(-0.6, 4), ylim=(-0.1, 4.7), aspect="equal", title=name)
        ax.text(1.93, 4.1, "C", ha="center")
        ax.text(-0.35, 1.93, "N", ha="center", va="center")
        ax.axis("off")
    figure.save(fig, "normalization-layers-axes.svg")


def draw(result: dict[str, tuple[list[float], list[float]]]) -> None:
    fig, (left, right) = figure.new(1, 2, height=2.9, sharey=True)
    for (name, (contrast, brightness)), color, style in zip(
        result.items(),
        (figure.BLUE, figure.ORANGE, figure.GREEN, figure.PURPLE),
        ("o-", "s-", "^-", "d--"),
        strict=True,
    ):
        left.plot(CONTRASTS, np.round(contrast, 2), style, markersize=4, color=color, label=name)
        right.plot(BRIGHTNESSES, np.round(brightness, 2), style, markersize=4, color=color)
    left.set(xscale="log", xlabel="对比度 contrast ×", ylabel="测试准确率 test accuracy", ylim=(0, 1.02))
    left.set_xticks(CONTRASTS, [f"{c:g}" for c in CONTRASTS])
    left.minorticks_off()
    right.set(xlabel="亮度 brightness +")
    left.legend(loc="lower right", fontsize=9, ncols=2)
    figure.save(fig, "normalization-layers.svg")


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = 2 * rng.standard_normal((8, 16, 6, 6)) + rng.standard_normal((8, 16, 1, 1))
    show_counts(x)
    show_invariances(x, rng)
    show_limits(x)
    show_tokens(rng)
    result = measure()
    show_training(result)
    draw_axes()
    draw(result)
