"""Evidence for object-detection: candidates per image, IoU, suppression, average precision, one-to-one matching."""

import math

import numpy as np
from scipy.optimize import linear_sum_assignment

from qa import figure

Array = np.ndarray


# --8<-- [start:nms]
def iou(a: Array, b: Array) -> Array:
    """Intersection over union of all pairs; boxes are (x0, y0, x1, y1)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    both = np.prod(np.maximum(high - low, 0), axis=2)
    size_a, size_b = (np.prod(x[:, 2:] - x[:, :2], axis=1) for x in (a, b))
    return both / (size_a[:, None] + size_b[None, :] - both)


def nms(boxes: Array, scores: Array, limit: float) -> Array:
    """Indices kept: best first, each deleting what overlaps it too much."""
    overlap, order, kept = iou(boxes, boxes), np.argsort(-scores), []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(best)
        order = order[overlap[best, order] <= limit]
    return np.array(kept)
# --8<-- [end:nms]


def soft_nms(boxes: Array, scores: Array, sigma: float = 0.5) -> Array:
    """Scores after lowering each by exp(-IoU²/σ) for every better box."""
    overlap, scores, left = iou(boxes, boxes), scores.copy(), list(range(len(scores)))
    while left:
        best = max(left, key=lambda i: scores[i])
        left.remove(best)
        scores[left] *= np.exp(-(overlap[best, left] ** 2) / sigma)
    return scores


BOXES = np.array([[100, 50, 160, 200], [104, 52, 166, 204], [122, 50, 182, 200], [300, 60, 360, 210], [20, 30, 60, 70]])
SCORES = np.array([0.95, 0.90, 0.80, 0.85, 0.30])
PEOPLE = np.array([[101, 50, 161, 201], [123, 50, 183, 200], [300, 61, 361, 210]])


def example() -> None:
    """Three people, two side by side; five boxes: a, b on the first, c on the second, d on the third, e on none."""
    names = np.array(list("abcde"))
    overlap = iou(BOXES, BOXES)
    print(f"IoU a-b {overlap[0, 1]:.2f}, a-c {overlap[0, 2]:.2f}, b-c {overlap[1, 2]:.2f}")
    for limit in 0.3, 0.5, 0.9:
        print(f"NMS at {limit}: keeps {' '.join(names[nms(BOXES, SCORES, limit)])}")
    print("soft-NMS scores:", " ".join(f"{n} {s:.2f}" for n, s in zip(names, soft_nms(BOXES, SCORES), strict=True)))


def match() -> None:
    """The assignment a set loss uses: every person gets one box, the others are told to say "nothing"."""
    cost = -SCORES[:, None] - iou(BOXES, PEOPLE)
    boxes, people = linear_sum_assignment(cost)
    pairs = ", ".join(f"{'abcde'[i]} -> person {j + 1}" for i, j in zip(boxes, people, strict=True))
    print(f"one-to-one: {pairs}; nothing: {' '.join(n for i, n in enumerate('abcde') if i not in boxes)}")


def positions(height: int, width: int, strides: tuple[int, ...]) -> int:
    return sum(math.ceil(height / s) * math.ceil(width / s) for s in strides)


def candidates() -> None:
    ssd = sum(side**2 * shapes for side, shapes in ((38, 4), (19, 6), (10, 6), (5, 6), (3, 4), (1, 4)))
    pyramid = positions(800, 1344, (8, 16, 32, 64, 128))
    rows = (
        ("YOLO (2016)", 7 * 7 * 2, "448 x 448, grid 7 x 7, 2 boxes each"),
        ("SSD300 (2016)", ssd, "300 x 300, six maps, 4 or 6 shapes"),
        ("RetinaNet (2017)", 9 * pyramid, "800 x 1344, five levels, 9 anchors"),
        ("FCOS (2019)", pyramid, "800 x 1344, five levels, points"),
        ("DETR (2020)", 100, "learned queries"),
    )
    for name, number, how in rows:
        print(f"{name:16}  {number:8,}  {how}")


def imbalance() -> None:
    """Summed loss of 200,000 easy background anchors (p = 0.01) and 100 objects (p = 0.5)."""
    for name, gamma in ("cross-entropy", 0), ("focal, gamma 2", 2):
        background, objects = (n * (1 - p) ** gamma * -np.log(p) for n, p in ((200_000, 0.99), (100, 0.5)))
        print(f"{name:14}: background {background:7.2f}, objects {objects:5.1f}")


# --8<-- [start:ap]
def average_precision(hits: Array, scores: Array, truths: int) -> float:
    """Area under the precision-recall curve, precision made monotone."""
    found = np.cumsum(hits[np.argsort(-scores, kind="stable")])
    precision = found / np.arange(1, len(found) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(found / truths, prepend=0) * envelope).sum())


def true_positives(boxes: Array, scores: Array, truth: Array, need: float) -> Array:
    """In order of score, a box is right if a free object overlaps enough."""
    hits, free, overlap = np.zeros(len(boxes)), np.ones(len(truth)), iou(boxes, truth)
    for i in np.argsort(-scores, kind="stable"):
        j = int(np.argmax(overlap[i] * free))
        if free[j] and overlap[i, j] >= need:
            hits[i], free[j] = 1, 0
    return hits
# --8<-- [end:ap]


Scene = tuple[Array, Array, Array]
SIZE = np.array([60, 150])


def scene(crowded: bool, rng: np.random.Generator) -> Scene:
    """Four objects of 60 x 150, apart or in two pairs; five jittered detections on each, four false ones."""
    left = np.array([40, 240, 440, 640]) if not crowded else np.array([100, 114, 500, 514])
    corner = np.stack([left + rng.integers(-8, 9), rng.integers(0, 9) + np.zeros(4)], axis=1)
    truth = np.hstack([corner, corner + SIZE]).astype(float)
    jitter = 6 * rng.standard_normal((20, 4))
    wild = np.stack([rng.uniform(0, 700, 4), rng.uniform(200, 300, 4)], axis=1)
    boxes = np.vstack([np.repeat(truth, 5, axis=0) + jitter, np.hstack([wild, wild + SIZE])])
    scores = np.concatenate([0.95 - 0.02 * np.abs(jitter).mean(1) - rng.uniform(0, 0.3, 20), rng.uniform(0.1, 0.7, 4)])
    return boxes, scores, truth


def evaluate(scenes: list[Scene], limit: float, need: float = 0.5) -> float:
    """AP of all scenes together after suppression at `limit`."""
    hits, scores = [], []
    for boxes, values, truth in scenes:
        kept = nms(boxes, values, limit)
        hits.append(true_positives(boxes[kept], values[kept], truth, need))
        scores.append(values[kept])
    return average_precision(np.concatenate(hits), np.concatenate(scores), sum(len(s[2]) for s in scenes))


LIMITS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def curves() -> dict[str, list[float]]:
    rng = np.random.default_rng(0)
    result = {}
    for name in "apart", "crowded":
        scenes = [scene(name == "crowded", rng) for _ in range(60)]
        result[name] = [evaluate(scenes, limit) for limit in LIMITS]
        shown = ", ".join(f"{LIMITS[i]}: {result[name][i]:.2f}" for i in (1, 3, 5, 8))
        print(f"AP50, objects {name:8} NMS at {shown}")
        if name == "apart":
            needs = np.arange(0.5, 1.0, 0.05)
            values = [evaluate(scenes, 0.5, need) for need in needs]
            print(f"AP50 {values[0]:.2f}, AP75 {values[5]:.2f}, mean over 0.50 to 0.95 {np.mean(values):.2f}")
    pair = scene(True, rng)[2][:2]
    print(f"IoU of the two objects of a pair {iou(pair, pair)[0, 1]:.2f}")
    return result


def draw(result: dict[str, list[float]]) -> None:
    fig, (left, right) = figure.new(1, 2, height=2.8, width_ratios=[1.2, 1])
    colors = (figure.BLUE, figure.BLUE, figure.ORANGE, figure.GREEN, figure.GREY)
    for name, (x0, y0, x1, y1), color in zip("abcde", BOXES, colors, strict=True):
        left.add_patch(figure.plt.Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=color, linewidth=1.6))
        place = {"a": (x0 - 12, 40), "b": (150, 218), "c": (x1 + 8, 60)}.get(name, (x0 + 10, y0 - 8))
        left.text(*place, name, color=color, ha="center", va="center")
    left.set(xlim=(0, 380), ylim=(235, 10), aspect="equal", xticks=[], yticks=[])
    for name, color, text, place in (
        ("apart", figure.GREEN, "分散 apart", (0.2, 0.86)),
        ("crowded", figure.RED, "拥挤 crowded", (0.2, 0.40)),
    ):
        right.plot(LIMITS, result[name], "o-", color=color, markersize=4)
        right.text(*place, text, color=color)
    right.set(ylim=(0, 1.03), xticks=[0.2, 0.4, 0.6, 0.8, 1.0], yticks=[0, 0.5, 1])
    right.set_title("AP50", loc="left")
    right.set_xlabel("NMS 阈值 threshold (IoU)")
    figure.save(fig, "object-detection.svg")


if __name__ == "__main__":
    candidates()
    example()
    match()
    imbalance()
    draw(curves())
