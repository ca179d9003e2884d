"""Evidence for error-analysis: a model with two planted faults, found by slices, pairs, an audit and learning curves."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.svm import SVC

from qa import figure

Array = np.ndarray
Classifier = LogisticRegression | SVC
TRAIN, POOL = 800, 1000  # 800 images to train on, 200 that could be added, the rest to analyze


@dataclass(frozen=True)
class Case:
    """Digits: every image as camera A and camera B take it, which one took it, the true class and the label."""

    a: Array
    b: Array
    from_b: Array
    truth: Array
    label: Array

    @property
    def x(self) -> Array:
        return np.where(self.from_b[:, None], self.b, self.a)


def case(seed: int) -> Case:
    """Camera B shifts by one pixel and is rare in training; three in ten eights are labeled as ones."""
    rng, (x, y) = np.random.default_rng(seed), load_digits(return_X_y=True)
    order = rng.permutation(len(y))
    a, y = x[order] / 16, y[order]
    b = np.pad(a.reshape(-1, 8, 8)[:, :, :-1], ((0, 0), (0, 0), (1, 0))).reshape(-1, 64)
    from_b = rng.random(len(y)) < np.where(np.arange(len(y)) < POOL, 0.02, 0.15)
    label = np.where((y == 8) & (rng.random(len(y)) < 0.3), 1, y)
    return Case(a, b, from_b, y, label)


def model() -> LogisticRegression:
    return LogisticRegression(solver="newton-cg", tol=1e-7, max_iter=200)


# --8<-- [start:wilson]
def wilson(k: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """95% interval for a rate of k in n; usable for small n and for k = 0."""
    middle = (k + z * z / 2) / (n + z * z)
    half = z * sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return middle - half, middle + half


def slice_table(wrong: Array, slices: dict[str, Array]) -> None:
    """Size, error with interval, and share of all errors of each slice."""
    for name, inside in slices.items():
        n, k = inside.sum(), wrong[inside].sum()
        low, high = wilson(k, n)
        print(f"{name:14} n {n:3}  error {k / n:.2f} ({low:.2f} to {high:.2f})"
              f"  share of errors {k / wrong.sum():.2f}")
# --8<-- [end:wilson]


@dataclass(frozen=True)
class Dev:
    """The images held back for analysis: predictions beside labels and truth."""

    x: Array
    from_b: Array
    truth: Array
    label: Array
    predicted: Array

    @property
    def wrong(self) -> Array:
        return self.predicted != self.label


def analyze(c: Case) -> Dev:
    fitted, keep = model().fit(c.x[:TRAIN], c.label[:TRAIN]), slice(POOL, None)
    return Dev(c.x[keep], c.from_b[keep], c.truth[keep], c.label[keep], fitted.predict(c.x[keep]))


def slices(d: Dev) -> dict[str, Array]:
    ink = d.x.sum(1)
    little, much = np.quantile(ink, [0.25, 0.75]).round() + 0.03  # ink comes in sixteenths: no ties at the edge
    return {
        "all": np.ones(len(ink), bool),
        "camera A": ~d.from_b,
        "camera B": d.from_b,
        "label 1": d.label == 1,
        "label 8": d.label == 8,
        "little ink": ink < little,
        "much ink": ink > much,
    }


def show_slices(c: Case, d: Dev) -> None:
    train = (model().fit(c.x[:TRAIN], c.label[:TRAIN]).predict(c.x[:TRAIN]) != c.label[:TRAIN]).mean()
    print(f"training error {train:.2f}, development error {d.wrong.mean():.3f} ({d.wrong.sum()} of {len(d.wrong)})")
    slice_table(d.wrong, slices(d))


def show_confusions(c: Case, d: Dev) -> None:
    """The most frequent pairs, how many are wrong labels or from camera B; the first one after clean training."""
    pairs = np.zeros((10, 10), int)
    np.add.at(pairs, (d.label[d.wrong], d.predicted[d.wrong]), 1)
    for i in np.argsort(-pairs.ravel(), kind="stable")[:4]:
        row, column = divmod(int(i), 10)
        inside = (d.label == row) & (d.predicted == column)
        bad, shifted = (inside & (d.label != d.truth)).sum(), (inside & d.from_b).sum()
        print(f"label {row} predicted {column}: {inside.sum():2}   wrong label {bad:2}   camera B {shifted:2}")
    clean = model().fit(c.x[:TRAIN], c.truth[:TRAIN]).predict(d.x)
    print(f"trained on true labels, label 8 predicted 1: {((d.label == 8) & (clean == 1)).sum()}")


def show_causes(d: Dev) -> None:
    """What reading every error would find: the ceiling of each remedy."""
    mislabeled = d.wrong & (d.label != d.truth)
    shifted = d.wrong & d.from_b & ~mislabeled
    rest = d.wrong & ~mislabeled & ~shifted
    parts = (("wrong label", mislabeled), ("camera B", shifted), ("other", rest))
    print("errors by cause:", *(f" {name} {part.sum()} ({part.sum() / d.wrong.sum():.0%})" for name, part in parts))
    low, high = wilson(30, 100)
    check = stats.binomtest(30, 100).proportion_ci(method="wilson")
    print(f"30 of 100 errors: {low:.2f} to {high:.2f}   scipy {check.low:.2f} to {check.high:.2f}")


def show_audit(c: Case, d: Dev) -> None:
    """Labels ranked by out-of-fold probability, and what correcting only the disagreements does."""
    held_out = cross_val_predict(model(), c.x, c.label, cv=5, method="predict_proba")
    given = held_out[np.arange(len(c.label)), c.label][POOL:]
    order = np.argsort(given, kind="stable")
    bad, from_b = (d.label != d.truth)[order], d.from_b[order]
    print(f"wrong labels: {bad.sum()} of {len(bad)} ({bad.mean():.3f}); in the 50 least plausible {bad[:50].sum()}")
    print(f"right labels among those 50: {(~bad[:50]).sum()}, from camera B {(from_b[:50] & ~bad[:50]).sum()}")
    corrected = np.where(d.wrong, d.truth, d.label)
    rates = d.wrong.mean(), (d.predicted != corrected).mean(), (d.predicted != d.truth).mean()
    print("error as measured {:.3f}, only errors relabeled {:.3f}, all relabeled {:.3f}".format(*rates))


def errors(c: Case, x: Array, labels: Array, kind: Callable[[], Classifier] = model) -> Array:
    """True error on all, on camera A and on camera B after training on x."""
    fitted = kind().fit(x, labels)
    wrong, b = fitted.predict(c.x[POOL:]) != c.truth[POOL:], c.from_b[POOL:]
    return np.array([wrong.mean(), wrong[~b].mean(), wrong[b].mean()])


def extra(c: Case, count: int, camera: str, clean: bool = False, kind: Callable[[], Classifier] = model) -> Array:
    """The same with `count` more images from one camera, and with true labels if `clean`."""
    more = slice(TRAIN, TRAIN + count)
    x = np.concatenate([c.x[:TRAIN], (c.b if camera == "B" else c.a)[more]])
    y = c.truth if clean else c.label
    return errors(c, x, y[: TRAIN + count], kind)


COUNTS = (0, 50, 200)


def curves(cases: list[Case]) -> dict[str, Array]:
    """Mean errors by number of added images, for either camera."""
    start = [extra(c, 0, "A") for c in cases]
    return {
        camera: np.mean([[s, *(extra(c, n, camera) for n in COUNTS[1:])] for s, c in zip(start, cases, strict=True)], 0)
        for camera in "AB"
    }


def show_remedies(cases: list[Case], found: dict[str, Array]) -> None:
    rows = {
        "as it is": found["A"][0],
        "200 more from A": found["A"][-1],
        "50 more from B": found["B"][1],
        "200 more from B": found["B"][-1],
        "labels corrected": np.mean([extra(c, 0, "A", clean=True) for c in cases], 0),
        "RBF kernel": np.mean([extra(c, 0, "A", kind=SVC) for c in cases], 0),
        "B, labels, RBF": np.mean([extra(c, 200, "B", clean=True, kind=SVC) for c in cases], 0),
    }
    for name, values in rows.items():
        print(f"{name:17} true error {values[0]:.3f}   camera A {values[1]:.3f}   camera B {values[2]:.2f}")


# --8<-- [start:pipeline]
def locate(canvas: Array, template: Array) -> Array:
    """Upper left corner of the 8 × 8 window that fits the mean digit best."""
    view = np.lib.stride_tricks.sliding_window_view(canvas, (8, 8), axis=(1, 2))
    best = (view * template).sum((-1, -2)).reshape(len(canvas), -1).argmax(1)
    return np.stack([best // 7, best % 7], 1)


def crop(canvas: Array, corners: Array) -> Array:
    pairs = zip(canvas, corners, strict=True)
    return np.stack([c[i:i + 8, j:j + 8].ravel() for c, (i, j) in pairs])
# --8<-- [end:pipeline]


def show_ceiling(c: Case) -> None:
    """Denoise, locate, classify: accuracy with the output of a stage replaced by the truth."""
    rng, x, truth = np.random.default_rng(0), c.a[POOL:], c.truth[POOL:]
    fitted, template = model().fit(c.a[:POOL], c.truth[:POOL]), c.a[:POOL].mean(0).reshape(8, 8)
    corners, clean = rng.integers(0, 7, (len(x), 2)), np.zeros((len(x), 14, 14))
    for canvas, image, (i, j) in zip(clean, x, corners, strict=True):
        canvas[i : i + 8, j : j + 8] = image.reshape(8, 8)
    noisy = clean + 0.3 * rng.standard_normal(clean.shape)
    denoised, template = np.where(noisy > 0.5, np.minimum(noisy, 1), 0), template - template.mean()

    def accuracy(canvas: Array, perfect_location: bool) -> float:
        where = corners if perfect_location else locate(canvas, template)
        return float((fitted.predict(crop(canvas, where)) == truth).mean())

    start, located = accuracy(denoised, False), accuracy(denoised, True)
    cleaned, both = accuracy(clean, False), accuracy(clean, True)
    print(f"pipeline {start:.2f}; denoising perfect {cleaned:.2f}; location perfect {located:.2f}; both {both:.2f}")
    print(f"gains in order: denoise {cleaned - start:+.2f} locate {both - cleaned:+.2f} classify {1 - both:+.2f}")
    print(f"other order:    locate {located - start:+.2f} denoise {both - located:+.2f} classify {1 - both:+.2f}")


def show_worst_slice(count: int = 40, n: int = 25, rate: float = 0.08) -> None:
    """The worst of many equal slices: expected error rate, exactly and by simulation."""
    k = np.arange(n)
    exact = (1 - stats.binom.cdf(k, n, rate) ** count).sum() / n
    simulated = np.random.default_rng(2).binomial(n, rate, (20_000, count)).max(1).mean() / n
    print(f"worst of {count} slices of {n}, all at {rate:.2f}: {exact:.3f} expected, {simulated:.2f} simulated")


LABELS = (
    "全部 all", "相机 camera A", "相机 camera B", "标签 label 1", "标签 label 8", "墨少 little ink", "墨多 much ink",
)  # fmt: skip


def draw(d: Dev, found: dict[str, Array]) -> None:
    """Left: error by slice. Right: error on each camera by number and origin of added images."""
    fig, (left, right) = figure.new(1, 2, height=3.3, width_ratios=(1.1, 1))
    for row, inside in enumerate(slices(d).values()):
        k, n = int(d.wrong[inside].sum()), int(inside.sum())
        low, high = wilson(k, n)
        color = figure.GREY if row == 0 else figure.BLUE
        left.plot([low, high], [-row, -row], color=color)
        left.plot(k / n, -row, "o", color=color, markersize=5)
    left.axvline(d.wrong.mean(), color=figure.GREY, linewidth=1, linestyle=":")
    left.set(yticks=-np.arange(7), yticklabels=LABELS, xlim=(0, 0.6), xlabel="误差 error")
    for camera, column, style, color, text, place in LINES:
        right.plot(COUNTS, found[camera][:, column], style, color=color, marker="o", markersize=4)
        right.text(*place, text, color=color, fontsize=9)
    right.set(xlabel="增加的图像 images added", ylabel="真实误差 true error", ylim=(0, 0.5), xticks=COUNTS)
    figure.save(fig, "error-analysis.svg")


LINES = (
    ("A", 2, "-", figure.RED, "B, +A", (120, 0.465)),
    ("B", 2, "-", figure.GREEN, "B, +B", (150, 0.235)),
    ("A", 1, "--", figure.BLUE, "A, +A", (150, 0.015)),
)

if __name__ == "__main__":
    first = case(1)
    dev = analyze(first)
    show_slices(first, dev)
    show_confusions(first, dev)
    show_causes(dev)
    show_audit(first, dev)
    several = [case(seed) for seed in range(5)]
    found = curves(several)
    show_remedies(several, found)
    show_ceiling(first)
    show_worst_slice()
    draw(dev, found)
