"""Evidence for image-size-and-parameters: what doubling the side of the image does to weights, activations and work."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from qa import figure


@dataclass(frozen=True)
class Conv:
    """A convolution, or a pooling when `out` is 0; `extra` = other parameters per channel (1 bias, 2 batch norm)."""

    out: int
    k: int
    stride: int = 1
    pad: int = 0
    extra: int = 1
    branch: bool = False  # a projection shortcut: counted, but the main path does not go through it


@dataclass(frozen=True)
class Net:
    """Convolutions, widths of the dense layers, and whether the map is averaged (or flattened) in front of them."""

    channels: int
    layers: tuple[Conv, ...]
    dense: tuple[int, ...]
    pooled: bool


# --8<-- [start:count]
def count(net: Net, side: int) -> dict[str, int]:
    """Parameters of body and head, activations and multiply-adds of the convolutions, for a square image."""
    channels, body, activations, work = net.channels, 0, 0, 0
    for layer in net.layers:
        new = (side + 2 * layer.pad - layer.k) // layer.stride + 1
        weights = layer.out * channels * layer.k**2
        body += weights + layer.extra * layer.out  # no side, no new: the image does not occur
        activations += layer.out * new**2
        work += weights * new**2
        if not layer.branch:
            side, channels = new, layer.out or channels
    widths = (channels if net.pooled else channels * side**2, *net.dense)
    head = sum(a * b + b for a, b in pairwise(widths))
    return {"side": side, "body": body, "head": head, "activations": activations, "work": work}
# --8<-- [end:count]


def vgg16(pooled: bool) -> Net:
    """VGG-16; `pooled` replaces its three dense layers by global average pooling and one."""
    pool, layers = Conv(0, 2, 2), []
    for width, repeat in (64, 2), (128, 2), (256, 3), (512, 3), (512, 3):
        layers += [Conv(width, 3, 1, 1)] * repeat + [pool]
    return Net(3, tuple(layers), (1000,) if pooled else (4096, 4096, 1000), pooled)


def resnet18() -> Net:
    layers = [Conv(64, 7, 2, 3, 2), Conv(0, 3, 2, 1)]
    for width, stride in (64, 1), (128, 2), (256, 2), (512, 2):
        layers += [Conv(width, 1, stride, 0, 2, branch=True)] * (stride == 2)
        layers += [Conv(width, 3, stride, 1, 2)] + [Conv(width, 3, 1, 1, 2)] * 3
    return Net(3, tuple(layers), (1000,), True)


def lenet5() -> Net:
    """LeNet-5 as it is taught today: no padding, all channels connected."""
    return Net(1, (Conv(6, 5), Conv(0, 2, 2), Conv(16, 5), Conv(0, 2, 2)), (120, 84, 10), False)


NETS = {
    "LeNet-5, flatten": (lenet5(), 32),
    "VGG-16, flatten": (vgg16(False), 224),
    "VGG-16, pooled": (vgg16(True), 224),
    "ResNet-18": (resnet18(), 224),
}


def report(name: str, net: Net, side: int) -> str:
    """One line: parameters at both sizes and what doubling the side multiplies."""
    a, b = count(net, side), count(net, 2 * side)
    before, after = a["body"] + a["head"], b["body"] + b["head"]
    ratios = after / before, b["activations"] / a["activations"], b["work"] / a["work"]
    return f"{name:16} {side:3} {before:11,}  {2 * side:3} {after:11,}   " + "   ".join(f"x{r:.2f}" for r in ratios)


# --8<-- [start:run]
def conv(image: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """(C, H, W) and (D, C, 3, 3) -> (D, H, W): zero padding, stride 1, ReLU."""
    padded = np.pad(image, ((0, 0), (1, 1), (1, 1)))
    windows = sliding_window_view(padded, (3, 3), axis=(1, 2))  # (C, H, W, 3, 3)
    return np.maximum(np.einsum("chwij,dcij->dhw", windows, kernels), 0)


def classify(image: np.ndarray, kernels: np.ndarray, head: np.ndarray, pooled: bool) -> str:
    features = conv(image, kernels)
    vector = features.mean(axis=(1, 2)) if pooled else features.ravel()
    try:
        return f"{(head @ vector).size} scores"
    except ValueError:
        return f"error: the head expects {head.shape[1]} inputs, got {vector.size}"
# --8<-- [end:run]


def try_both() -> None:
    """Train-time size 16, then the same weights at 32, with either head."""
    rng = np.random.default_rng(0)
    kernels = rng.standard_normal((8, 3, 3, 3))
    heads = {"pooled": rng.standard_normal((10, 8)), "flatten": rng.standard_normal((10, 8 * 16 * 16))}
    for name, head in heads.items():
        for side in 16, 32:
            image = rng.standard_normal((3, side, side))
            print(f"{name:7} {side} x {side}: {classify(image, kernels, head, name == 'pooled')}")


def details() -> None:
    """Where VGG-16's parameters are, what its activations weigh, and the vision transformer's position table."""
    net = vgg16(False)
    small, large = (count(lenet5(), side)["side"] for side in (32, 64))
    print(f"LeNet-5: last map {small} x {small} -> {large} x {large}, flattened x{large**2 / small**2:.2f}")
    for side in 224, 448:
        a = count(net, side)
        first, total = 512 * a["side"] ** 2 * 4096 + 4096, a["body"] + a["head"]
        print(f"VGG-16 at {side}: convolutions {a['body']:,}, first dense layer {first:,} ({first / total:.0%})")
        giga, mebi = a["work"] / 1e9, a["activations"] * 4 / 2**20
        print(f"  conv multiply-adds {giga:.1f} G, activations {mebi:.0f} MiB in float32")
    for side in 224, 448:
        tokens = (side // 16) ** 2
        table, scores = 768 * (tokens + 1), (tokens + 1) ** 2
        print(f"ViT-B/16 at {side}: {tokens} patches, {table:,} position parameters, {scores:,} scores")


def draw() -> None:
    """Parameters and work against the side of the image."""
    fig, (left, right) = figure.new(1, 2, height=2.9)
    sides = np.array([112, 224, 448, 896])
    shown = ("VGG-16, flatten", figure.RED), ("VGG-16, pooled", figure.BLUE), ("ResNet-18", figure.GREEN)
    for name, color in shown:
        counts = [count(NETS[name][0], int(side)) for side in sides]
        left.plot(sides, [(c["body"] + c["head"]) / 1e6 for c in counts], "o-", color=color, markersize=4)
        if name != "VGG-16, pooled":
            right.plot(sides, [c["work"] / 1e9 for c in counts], "o-", color=color, markersize=4)
    for ax, title in (left, "参数 parameters (M)"), (right, "乘加 multiply-adds (G)"):
        ax.set(xscale="log", yscale="log", xlabel="H = W")
        ax.set_title(title, loc="left")
        ax.set_xticks(sides, [str(side) for side in sides])
        ax.minorticks_off()
    left.set_yticks([10, 100, 1000], ["10", "100", "1000"])
    left.set_ylim(4, 3000)
    right.set_yticks([1, 10, 100], ["1", "10", "100"])
    left.text(118, 700, "VGG-16, flatten", color=figure.RED)
    left.text(330, 19.5, "VGG-16, GAP", color=figure.BLUE)
    left.text(330, 6.4, "ResNet-18", color=figure.GREEN)
    right.text(125, 30, "VGG-16", color=figure.RED)
    right.text(330, 1.7, "ResNet-18", color=figure.GREEN)
    figure.save(fig, "image-size-and-parameters.svg")


if __name__ == "__main__":
    print("                side  parameters side  parameters   params  activ.  work")
    for name, (net, side) in NETS.items():
        print(report(name, net, side))
    try_both()
    details()
    draw()
