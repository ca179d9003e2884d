"""Evidence for detection-metrics: matching, precision-recall, interpolations, VOC and COCO rules, what mAP misses."""

from fractions import Fraction

import numpy as np
from sklearn.metrics import average_precision_score

from qa import figure

Array = np.ndarray
Boxes = dict[str, Array]  # image name -> boxes (x0, y0, x1, y1)
Found = list[tuple[str, float, Array]]  # image name, score, box


def iou(box: Array, others: Array, border: float = 0.0) -> Array:
    """IoU of one box with several; `border` = 1 counts the last pixel as inside, as VOC does."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    both = np.prod(np.maximum(high - low + border, 0), axis=1)
    area = np.prod(box[2:] - box[:2] + border)
    return both / (area + np.prod(others[:, 2:] - others[:, :2] + border, axis=1) - both)


def raster_iou(a: Array, b: Array) -> float:
    """The same for integer boxes by counting pixels."""
    masks = np.zeros((2, 120, 120), dtype=bool)
    for mask, (x0, y0, x1, y1) in zip(masks, (a, b), strict=True):
        mask[y0:y1, x0:x1] = True
    return float((masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum())


# --8<-- [start:match]
def match(found: Found, truth: Boxes, need: float, coco: bool = True) -> Array:
    """1 for a right box, 0 for a wrong one, in order of falling score."""
    hits, free = [], {k: np.ones(len(v), dtype=int) for k, v in truth.items()}
    for image, _, box in sorted(found, key=lambda f: -f[1]):
        overlap = iou(box, truth[image])
        if coco:  # COCO looks at free objects only
            overlap = np.where(free[image] == 1, overlap, -1)
        hit = 0
        if overlap.max(initial=-1) >= need:  # never without an object
            best = int(np.argmax(overlap))  # VOC: at all; a taken one is lost
            hit, free[image][best] = int(free[image][best]), 0
        hits.append(hit)
    return np.array(hits)
# --8<-- [end:match]


# --8<-- [start:ap]
def average_precision(hits: Array, objects: int, points: int | None) -> float:
    """Mean of best precision at recall ≥ r over `points` values r, or area."""
    tp = np.cumsum(hits)
    precision = tp / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    if points is None:  # area under the envelope
        return float((hits * envelope).sum() / objects)
    # first place where tp / objects >= k / (points - 1), without rounding
    need = np.arange(points) * objects
    first = np.searchsorted(tp * (points - 1), need, side="left")
    return float(np.append(envelope, 0.0)[first].mean())
# --8<-- [end:ap]


TRUTH: Boxes = {
    "1": np.array([[10, 10, 50, 50], [60, 10, 100, 50]]),
    "2": np.array([[20, 20, 80, 60], [10, 70, 40, 110]]),
    "3": np.array([[30, 30, 70, 90], [80, 80, 110, 110]]),
}
FOUND = [
    ("1", 0.95, np.array([12, 10, 52, 50])),
    ("1", 0.90, np.array([72, 22, 112, 62])),
    ("2", 0.85, np.array([22, 20, 80, 64])),
    ("3", 0.80, np.array([32, 34, 70, 92])),
    ("1", 0.70, np.array([8, 12, 48, 54])),
    ("2", 0.60, np.array([10, 74, 44, 110])),
    ("3", 0.45, np.array([5, 5, 25, 25])),
    ("1", 0.40, np.array([64, 12, 102, 54])),
    ("2", 0.20, np.array([90, 5, 115, 30])),
]


NEEDS = np.arange(50, 100, 5) / 100


def table(hits: Array) -> None:
    objects, tp = sum(map(len, TRUTH.values())), np.cumsum(hits)
    print("image  score  best IoU       P        R")
    for i, (image, score, box) in enumerate(FOUND):
        every = [raster_iou(box, other) for other in TRUTH[image]]
        assert np.allclose(every, iou(box, TRUTH[image]))  # the pixel count agrees
        verdict = "right" if hits[i] else "wrong"
        print(f"{image:>5}  {score:5.2f}  {max(every):8.2f}  {verdict}  {tp[i]}/{i + 1}  {tp[i]}/{objects}")


def sweep(need: float) -> list[tuple[Fraction, Fraction]]:
    """(recall, precision) at every score threshold, each matched anew from the boxes above it."""
    objects, points = sum(map(len, TRUTH.values())), []
    for limit in sorted((score for _, score, _ in FOUND), reverse=True):
        above = [f for f in FOUND if f[1] >= limit]
        right = int(match(above, TRUTH, need).sum())
        points.append((Fraction(right, objects), Fraction(right, len(above))))
    return points


def from_sweep(points: list[tuple[Fraction, Fraction]], grid: list[Fraction]) -> float:
    """Second way to the interpolated AP: the definition, in exact fractions, at every recall of `grid`."""
    best = [max((p for r, p in points if r >= at), default=Fraction(0)) for at in grid]
    return float(sum(best) / len(grid))


def worked() -> Array:
    hits, scores = match(FOUND, TRUTH, 0.5), np.array([f[1] for f in FOUND])
    table(hits)
    points, objects = sweep(0.5), 6
    tp = np.cumsum(hits)
    plain = float((hits * tp / np.arange(1, 10)).sum() / objects)
    library = average_precision_score(hits, scores)
    middle = [Fraction(2 * k + 1, 2 * objects) for k in range(objects)]  # one point inside each step is exact
    rows = [("no interpolation", plain, library * hits.sum() / objects)]
    for name, count, grid in (
        ("every point (VOC 2010)", None, middle),
        ("11 points (VOC 2007)", 11, [Fraction(k, 10) for k in range(11)]),
        ("101 points (COCO)", 101, [Fraction(k, 100) for k in range(101)]),
    ):
        rows.append((name, average_precision(hits, objects, count), from_sweep(points, grid)))
    print("AP at IoU 0.5           one pass  second way")
    for name, one, two in rows:
        assert abs(one - two) < 1e-12
        print(f"{name:22}    {one:.4f}      {two:.4f}")
    print(f"average_precision_score as it is: {library:.4f}")
    by_need = [average_precision(match(FOUND, TRUTH, need), objects, 101) for need in NEEDS]
    print(f"AP50 {by_need[0]:.3f}, AP75 {by_need[5]:.3f}, mean of ten thresholds {np.mean(by_need):.3f}")
    return hits


def rules() -> None:
    """Two details in which VOC and COCO code differ."""
    truth = {"1": np.array([[0, 0, 40, 40], [22, 0, 62, 40]])}
    found = [("1", 0.9, np.array([1, 0, 41, 40])), ("1", 0.8, np.array([10, 0, 50, 40]))]
    print("IoU of the second box:", " ".join(f"{v:.2f}" for v in iou(found[1][2], truth["1"])))
    for name, coco in ("VOC", False), ("COCO", True):
        print(f"{name:4} hits: {match(found, truth, 0.5, coco).tolist()}")
    small, moved = np.array([0, 0, 10, 10]), np.array([[2, 2, 12, 12]])
    print(f"same corners: IoU {iou(small, moved)[0]:.3f}, with +1 {iou(small, moved, 1)[0]:.3f}")
    for size in 16, 32, 96, 256:
        value = iou(np.array([0, 0, size, size]), np.array([[3, 3, size + 3, size + 3]]))[0]
        print(f"3 pixels off, side {size:3}: IoU {value:.2f}")


OBJECTS, SIDE = 400, 100


def detector(recall: float, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """IoU and score of each box: one per object found, corners off by `noise` pixels, and 120 false ones."""
    found = int(recall * OBJECTS)
    boxes = np.array([0, 0, SIDE, SIDE]) + noise * rng.standard_normal((found, 4))
    overlaps = np.concatenate([iou(np.array([0, 0, SIDE, SIDE]), boxes), np.zeros(120)])
    scores = np.concatenate([rng.beta(4, 2, found), rng.beta(2, 4, 120)])
    return overlaps, scores


def ap_at(overlaps: Array, scores: Array, need: float) -> float:
    return average_precision((overlaps[np.argsort(-scores)] >= need).astype(int), OBJECTS, 101)


def loose_and_tight() -> dict[str, Array]:
    """AP against the IoU threshold, mean of ten seeds, of a detector that finds more and one that places better."""
    runs: dict[str, list[list[float]]] = {"A": [], "B": []}
    for seed in range(10):
        rng = np.random.default_rng(seed)
        for name, recall, noise in ("A", 0.95, 7.0), ("B", 0.80, 2.5):
            overlaps, scores = detector(recall, noise, rng)
            runs[name].append([ap_at(overlaps, scores, need) for need in NEEDS])
    a, b = (np.array(runs[name]) for name in "AB")
    for name, values in ("A", a), ("B", b):
        mean = values.mean(axis=0)
        print(f"{name}: AP50 {mean[0]:.2f}  AP75 {mean[5]:.2f}  AP90 {mean[8]:.2f}  COCO AP {mean.mean():.2f}")
    flips = ((a[:, 0] > b[:, 0]) & (a.mean(axis=1) < b.mean(axis=1))).sum()
    print(f"A ahead by AP50 and behind by COCO AP in {flips} of 10 seeds")
    return {"A": a.mean(axis=0), "B": b.mean(axis=0)}


def empty_images() -> float:
    """Pooled AP of ten objects found at 0.6, with a false box at 0.9 on each of ninety images without objects."""
    box = np.array([0, 0, 10, 10])
    truth = {str(i): np.array([box]) if i < 10 else np.zeros((0, 4)) for i in range(100)}
    found = [(image, 0.6 if len(boxes) else 0.9, box) for image, boxes in truth.items()]
    for image in map(str, range(10)):
        alone = [f for f in found if f[0] == image]
        assert average_precision(match(alone, {image: truth[image]}, 0.5), 1, None) == 1
    return average_precision(match(found, truth, 0.5), 10, None)


def unseen() -> None:
    """What changes a detector in use but not its AP, and what changes AP without making it better."""
    overlaps, scores = detector(0.95, 2.5, np.random.default_rng(0))
    print(f"AP50 as it is          {ap_at(overlaps, scores, 0.5):.3f}  precision {(overlaps >= 0.5).mean():.2f}")
    print(f"scores to the power 9  {ap_at(overlaps, scores**9, 0.5):.3f}")
    junk = np.concatenate([overlaps, np.zeros(5000)]), np.concatenate([scores, np.full(5000, -1.0)])
    print(f"5,000 junk boxes last  {ap_at(*junk, 0.5):.3f}")
    for limit in 0.3, 0.5, 0.7:
        kept = scores >= limit
        precision = (overlaps[kept] >= 0.5).mean()
        print(f"only scores >= {limit}     {ap_at(overlaps[kept], scores[kept], 0.5):.3f}  precision {precision:.2f}")
    print(f"false alarms on empty images: pooled AP {empty_images():.2f}")


def draw(hits: Array, curves: dict[str, Array]) -> None:
    fig, (left, right) = figure.new(1, 2, height=2.9)
    tp = np.cumsum(hits)
    recall, precision = tp / 6, tp / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    left.plot(recall, precision, "o-", color=figure.GREY, markersize=4, linewidth=1.2)
    edge = np.append(recall[hits == 1], recall[-1])
    heights = np.concatenate([envelope[hits == 1][:1], envelope[hits == 1], [0.0]])
    left.step(np.append(0, edge), heights, where="pre", color=figure.BLUE)
    grid = np.arange(11) * 6
    values = np.append(envelope, 0)[np.searchsorted(tp * 10, grid)]
    left.plot(np.arange(11) / 10, values, "s", color=figure.ORANGE, markersize=4)
    left.set(xlim=(-0.03, 1.05), ylim=(0, 1.08), xlabel="R", xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    left.set_title("P", loc="left")
    for name, color, place in (("A", figure.RED, (0.52, 0.93)), ("B", figure.GREEN, (0.52, 0.71))):
        right.plot(NEEDS, curves[name], "o-", color=color, markersize=4)
        right.text(*place, name, color=color)
    right.set(ylim=(0, 1.03), xlabel="IoU 阈值 threshold", xticks=[0.5, 0.6, 0.7, 0.8, 0.9], yticks=[0, 0.5, 1])
    right.set_title("AP", loc="left")
    figure.save(fig, "detection-metrics.svg")


if __name__ == "__main__":
    hits = worked()
    rules()
    curves = loose_and_tight()
    unseen()
    draw(hits, curves)
