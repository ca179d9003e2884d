"""Evidence for rcnn-family: what each detector computes per region, and what RoI pooling loses that RoIAlign keeps."""

from itertools import pairwise

import numpy as np

from qa import figure

Array = np.ndarray

VGG_CONVOLUTIONS = (  # channels in and out, side of the map for a 224 x 224 input
    (3, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 2), (128, 256, 4), (256, 256, 4), (256, 256, 4),
    (256, 512, 8), (512, 512, 8), (512, 512, 8), (512, 512, 16), (512, 512, 16), (512, 512, 16),
)  # fmt: skip


def backbone(height: int, width: int) -> int:
    """Multiply-adds of VGG-16's convolutions."""
    return sum(9 * a * b * (height // s) * (width // s) for a, b, s in VGG_CONVOLUTIONS)


def head(classes: int = 21) -> int:
    """Multiply-adds of the dense layers for one region: two of 4096, then scores and four offsets a class."""
    return 512 * 49 * 4096 + 4096**2 + 4096 * (classes + 4 * classes)


def rpn(height: int, width: int, anchors: int = 9) -> tuple[int, int]:
    """Positions of the map, and multiply-adds of the proposal network on it."""
    positions = (height // 16) * (width // 16)
    return positions, positions * (9 * 512 * 512 + 512 * 6 * anchors)


def costs(height: int = 600, width: int = 1000, regions: int = 2000, proposals: int = 300) -> None:
    image, crop = backbone(height, width), backbone(224, 224)
    positions, proposing = rpn(height, width)
    rows = (
        ("R-CNN", regions * crop, regions * head(), 0),
        ("Fast R-CNN", image, regions * head(), 0),
        ("Faster R-CNN", image, proposals * head(), proposing),
    )
    print(f"10^9 multiply-adds, image {height} x {width}, VGG-16")
    print("              convolutions   proposals   heads    total")
    for name, convolutions, proposing_cost, heads in ((r[0], r[1], r[3], r[2]) for r in rows):
        total = convolutions + proposing_cost + heads
        numbers = [value / 1e9 for value in (convolutions, proposing_cost, heads, total)]
        print(f"{name:12} {numbers[0]:13,.0f} {numbers[1]:11,.0f} {numbers[2]:7,.0f} {numbers[3]:8,.0f}")
    print(f"per region: crop {(crop + head()) / 1e9:.2f}, head alone {head() / 1e9:.2f}")
    print(f"RPN: {positions} positions, {9 * positions:,} anchors, output layers {512 * 6 * 9:,} weights")


# --8<-- [start:code]
def encode(box: Array, anchor: Array) -> Array:
    """Offsets that turn an anchor into a box; both (x, y, w, h), centered."""
    center = (box[:2] - anchor[:2]) / anchor[2:]
    return np.concatenate([center, np.log(box[2:] / anchor[2:])])


def smooth_l1(d: Array) -> Array:
    return np.where(np.abs(d) < 1, 0.5 * d**2, np.abs(d) - 0.5)
# --8<-- [end:code]


# --8<-- [start:pool]
def roi_pool(m: Array, box: Array, n: int, stride: int) -> Array:
    """Largest value in each of n x n bins; every border is rounded."""
    x0, y0, x1, y1 = np.floor(box / stride + 0.5)  # first rounding
    bins = [
        [slice(int(a), int(np.ceil(b))) for a, b in pairwise(borders)]  # second
        for borders in (np.linspace(y0, y1, n + 1), np.linspace(x0, x1, n + 1))
    ]
    return np.array([[m[r, c].max() for c in bins[1]] for r in bins[0]])


def roi_align(m: Array, box: Array, n: int, stride: int) -> Array:
    """Mean of four bilinear samples in each bin; nothing is rounded."""
    x0, y0, x1, y1 = box / stride - 0.5  # pixel centers lie at half units
    t = (np.arange(2 * n) + 0.5) / (2 * n)
    ys, xs = y0 + t * (y1 - y0), x0 + t * (x1 - x0)
    samples = np.array([[bilinear(m, y, x) for x in xs] for y in ys])
    return samples.reshape(n, 2, n, 2).mean((1, 3))
# --8<-- [end:pool]


def bilinear(m: Array, y: float, x: float) -> float:
    i, j = int(np.floor(y)), int(np.floor(x))
    a, b = y - i, x - j
    upper, lower = ((1 - b) * m[row, j] + b * m[row, j + 1] for row in (i, i + 1))
    return float((1 - a) * upper + a * lower)


def ramp() -> Array:
    """A map that says where it is: the value of a cell is the x of its center, in pixels (stride 16)."""
    return np.tile(16 * (np.arange(40) + 0.5), (40, 1))


def shifts() -> tuple[list[float], list[float]]:
    """Left bin of a 7 x 7 grid for boxes of side 112, moved to the right pixel by pixel."""
    results: tuple[list[float], list[float]] = ([], [])
    for shift in range(33):
        box = np.array([160.0 + shift, 160.0, 272.0 + shift, 272.0])
        for values, method in zip(results, (roi_pool, roi_align), strict=True):
            values.append(float(method(ramp(), box, 7, 16)[0, 0]))
    return results


def report(pooled: list[float], aligned: list[float]) -> None:
    """Distinct answers, and how far the answer is from moving along with the box."""
    for name, values in ("RoI pooling", pooled), ("RoIAlign", aligned):
        moved = np.array(values) - values[0]
        worst = np.abs(moved - np.arange(33)).max()
        different = len(set(np.round(values, 6)))
        print(f"{name:11}: {different:2} different answers for 33 shifts, worst error {worst:.0f} px")


def overlap(a: Array, b: Array) -> float:
    """IoU of two boxes (x0, y0, x1, y1)."""
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    both = np.prod(np.maximum(high - low, 0))
    return float(both / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - both))


def examples() -> None:
    for scale in 1, 4:
        anchor, box = scale * np.array([100.0, 100, 128, 128]), scale * np.array([116.0, 92, 160, 100])
        t = encode(box, anchor)
        print(f"scale {scale}: t =", np.round(t, 3), f"loss {smooth_l1(t).sum():.4f}, squared pixels", end=" ")
        print(f"{0.5 * ((box - anchor) ** 2).sum():,.0f}")
    for side in 32, 256:
        box = np.array([0, 0, side, side])
        moved = box + np.array([8, 0, 8, 0])
        print(f"box of side {side} moved by 8 px: IoU {overlap(box, moved):.2f}")


def draw(pooled: list[float], aligned: list[float]) -> None:
    fig, (left, right) = figure.new(1, 2, height=2.7, width_ratios=[1.15, 1])
    names, colors = ("R-CNN", "Fast", "Faster"), (figure.RED, figure.ORANGE, figure.GREEN)
    image, crop, heads = backbone(600, 1000), backbone(224, 224), head()
    totals = [2000 * (crop + heads), image + 2000 * heads, image + rpn(600, 1000)[1] + 300 * heads]
    left.barh(names, [t / 1e9 for t in totals], color=colors, height=0.55)
    for i, total in enumerate(totals):
        left.text(total / 1e9 * 1.12, i, f"{total / 1e9:,.0f}", va="center")
    left.invert_yaxis()
    left.set(xscale="log", xlim=(100, 300000), xticks=[100, 1000, 10000, 100000])
    left.set_xlabel("乘加 multiply-adds (10⁹)")
    left.minorticks_off()
    shift = np.arange(33)
    right.plot(shift, np.array(pooled) - pooled[0], color=figure.RED)
    right.plot(shift, np.array(aligned) - aligned[0], color=figure.GREEN)
    right.text(2.5, 25, "RoI pooling", color=figure.RED)
    right.text(17, 9, "RoIAlign", color=figure.GREEN)
    right.set(xticks=[0, 8, 16, 24, 32], yticks=[0, 8, 16, 24, 32])
    right.set_xlabel("框的平移 shift of the box (px)")
    figure.save(fig, "rcnn-family.svg")


if __name__ == "__main__":
    costs()
    examples()
    outcome = shifts()
    report(*outcome)
    draw(*outcome)
