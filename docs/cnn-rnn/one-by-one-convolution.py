"""Evidence for one-by-one-convolution: it is a dense layer at every pixel, and what that saves in real networks."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from qa import figure


def conv(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """(C, H, W) and (D, C, k, k) -> (D, H', W'), no padding."""
    k = w.shape[-1]
    return np.einsum("chwij,dcij->dhw", sliding_window_view(x, (k, k), axis=(1, 2)), w)


def same(a: np.ndarray, b: np.ndarray) -> str:
    return "equal" if np.allclose(a, b, rtol=0, atol=1e-9) else "different"


# --8<-- [start:dense]
def per_pixel(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """What a 1x1 convolution does: one dense layer, applied to every pixel."""
    pixels = x.reshape(len(x), -1).T  # (H W, C): pixels as samples
    outputs = pixels @ w[:, :, 0, 0].T  # (H W, D)
    return outputs.T.reshape(len(w), *x.shape[1:])


def scatter(x: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Rearrange the pixels of all channels in the same way."""
    return x.reshape(len(x), -1)[:, order].reshape(x.shape)
# --8<-- [end:dense]


def equivalence() -> None:
    """What a 1x1 convolution computes, what it cannot see, and when it merges into its neighbour."""
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((64, 14, 14)), rng.standard_normal((32, 64, 1, 1))
    order = rng.permutation(14 * 14)
    print("1x1 convolution, dense layer per pixel:", same(conv(x, w), per_pixel(x, w)))
    print("pixels scattered before or after it:", same(conv(scatter(x, order), w), scatter(conv(x, w), order)))
    image, w3 = rng.standard_normal((3, 16, 16)), rng.standard_normal((64, 3, 3, 3))
    merged, hidden = np.einsum("dc,ceij->deij", w[:, :, 0, 0], w3), conv(image, w3)
    print("3x3 then 1x1, one merged 3x3:", same(conv(hidden, w), conv(image, merged)))
    print("the same with ReLU in between:", same(conv(np.maximum(hidden, 0), w), conv(image, merged)))


def exclusive_or() -> None:
    """Two binary channels, wanted: 1 where they differ. One 1x1 layer, and two with ReLU."""
    rng = np.random.default_rng(1)
    x = rng.integers(2, size=(2, 32, 32)).astype(float)
    wanted = (x[0] != x[1]).astype(float)
    pixels = np.c_[x.reshape(2, -1).T, np.ones(1024)]
    fit = pixels @ np.linalg.lstsq(pixels, wanted.ravel(), rcond=None)[0]
    first = np.array([[1.0, -1.0], [-1.0, 1.0]])[:, :, None, None]
    second = np.ones((1, 2, 1, 1))
    exact = conv(np.maximum(conv(x, first), 0), second)[0]
    print(f"XOR of two channels: one layer, squared error {np.mean((fit - wanted.ravel()) ** 2):.2f};", end=" ")
    print(f"two with ReLU, {np.mean((exact - wanted) ** 2):.2f}")


@dataclass(frozen=True)
class Conv:
    """A convolution: channels in and out, kernel, side of its output, groups."""

    c: int
    d: int
    k: int
    side: int
    groups: int = 1

    @property
    def weights(self) -> int:
        return self.d * self.c // self.groups * self.k**2

    @property
    def work(self) -> int:
        return self.weights * self.side**2


# --8<-- [start:bottleneck]
def bottleneck(c: int, m: int, side: int) -> list[Conv]:
    """ResNet-50's branch: squeeze to m channels, look, expand again."""
    return [Conv(c, m, 1, side), Conv(m, m, 3, side), Conv(m, c, 1, side)]


def inception_3a(reduce: bool) -> list[Conv]:
    """GoogLeNet's first module, 192 channels in, with or without 1x1."""
    a, b = (96, 16) if reduce else (192, 192)
    before = [Conv(192, 96, 1, 28), Conv(192, 16, 1, 28)] if reduce else []
    branches = [Conv(192, 64, 1, 28), Conv(a, 128, 3, 28), Conv(b, 32, 5, 28)]
    return before + branches + [Conv(192, 32, 1, 28)]  # behind its pooling
# --8<-- [end:bottleneck]


def blocks() -> None:
    """Weights and multiply-adds of single blocks."""
    table = {
        "bottleneck 256-64-64-256": bottleneck(256, 64, 56),
        "two 3x3 at 64 channels": [Conv(64, 64, 3, 56)] * 2,
        "two 3x3 at 256 channels": [Conv(256, 256, 3, 56)] * 2,
        "inception 3a": inception_3a(True),
        "  without the reductions": inception_3a(False),
    }
    print("                            weights  M mult-adds")
    for name, convs in table.items():
        print(f"{name:26}{sum(c.weights for c in convs):9,}{sum(c.work for c in convs) / 1e6:10.0f}")


def vgg16() -> list[Conv]:
    widths = ((64, 2, 224), (128, 2, 112), (256, 3, 56), (512, 3, 28), (512, 3, 14))
    convs, c = [], 3
    for d, repeat, side in widths:
        for _ in range(repeat):
            convs.append(Conv(c, d, 3, side))
            c = d
    return [*convs, Conv(25088, 4096, 0, 1), Conv(4096, 4096, 0, 1), Conv(4096, 1000, 0, 1)]


def resnet50() -> list[Conv]:
    """As published: the stride is on the first 1x1 of a stage."""
    convs, c = [Conv(3, 64, 7, 112)], 64
    for m, repeat, side in (64, 3, 56), (128, 4, 28), (256, 6, 14), (512, 3, 7):
        convs.append(Conv(c, 4 * m, 1, side))  # projection shortcut
        for _ in range(repeat):
            convs += [Conv(c, m, 1, side), Conv(m, m, 3, side), Conv(m, 4 * m, 1, side)]
            c = 4 * m
    return [*convs, Conv(2048, 1000, 0, 1)]


def mobilenet() -> list[Conv]:
    """MobileNet of 2017, width 1, 224 x 224."""
    convs, c, side = [Conv(3, 32, 3, 112)], 32, 112
    for d, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)):
        side //= stride
        convs += [Conv(c, c, 3, side, c), Conv(c, d, 1, side)]
        c = d
    return [*convs, Conv(1024, 1000, 0, 1)]


NETS = {"VGG-16": vgg16(), "ResNet-50": resnet50(), "MobileNet": mobilenet()}


def size(conv: Conv, field: str) -> int:
    """Weights or work; a dense layer is marked by k = 0 and has one weight per pair."""
    return conv.c * conv.d if conv.k == 0 else getattr(conv, field)


def shares(convs: list[Conv], field: str) -> tuple[float, list[float]]:
    """Total, and the shares of 1x1, larger kernels and dense layers."""
    total = sum(size(c, field) for c in convs)
    kinds = (lambda c: c.k == 1), (lambda c: c.k > 1), (lambda c: c.k == 0)
    return total, [sum(size(c, field) for c in convs if kind(c)) / total for kind in kinds]


def networks() -> None:
    print("             M weights  of them 1x1   M mult-adds  of them 1x1")
    for name, convs in NETS.items():
        (weights, a), (work, b) = shares(convs, "weights"), shares(convs, "work")
        print(f"{name:12}{weights / 1e6:10.2f}{a[0]:12.1%}{work / 1e6:14.0f}{b[0]:13.1%}")
    width = 768
    ffn = 2 * width * 4 * width
    print(f"transformer block, width {width}: feed-forward {ffn:,} of {ffn + 4 * width**2:,} weights")


def draw() -> None:
    """Where the multiply-adds of three networks are: 1x1, larger kernels, dense."""
    fig, axes = figure.new(1, 2, height=2.5, sharey=True)
    colours = figure.BLUE, figure.GREY, figure.ORANGE
    for ax, field, title in zip(axes, ("weights", "work"), ("权重 weights", "乘加 multiply-adds"), strict=True):
        for y, convs in enumerate(NETS.values()):
            left = 0.0
            for share, colour in zip(shares(convs, field)[1], colours, strict=True):
                ax.barh(2 - y, 100 * share, left=100 * left, color=colour, height=0.55)
                left += share
        ax.set_title(title, loc="left")
        ax.set(xlim=(0, 100), xlabel="%")
        ax.set_yticks([2, 1, 0], list(NETS))
    handles = [figure.plt.Rectangle((0, 0), 1, 1, color=colour) for colour in colours]
    fig.legend(handles, ["1×1", "3×3, 7×7", "全连接 dense"], loc="outside lower center", ncols=3)
    figure.save(fig, "one-by-one-convolution.svg")


if __name__ == "__main__":
    equivalence()
    exclusive_or()
    blocks()
    networks()
    draw()
