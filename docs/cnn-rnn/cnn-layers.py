"""Evidence for cnn-layers: convolution arithmetic, a network walked through, and which layers merge."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from qa import figure

Array = np.ndarray


# --8<-- [start:size]
def size(n: int, k: int, s: int = 1, p: int = 0, d: int = 1) -> int:
    """Output length of a convolution or pooling along one axis."""
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def windows(x: Array, k: int, s: int, p: int, d: int, fill: float) -> Array:
    """(C, H, W) -> (C, H', W', k, k): what the kernel sees at each position."""
    x = np.pad(x, ((0, 0), (p, p), (p, p)), constant_values=fill)
    span = d * (k - 1) + 1
    seen = sliding_window_view(x, (span, span), axis=(1, 2))
    return seen[:, ::s, ::s, ::d, ::d]


def conv(x: Array, w: Array, s: int = 1, p: int = 0, d: int = 1) -> Array:
    seen = windows(x, w.shape[-1], s, p, d, 0.0)
    return np.tensordot(w, seen, axes=((1, 2, 3), (0, 3, 4)))


def max_pool(x: Array, k: int, s: int, p: int = 0) -> Array:
    return windows(x, k, s, p, 1, -np.inf).max(axis=(3, 4))
# --8<-- [end:size]


def check_formula() -> None:
    """The formula against arrays, for every combination in which the kernel fits."""
    tried = 0
    for n, k, s, p, d in product(range(1, 21), range(1, 6), range(1, 5), range(4), range(1, 4)):
        if n + 2 * p >= d * (k - 1) + 1:
            seen = windows(np.zeros((1, n, n)), k, s, p, d, 0.0)
            assert seen.shape[1] == size(n, k, s, p, d)
            tried += 1
    print(f"formula = array shape in {tried:,} of {tried:,} cases")


@dataclass(frozen=True)
class Layer:
    """A layer of the walk-through; `out` is the number of channels of a convolution."""

    kind: str
    out: int = 0
    k: int = 1
    s: int = 1
    p: int = 0
    d: int = 1

    @property
    def label(self) -> str:
        parts = [f"{self.k}x{self.k}"] if self.k > 1 else []
        parts += [f"/{self.s}"] if self.s > 1 else []
        parts += [f"dil {self.d}"] if self.d > 1 else []
        return " ".join([self.kind, *parts])


NETWORK = (
    Layer("conv", 64, 7, 2, 3),
    Layer("BN"),
    Layer("ReLU"),
    Layer("max pool", 0, 3, 2, 1),
    Layer("conv", 128, 3, 1, 1),
    Layer("conv", 128, 3, 2, 1),
    Layer("conv", 128, 3, 1, 2, 2),
    Layer("GAP"),
    Layer("dense", 10),
)


def apply(layer: Layer, x: Array, rng: np.random.Generator) -> tuple[Array, int]:
    """What a layer returns, with random weights, and how many parameters it has."""
    match layer.kind:
        case "conv":
            w = rng.standard_normal((layer.out, len(x), layer.k, layer.k))
            return conv(x, w, layer.s, layer.p, layer.d), w.size
        case "max pool":
            return max_pool(x, layer.k, layer.s, layer.p), 0
        case "BN":
            centred = x - x.mean(axis=(1, 2), keepdims=True)
            return centred / np.sqrt(x.var(axis=(1, 2), keepdims=True) + 1e-5), 2 * len(x)
        case "ReLU":
            return np.maximum(x, 0), 0
        case "GAP":
            return x.mean(axis=(1, 2)), 0
        case _:
            w = rng.standard_normal((layer.out, len(x)))
            return w @ x, w.size + layer.out


# --8<-- [start:walk]
def walk(network: tuple[Layer, ...], side: int) -> Iterator[str]:
    """One line a layer: shape of the array, parameters, MACs, field."""
    rng, field, jump = np.random.default_rng(0), 1, 1
    x = rng.standard_normal((3, side, side))
    for layer in network:
        x, parameters = apply(layer, x, rng)
        positions = x[0].size if layer.kind == "conv" else 1
        work = parameters * positions * (layer.kind in ("conv", "dense"))
        field += (layer.k - 1) * layer.d * jump  # jump: input pixels a step
        jump *= layer.s
        shape = " x ".join(map(str, x.shape))
        seen = field if x.ndim == 3 else "all"
        line = f"{layer.label:16}{shape:>15}{parameters:10,}"
        yield f"{line}{work / 1e6:9.1f}{seen:>7}"
# --8<-- [end:walk]


def measured_fields(network: tuple[Layer, ...], side: int) -> list[int]:
    """Along one axis, weights all 1: how many input pixels reach the unit in the middle."""
    reach, found = np.eye(side), []
    for layer in network:
        if layer.k > 1:
            span = layer.d * (layer.k - 1) + 1
            padded = np.pad(reach, ((layer.p, layer.p), (0, 0)))
            reach = sliding_window_view(padded, span, axis=0)[:: layer.s, :, :: layer.d].sum(axis=-1)
        at = np.flatnonzero(reach[len(reach) // 2])
        found.append(int(at[-1] - at[0] + 1))
    return found


def fields() -> None:
    """Receptive fields of stacked stride-1 3x3 convolutions, and those of the network measured."""
    stacked = [measured_fields((Layer("conv", 1, 3, 1, 1),) * depth, 41)[-1] for depth in range(1, 6)]
    strided = measured_fields((Layer("conv", 1, 3, 2, 1),) * 5, 161)
    print("3x3, stride 1:", *stacked)
    print("3x3, stride 2:", *strided)
    print("the network, measured:", *sorted(set(measured_fields(NETWORK[:7], 224))))


def identities() -> None:
    """Which layers merge or change places without changing the function: largest relative difference."""
    rng = np.random.default_rng(1)
    x, a, b = rng.standard_normal((3, 20, 20)), rng.standard_normal((8, 3, 3, 3)), rng.standard_normal((4, 8, 3, 3))
    pads = ((0, 0), (0, 0), (2, 2), (2, 2))
    both = np.einsum("dcij,cehwij->dehw", b, sliding_window_view(np.pad(a, pads), (3, 3), axis=(2, 3))[..., ::-1, ::-1])
    linear, bent = conv(conv(x, a), b), conv(np.maximum(conv(x, a), 0), b)
    z = conv(x, a)
    mean, scale = z.mean(axis=(1, 2)), 1 / np.sqrt(z.var(axis=(1, 2)) + 1e-5)
    normal = (z - mean[:, None, None]) * scale[:, None, None]
    folded = conv(x, a * scale[:, None, None, None]) - (mean * scale)[:, None, None]
    pairs = {
        "two 3x3 = one 5x5": (linear, conv(x, both)),
        "two 3x3 with ReLU = one 5x5": (bent, conv(x, both)),
        "BN folded into the convolution": (normal, folded),
        "ReLU, max pool = max pool, ReLU": (max_pool(np.maximum(z, 0), 2, 2), np.maximum(max_pool(z, 2, 2), 0)),
    }
    for name, (one, other) in pairs.items():
        gap = np.linalg.norm(one - other) / np.linalg.norm(one)
        print(f"{name:32}difference {0 if gap < 1e-9 else gap:.1f}")


def all_cnn() -> None:
    """All-CNN-C: nine convolutions and an average, for 32 x 32 images."""
    layers = [(96, 3), (96, 3), (96, 3), (192, 3), (192, 3), (192, 3), (192, 3), (192, 1), (10, 1)]
    channels, total = 3, 0
    for out, k in layers:
        total += out * (channels * k * k + 1)
        channels = out
    print(f"All-CNN-C: {total:,} parameters")
    one, two = 64 * 3 * 3 * 3 + 64, 64 * 3 * 7 * 7
    print(f"3 -> 64 channels: 3x3 with bias {one:,}, 7x7 without {two:,}")


def draw() -> None:
    """Three small convolutions along one axis: cells of the input, what one output sees, all outputs."""
    fig, ax = figure.blank(3.1, 26, 11)
    rows = (("k=3, p=1, s=1, d=1", 1, 1, 1), ("k=3, p=1, s=2, d=1", 1, 2, 1), ("k=3, p=2, s=1, d=2", 2, 1, 2))
    for row, (label, p, s, d) in enumerate(rows):
        y = 8.3 - 3.8 * row
        ax.text(0.2, y + 0.9, label, va="center")
        outputs = size(8, 3, s, p, d)
        ax.text(23.4, y + 0.9, f"8 → {outputs}", va="center")
        for i in range(-p, 8 + p):
            pad = not 0 <= i < 8
            colour, alpha = (figure.GREY, 0.6) if pad else ("black", 1.0)
            ax.plot(11 + i * 1.3, y, "s", ms=8, mfc="none", mec=colour, ls="none", alpha=alpha)
        for o in range(outputs):
            at = o * s - p + d
            chosen = o == 1
            ax.plot(11 + at * 1.3, y + 1.9, "o", ms=7, color=figure.ORANGE if chosen else figure.BLUE)
            for tap in range(3) if chosen else ():
                i = o * s - p + tap * d
                ax.plot([11 + i * 1.3, 11 + at * 1.3], [y + 0.3, y + 1.6], color=figure.ORANGE, lw=1.4)
    figure.save(fig, "cnn-layers.svg")


if __name__ == "__main__":
    check_formula()
    print("layer                    output    params   M MACs  field")
    for line in walk(NETWORK, 224):
        print(line)
    fields()
    identities()
    all_cnn()
    draw()
