"""Evidence for precision-recall-f1: the trade-off along the threshold, F-beta, averages over classes and batches."""

import numpy as np
from scipy.stats import beta as beta_distribution
from sklearn import metrics
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from qa import figure

Scored = tuple[np.ndarray, np.ndarray]


def handwritten_eights(c: float = 1.0, seed: int = 0) -> Scored:
    """Labels and probabilities on the test half of the digits: is it an 8? Logistic regression on 64 pixels."""
    digits = load_digits()
    x, y = digits.data / 16, (digits.target == 8).astype(int)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.5, stratify=y, random_state=seed)
    model = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-10).fit(x_train, y_train)
    return y_test, model.predict_proba(x_test)[:, 1]


# --8<-- [start:fbeta]
def f_beta(tp: float, fp: float, fn: float, beta: float) -> float:
    """A miss counts beta² times as much as a false alarm."""
    hit = (1 + beta**2) * tp
    return hit / (hit + beta**2 * fn + fp)


def averages(y: np.ndarray, said: np.ndarray) -> dict[str, float]:
    """Four numbers that are all called 'the F1' of a multi-class model."""
    labels = np.unique(y)
    tp = np.array([((y == c) & (said == c)).sum() for c in labels])
    fp = np.array([((y != c) & (said == c)).sum() for c in labels])
    fn = np.array([((y == c) & (said != c)).sum() for c in labels])
    f1 = 2 * tp / (2 * tp + fp + fn)
    p, r = (tp / (tp + fp)).mean(), (tp / (tp + fn)).mean()
    return {
        "micro": 2 * tp.sum() / (2 * tp + fp + fn).sum(),
        "macro": f1.mean(),
        "weighted": np.average(f1, weights=tp + fn),
        "F1 of macro P, R": 2 * p * r / (p + r),
    }
# --8<-- [end:fbeta]


def cells(y: np.ndarray, flagged: np.ndarray) -> tuple[int, int, int]:
    """TP, FP, FN."""
    return int((y & flagged).sum()), int(((1 - y) & flagged).sum()), int((y & (1 - flagged)).sum())


def from_cells(tp: int, fp: int, fn: int) -> list[float]:
    """Precision, recall, F0.5, F1, F2 from the definition."""
    return [tp / (tp + fp), tp / (tp + fn), *(f_beta(tp, fp, fn, b) for b in (0.5, 1, 2))]


def checked(y: np.ndarray, flagged: np.ndarray) -> list[float]:
    """The same five; scikit-learn must agree."""
    ours = from_cells(*cells(y, flagged))
    theirs = [metrics.precision_score(y, flagged), metrics.recall_score(y, flagged)]
    theirs += [metrics.fbeta_score(y, flagged, beta=b) for b in (0.5, 1, 2)]
    assert np.allclose(ours, theirs)
    return ours


def print_thresholds(y: np.ndarray, p: np.ndarray) -> None:
    """Five cuts on one ranking."""
    print(f"{y.size} images, {y.sum()} of them an 8")
    print("threshold  TP  FP  FN  precision  recall  F0.5    F1    F2")
    for cut in 0.9, 0.7, 0.5, 0.3, 0.1:
        flagged = (p >= cut).astype(int)
        tp, fp, fn = cells(y, flagged)
        precision, recall, *f = checked(y, flagged)
        print(f"{cut:9.1f}{tp:4}{fp:4}{fn:4}{precision:11.2f}{recall:8.2f}" + "".join(f"{v:6.2f}" for v in f))


def print_best(y: np.ndarray, p: np.ndarray) -> None:
    """Where each F-beta is largest, beside the threshold F*/(1 + beta²) that calibrated probabilities would want."""
    order = np.argsort(-p)
    tp, k = np.cumsum(y[order]), np.arange(1, y.size + 1)
    for b in 0.5, 1.0, 2.0:
        f = (1 + b**2) * tp / (b**2 * y.sum() + k)
        top = int(f.argmax())
        assert np.isclose(f[top], metrics.fbeta_score(y, p >= p[order[top]], beta=b))
        precision, recall = tp[top] / k[top], tp[top] / y.sum()
        rule = f[top] / (1 + b**2)
        found = f"best F{b:g} = {f[top]:.2f} at threshold {p[order[top]]:.2f}"
        print(f"{found} (rule {rule:.2f}): precision {precision:.2f}, recall {recall:.2f}")


def excess(y: np.ndarray, p: np.ndarray, b: float) -> float:
    """How far the best threshold for F-beta lies above F*/(1 + beta²)."""
    order = np.argsort(-p, kind="stable")
    f = (1 + b**2) * np.cumsum(y[order]) / (b**2 * y.sum() + np.arange(1, y.size + 1))
    return float(p[order][f.argmax()] - f.max() / (1 + b**2))


def print_confidence() -> None:
    """The best F0.5 threshold lies below the rule for underconfident, above it for overconfident models."""
    rng = np.random.default_rng(0)
    print("ten splits   0.5 < p < 0.75: mean p  eights   best F0.5 threshold - rule")
    for c in 0.1, 1.0, 100.0:
        found, drawn, band = [], [], []
        for seed in range(10):
            y, p = handwritten_eights(c, seed)
            inside = (p > 0.5) & (p < 0.75)
            band.append((p[inside].sum(), y[inside].sum(), inside.sum()))
            found.append(excess(y, p, 0.5))
            drawn.append(np.mean([excess((rng.random(p.size) < p).astype(int), p, 0.5) for _ in range(20)]))
        promised, kept, n = np.sum(band, axis=0)
        assert abs(np.mean(drawn)) < 0.05  # labels drawn from p: no gap to speak of
        print(f"C = {c:<5g}{promised / n:30.2f}{kept / n:8.2f}{np.mean(found):+29.2f}")


def print_price(y: np.ndarray, p: np.ndarray) -> None:
    """The cost of a miss in false alarms at which F1's threshold would be the cheapest."""
    best = max(f_beta(*cells(y, (p >= c).astype(int)), 1) for c in np.unique(p))
    for f in best, 0.3:
        print(f"best F1 {f:.2f}: threshold {f / 2:.2f}, a miss priced at {2 / f - 1:.1f} false alarms")


def print_rise(y: np.ndarray, p: np.ndarray) -> None:
    """A lower threshold with higher precision."""
    precision = np.cumsum(y[np.argsort(-p)]) / np.arange(1, y.size + 1)
    gain = np.triu(precision[None, :80] - precision[:80, None])
    high, low = np.unravel_index(gain.argmax(), gain.shape)
    cut = np.sort(p)[::-1]
    for k in high, low:
        assert np.isclose(precision[k], metrics.precision_score(y, p >= cut[k]))
        print(f"threshold {cut[k]:.2f}: {k + 1} flagged, precision {precision[k]:.3f}")


def exact_best(beta: float) -> tuple[float, float]:
    """For probabilities spread as Beta(0.5, 2) and calibrated by construction: best threshold, and F*/(1 + beta²)."""
    p = beta_distribution(0.5, 2).isf((np.arange(20_000) + 0.5) / 20_000)
    tp, k = np.cumsum(p), np.arange(1, p.size + 1)
    f = (1 + beta**2) * tp / (beta**2 * p.sum() + k)
    return float(p[f.argmax()]), float(f.max() / (1 + beta**2))


def print_rule() -> None:
    for b in 0.5, 1.0, 2.0:
        best, rule = exact_best(b)
        assert np.isclose(best, rule, atol=1e-3)
        print(f"calibrated, F{b:g}: best threshold {best:.3f}, F*/(1 + beta^2) {rule:.3f}")


def print_constants() -> None:
    """F1 of 'always positive' and of the best coin."""
    for prior in 0.5, 0.1, 0.01:
        y = (np.arange(1000) < 1000 * prior).astype(int)
        always = metrics.f1_score(y, np.ones_like(y))
        assert np.isclose(always, 2 * prior / (1 + prior))
        print(f"positives {prior:4.0%}: F1 of always saying yes {always:.3f}")


def print_means() -> None:
    """Arithmetic, geometric, harmonic mean of two pairs; the weights that turn F1 into an arithmetic mean."""
    for p, r in (0.5, 0.5), (0.9, 0.1), (1.0, 0.01):
        mean = f"arithmetic {(p + r) / 2:.3f}, geometric {np.sqrt(p * r):.3f}, harmonic {2 * p * r / (p + r):.3f}"
        print(f"P {p:.2f}, R {r:.2f}: {mean}")
    for tp, fp, fn in (40, 10, 40), (40, 200, 40):
        weight = (tp + fp) / (2 * tp + fp + fn)
        p, r = tp / (tp + fp), tp / (tp + fn)
        assert np.isclose(weight * p + (1 - weight) * r, f_beta(tp, fp, fn, 1))
        print(f"TP {tp}, FP {fp}, FN {fn}: F1 = {weight:.2f} P + {1 - weight:.2f} R = {f_beta(tp, fp, fn, 1):.3f}")


# Rows are the truth (frequent, middle, rare class), columns the answer.
CONFUSION = np.array([[890, 10, 0], [30, 60, 0], [8, 0, 2]])


def unrolled(confusion: np.ndarray) -> Scored:
    """Labels and answers that have this confusion matrix."""
    truth, said = np.indices(confusion.shape)
    return np.repeat(truth.ravel(), confusion.ravel()), np.repeat(said.ravel(), confusion.ravel())


def print_averages() -> None:
    """Micro, macro, weighted, each twice; the two macro F1."""
    y, said = unrolled(CONFUSION)
    each = metrics.precision_recall_fscore_support(y, said)
    for c, name in enumerate(("frequent", "middle", "rare")):
        print(f"{name:9} n {each[3][c]:4}  P {each[0][c]:.3f}  R {each[1][c]:.3f}  F1 {each[2][c]:.3f}")
    ours = averages(y, said)
    for kind in "micro", "macro", "weighted":
        assert np.isclose(ours[kind], metrics.f1_score(y, said, average=kind))
    p, r = (f(y, said, average="macro") for f in (metrics.precision_score, metrics.recall_score))
    assert np.isclose(ours["F1 of macro P, R"], 2 * p * r / (p + r))
    print(f"accuracy {metrics.accuracy_score(y, said):.3f}  " + "  ".join(f"{k} {v:.3f}" for k, v in ours.items()))
    without = metrics.f1_score(y, said, labels=[1, 2], average="micro")
    margins = CONFUSION.sum(axis=0) + CONFUSION.sum(axis=1)
    assert np.isclose(without, 2 * np.diag(CONFUSION)[1:].sum() / margins[1:].sum())
    print(f"micro F1 without the frequent class {without:.3f}")


def print_batches() -> None:
    """2% positives, recall 0.8, false positive rate 0.5%: F1 of the pooled counts and the mean over batches of 64."""
    rng = np.random.default_rng(0)
    y = rng.random((5_000, 64)) < 0.02
    said = rng.random(y.shape) < np.where(y, 0.8, 0.005)
    tp, both = (y & said).sum(axis=1), y.sum(axis=1) + said.sum(axis=1)
    pooled = 2 * tp.sum() / both.sum()
    assert np.isclose(pooled, metrics.f1_score(y.ravel(), said.ravel()))
    print(f"pooled F1 {pooled:.2f}")
    for empty in 0.0, 1.0:
        each = np.where(both > 0, 2 * tp / np.maximum(both, 1), empty)
        assert all(np.isclose(each[i], metrics.f1_score(y[i], said[i], zero_division=empty)) for i in range(10))
        print(f"mean of batch F1 with 0/0 = {empty:.0f}: {each.mean():.2f}")


def print_required_recall(n: int = 50, wanted: float = 0.9) -> None:
    """Threshold at the k-th highest of n positives: its true recall is Beta(k, n + 1 - k)."""
    rng = np.random.default_rng(1)
    drawn = np.sort(rng.random((20_000, n)), axis=1)  # share of all positives that scores above each of the n
    for k in int(np.ceil(wanted * n)), *safe_ranks(n, wanted):
        short = beta_distribution(k, n + 1 - k).cdf(wanted)
        assert abs((drawn[:, k - 1] < wanted).mean() - short) < 0.015
        mean = k / (n + 1)
        print(f"{k} of {n} caught: later recall {mean:.2f} on average, below {wanted} in {short:.0%} of cases")


def safe_ranks(n: int, wanted: float) -> list[int]:
    """The smallest k whose chance to fall short is at most 5%."""
    return [k for k in range(1, n + 1) if beta_distribution(k, n + 1 - k).cdf(wanted) <= 0.05][:1]


def draw(y: np.ndarray, p: np.ndarray) -> None:
    """Left: against the threshold. Right: the precision–recall plane with lines of equal F1 and of equal mean."""
    fig, (left, right) = figure.new(1, 2, height=3.3)
    cut = np.linspace(0.01, 0.97, 160)
    flagged = [(p >= c).astype(int) for c in cut]
    curves = np.array([from_cells(*cells(y, f)) for f in flagged])
    colors = figure.BLUE, figure.ORANGE, figure.GREY, figure.GREEN, figure.PURPLE
    for column, (color, style) in enumerate(zip(colors, ("-", "-", ":", "-", ":"), strict=True)):
        left.plot(cut, curves[:, column], style, color=color)
        if column > 1:
            best = int(curves[:, column].argmax())
            left.plot(cut[best], curves[best, column], "o", color=color, markersize=5)
    places = ((0.37, 0.93, "P"), (0.65, 0.45, "R"), (0.84, 0.82, "F0.5"), (0.66, 0.75, "F1"), (0.03, 0.82, "F2"))
    for (x, height, name), color in zip(places, colors, strict=True):
        left.text(x, height, name, color=color)
    left.set(xlabel="阈值 threshold", xlim=(0, 1), ylim=(0, 1.03), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    for f in 0.2, 0.4, 0.6, 0.8:
        r = f / (2 - f) + (1 - f / (2 - f)) * np.linspace(0, 1, 60) ** 2
        right.plot(r, f * r / (2 * r - f), color=figure.GREEN, linewidth=1)
        line = np.array([max(0, 2 * f - 1), min(1, 2 * f)])
        right.plot(line, 2 * f - line, ":", color=figure.GREY, linewidth=1)
    precision, recall, _ = metrics.precision_recall_curve(y, p)
    keep = recall > 0
    right.plot(recall[keep], precision[keep], color=figure.BLUE)
    for f, place in ((0.2, (0.13, 0.58)), (0.4, (0.29, 0.8)), (0.6, (0.49, 0.8)), (0.8, (0.89, 0.74))):
        right.text(*place, f"{f}", color=figure.GREEN)
    right.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.03))
    right.set(xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    figure.save(fig, "precision-recall-f1.svg")


if __name__ == "__main__":
    labels, probability = handwritten_eights()
    print_thresholds(labels, probability)
    print_best(labels, probability)
    print_confidence()
    print_price(labels, probability)
    print_rise(labels, probability)
    print_rule()
    print_constants()
    print_means()
    print_averages()
    print_batches()
    print_required_recall()
    draw(labels, probability)
