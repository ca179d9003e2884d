"""Evidence for roc-vs-pr: the same scores at four prevalences, two models that change places, interpolation."""

import numpy as np
from scipy.stats import mannwhitneyu, norm
from sklearn import metrics

from qa import figure

Scored = tuple[np.ndarray, np.ndarray]
Pair = tuple[float, float]
PRIORS = 0.5, 0.1, 0.01, 0.001


def two_models(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A moves all positives up by 1.5. B moves half of them far up and the other half hardly at all."""
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [10_000, 50_000])
    a = rng.standard_normal(y.size) + 1.5 * y
    far = rng.random(y.size) < 0.5
    b = rng.standard_normal(y.size) + y * np.where(far, 3.5, 0.2)
    return y, a, b


# --8<-- [start:areas]
def areas(y: np.ndarray, score: np.ndarray) -> Pair:
    """ROC AUC and AP (no ties): one mean over the positives each."""
    ranked = y[np.argsort(-score)]
    above = np.cumsum(1 - ranked)[ranked == 1]  # negatives above each positive
    flagged = above + np.arange(1, above.size + 1)
    auc = 1 - (above / (1 - y).sum()).mean()
    ap = 1 - (above / flagged).mean()
    return float(auc), float(ap)
# --8<-- [end:areas]


# --8<-- [start:prior]
def at_prevalence(y: np.ndarray, score: np.ndarray, prior: float) -> Pair:
    """The same examples, weighted as if `prior` of them were positive."""
    share = y.mean()
    w = np.where(y == 1, prior / share, (1 - prior) / (1 - share))
    auc = metrics.roc_auc_score(y, score, sample_weight=w)
    return auc, metrics.average_precision_score(y, score, sample_weight=w)
# --8<-- [end:prior]


def weighted_by_hand(y: np.ndarray, score: np.ndarray, prior: float) -> Pair:
    """The same two areas from the rank of each positive; only the ratio of negatives to positives is changed."""
    ranked = y[np.argsort(-score)]
    fpr = (np.cumsum(1 - ranked) / (1 - y).sum())[ranked == 1]
    tpr = np.arange(1, fpr.size + 1) / fpr.size
    return float(1 - fpr.mean()), float((prior * tpr / (prior * tpr + (1 - prior) * fpr)).mean())


def print_prevalence() -> None:
    """ROC AUC stays, AP falls, and with it the winner changes: means of ten samples, and AP from the distributions."""
    samples = [two_models(seed) for seed in range(10)]
    y, a, b = samples[0]
    assert all(np.allclose(at_prevalence(y, s, p), weighted_by_hand(y, s, p)) for s in (a, b) for p in PRIORS)
    print("positives   ROC AUC A  ROC AUC B    AP A   AP B   exact A      B")
    for prior in PRIORS:
        row = np.array([[weighted_by_hand(y, s, prior) for s in (a, b)] for y, a, b in samples])
        (auc_a, ap_a), (auc_b, ap_b) = row.mean(axis=0)
        exact = [exact_areas(model, prior)[1] for model in "AB"]
        print(f"{prior:9.1%}{auc_a:12.3f}{auc_b:11.3f}{ap_a:8.3f}{ap_b:7.3f}{exact[0]:10.3f}{exact[1]:7.3f}")
    (low_a, low_b), (high_a, high_b) = row[:, :, 1].min(axis=0), row[:, :, 1].max(axis=0)
    print(f"AP at 0.1% in the ten samples: A {low_a:.3f} to {high_a:.3f}, B {low_b:.2f} to {high_b:.2f}")


def tails(model: str, t: np.ndarray) -> Scored:
    """Exact FPR and TPR of A or B at thresholds t."""
    return norm.sf(t), norm.sf(t - 1.5) if model == "A" else (norm.sf(t - 3.5) + norm.sf(t - 0.2)) / 2


def exact_areas(model: str, prior: float) -> Pair:
    """Both areas from the distributions themselves."""
    t = np.linspace(12, -12, 20_001)
    fpr, tpr = tails(model, t)
    precision = prior * tpr / (prior * tpr + (1 - prior) * fpr)
    return float(np.trapezoid(tpr, fpr)), float(np.trapezoid(precision, tpr))


def print_rank(y: np.ndarray, a: np.ndarray) -> None:
    """ROC AUC four times: share of pairs, rank sum, trapezoids, and the theory for two normals."""
    auc, ap = areas(y, a)
    u = mannwhitneyu(a[y == 1], a[y == 0]).statistic / (y.sum() * (1 - y).sum())
    rng = np.random.default_rng(1)
    pairs = rng.choice(a[y == 1], 100_000) > rng.choice(a[y == 0], 100_000)
    fpr, tpr, _ = metrics.roc_curve(y, a)
    assert np.allclose(auc, [u, metrics.auc(fpr, tpr), metrics.roc_auc_score(y, a)])
    assert np.isclose(ap, metrics.average_precision_score(y, a))
    print(f"ROC AUC of A {auc:.3f}: random pairs {pairs.mean():.2f}, theory {norm.cdf(1.5 / np.sqrt(2)):.3f}")


def with_more(seed: int) -> np.ndarray:
    """ROC AUC and AP of one sample: as collected, with more negatives of the same kind, with easy ones."""
    rng = np.random.default_rng(seed)
    positive, negative = rng.standard_normal(1_000) + 1.5, rng.standard_normal(10_000)
    rows = []
    for extra in negative[:0], rng.standard_normal(90_000), rng.standard_normal(90_000) - 4:
        score = np.concatenate([positive, negative, extra])
        y = (np.arange(score.size) < positive.size).astype(int)
        rows.append(areas(y, score))
        if seed == 0:
            assert np.allclose(rows[-1], [metrics.roc_auc_score(y, score), metrics.average_precision_score(y, score)])
    return np.array(rows)


def print_negatives() -> None:
    """What more negatives do, as means of ten samples."""
    mean = np.mean([with_more(seed) for seed in range(10)], axis=0)
    for name, (auc, ap) in zip(("as collected", "90,000 more, same kind", "90,000 more, easy"), mean, strict=True):
        print(f"{name:24}ROC AUC {auc:.3f}  AP {ap:.3f}")


def points(y: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """TP and FP after each distinct score, from the highest down, starting at (0, 0)."""
    order = np.argsort(-score, kind="stable")
    last = np.append(np.diff(score[order]) != 0, True)
    tp, fp = np.cumsum(y[order])[last], np.cumsum(1 - y[order])[last]
    return np.append(0, tp), np.append(0, fp)


def by_counts(y: np.ndarray, score: np.ndarray) -> float:
    """Area when TP and FP grow in proportion between two thresholds: precision follows a hyperbola."""
    tp, fp = points(y, score)
    total = 0.0
    for a, f, da, df in zip(tp[:-1], fp[:-1], np.diff(tp), np.diff(fp), strict=True):
        if da > 0:
            c, b = 1 + df / da, a + f
            total += da / c + ((a - b / c) / c * np.log((b + c * da) / b) if b else 0.0)
    return float(total / y.sum())


def ties_broken(y: np.ndarray, score: np.ndarray, repeats: int) -> float:
    """Mean AP when equal scores are ordered at random; the grades of `score` are whole numbers."""
    rng = np.random.default_rng(3)
    return float(np.mean([areas(y, score + rng.random(y.size) / 2)[1] for _ in range(repeats)]))


def envelope(y: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Recall, and the best precision at this recall or a higher one."""
    tp, fp = (part[1:] for part in points(y, score))
    return tp / y.sum(), np.maximum.accumulate((tp / (tp + fp))[::-1])[::-1]


def five_areas(y: np.ndarray, score: np.ndarray) -> dict[str, float]:
    """Five numbers that are reported as 'PR AUC'."""
    tp, fp = (part[1:] for part in points(y, score))
    step = float((np.diff(tp, prepend=0) / y.sum() * tp / (tp + fp)).sum())
    assert np.isclose(step, metrics.average_precision_score(y, score))
    precision, recall, _ = metrics.precision_recall_curve(y, score)
    straight = float(np.trapezoid(np.append(1, tp / (tp + fp)), np.append(0, tp / y.sum())))
    assert np.isclose(straight, metrics.auc(recall, precision))
    r, best = envelope(y, score)
    eleven = [best[r >= level - 1e-9].max(initial=0) for level in np.linspace(0, 1, 11)]
    return {
        "AP": step,
        "by counts": by_counts(y, score),
        "envelope": float((np.diff(r, prepend=0) * best).sum()),
        "11 points": float(np.mean(eleven)),
        "trapezoid": straight,
    }


def interpolation_cases() -> dict[str, list[Scored]]:
    """1% positives: no information; a score with four grades; fifty samples of a fine score with twenty positives."""
    y = (np.arange(10_000) < 100).astype(int)
    grades = np.repeat([3, 2, 1, 0, 3, 2, 1, 0], [20, 40, 30, 10, 20, 480, 2400, 7000]).astype(float)
    rng = np.random.default_rng(4)
    few = (np.arange(2_000) < 20).astype(int)
    fine = [(few, rng.standard_normal(few.size) + 2 * few) for _ in range(50)]
    return {"constant": [(y, np.zeros(y.size))], "four grades": [(y, grades)], "20 positives": fine}


def print_interpolation() -> None:
    cases = interpolation_cases()
    names = "AP", "by counts", "envelope", "11 points", "trapezoid"
    print(f"{'':13}" + "".join(f"{name:>11}" for name in names))
    for case, samples in cases.items():
        values = [five_areas(y, score) for y, score in samples]
        print(f"{case:13}" + "".join(f"{np.mean([one[name] for one in values]):11.3f}" for name in names))
    y, grades = cases["four grades"][0]
    once, larger = ties_broken(y, grades, 100), ties_broken(np.repeat(y, 30), np.repeat(grades, 30), 2)
    print(f"ties broken at random: AP {once:.2f}, with thirty times the examples {larger:.2f}")


def print_chance() -> None:
    """AP of random scores with few examples."""
    rng = np.random.default_rng(5)
    y = (np.arange(50) < 5).astype(int)
    drawn = np.mean([areas(y, rng.random(50))[1] for _ in range(4_000)])
    harmonic = (1 / np.arange(1, 51)).sum()
    exact = (harmonic + 4 / 49 * (50 - harmonic)) / 50
    assert abs(drawn - exact) < 0.01
    print(f"5 positives among 50, random scores: mean AP {exact:.2f}")


def partial(y: np.ndarray, score: np.ndarray, limit: float) -> float:
    """Share of positives above each of the highest negatives, rescaled: chance 0.5, perfection 1 (McClish)."""
    negative, positive = np.sort(score[y == 0])[::-1], np.sort(score[y == 1])
    top = negative[: round(limit * negative.size)]
    area = limit * (1 - np.searchsorted(positive, top) / positive.size).mean()
    return float((1 + (area - limit**2 / 2) / (limit - limit**2 / 2)) / 2)


def print_partial(y: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    ours = [partial(y, s, 0.01) for s in (a, b)]
    assert np.allclose(ours, [metrics.roc_auc_score(y, s, max_fpr=0.01) for s in (a, b)])
    print(f"partial ROC AUC up to FPR 1%: A {ours[0]:.2f}, B {ours[1]:.2f}")
    at = [float(np.mean(s[y == 1] > np.quantile(s[y == 0], 0.99))) for s in (a, b)]
    print(f"recall at FPR 1%: A {at[0]:.2f}, B {at[1]:.2f}")


def standard_error(auc: float, q1: float, q2: float, positives: int, negatives: int) -> float:
    """Of ROC AUC; q1: two positives both above a negative, q2: one positive above two negatives."""
    spread = auc * (1 - auc) + (positives - 1) * (q1 - auc**2) + (negatives - 1) * (q2 - auc**2)
    return float(np.sqrt(spread / (positives * negatives)))


def print_error() -> None:
    """For two normals, checked by repetition, beside Hanley and McNeil's shortcut for q1 and q2."""
    rng = np.random.default_rng(6)
    auc = float(norm.cdf(1.5 / np.sqrt(2)))
    both = float(norm.expect(lambda x: norm.cdf(x + 1.5) ** 2))  # q1 and q2 agree by symmetry
    for positives, negatives in (10, 1_000), (10, 10_000), (100, 1_000):
        pool = np.sort(rng.standard_normal((300, negatives)), axis=1)
        drawn = rng.standard_normal((300, positives)) + 1.5
        seen = [np.searchsorted(row, up).mean() / negatives for row, up in zip(pool, drawn, strict=True)]
        exact = standard_error(auc, both, both, positives, negatives)
        shortcut = standard_error(auc, auc / (2 - auc), 2 * auc**2 / (1 + auc), positives, negatives)
        assert abs(np.std(seen) / exact - 1) < 0.15
        print(f"{positives:3} positives, {negatives:6,} negatives: error {exact:.3f}, shortcut {shortcut:.3f}")


def draw() -> None:
    """ROC of both models from their distributions, then precision–recall at 50% and at 0.1%."""
    fig, (first, second, third) = figure.new(1, 3, height=2.8)
    for name, color in (("A", figure.BLUE), ("B", figure.ORANGE)):
        fpr, tpr = tails(name, np.linspace(-3.5, 7.5, 160))
        first.plot(fpr, tpr, color=color)
        for axes, prior in (second, 0.5), (third, 0.001):
            axes.plot(tpr, prior * tpr / (prior * tpr + (1 - prior) * fpr), color=color)
    first.plot([0, 1], [0, 1], ":", color=figure.GREY)
    first.text(0.16, 0.87, "A", color=figure.BLUE)
    first.text(0.5, 0.63, "B", color=figure.ORANGE)
    second.text(0.75, 0.9, "A", color=figure.BLUE)
    second.text(0.48, 0.68, "B", color=figure.ORANGE)
    third.text(0.1, 0.07, "A", color=figure.BLUE)
    third.text(0.36, 0.45, "B", color=figure.ORANGE)
    first.set(xlabel="FPR", ylabel="TPR", title="ROC")
    second.set(xlabel="recall", ylabel="precision", title="PR, π = 50%", ylim=(0, 1.03))
    third.set(xlabel="recall", title="PR, π = 0.1%", ylim=(0, 1.03))
    for axes in first, second, third:
        axes.set(xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    figure.save(fig, "roc-vs-pr.svg")


def draw_interpolation() -> None:
    """Between the points of the four-grade score: straight lines, the counts, the steps of AP."""
    y, score = interpolation_cases()["four grades"][0]
    tp, fp = points(y, score)
    recall, precision = tp[1:] / y.sum(), tp[1:] / (tp[1:] + fp[1:])
    fig, ax = figure.new(1, 1, height=2.6)
    ax.plot(np.append(0, recall), np.append(1, precision), ":", color=figure.RED)
    ax.step(np.append(0, recall), np.append(precision[0], precision), where="pre", color=figure.GREY, linewidth=1.2)
    share = np.linspace(0.001, 1, 60)
    for i in range(1, tp.size):
        t, f = tp[i - 1] + share * (tp[i] - tp[i - 1]), fp[i - 1] + share * (fp[i] - fp[i - 1])
        ax.plot(t / y.sum(), t / (t + f), color=figure.BLUE)
    ax.plot(recall, precision, "o", color=figure.BLUE)
    ax.text(0.15, 0.72, "直线 trapezoid", color=figure.RED)
    ax.text(0.3, 0.215, "按计数 counts", color=figure.BLUE)
    ax.text(0.22, 0.03, "AP", color=figure.GREY)
    ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.03))
    figure.save(fig, "roc-vs-pr-interpolation.svg")


if __name__ == "__main__":
    labels, model_a, model_b = two_models()
    print_rank(labels, model_a)
    print_prevalence()
    print_negatives()
    print_interpolation()
    print_chance()
    print_partial(labels, model_a, model_b)
    print_error()
    draw()
    draw_interpolation()
