"""Evidence for classification-metrics: every metric by definition and with scikit-learn, on one imbalanced example."""

import numpy as np
from scipy.special import expit
from scipy.stats import norm
from sklearn import metrics

from qa import figure

POSITIVES, NEGATIVES, SEPARATION = 1_000, 99_000, 2.0
PREVALENCE = POSITIVES / (POSITIVES + NEGATIVES)
COST_MISS, COST_ALARM = 50.0, 1.0


def detector() -> tuple[np.ndarray, np.ndarray]:
    """Labels and calibrated probabilities of a detector whose score is N(2, 1) on attacks, N(0, 1) on the rest."""
    rng = np.random.default_rng(0)
    y = np.repeat([1, 0], [POSITIVES, NEGATIVES])
    score = rng.standard_normal(y.size) + SEPARATION * y
    prior = np.log(PREVALENCE / (1 - PREVALENCE))
    return y, expit(SEPARATION * score - SEPARATION**2 / 2 + prior)


def counts(y: np.ndarray, predicted: np.ndarray) -> tuple[int, int, int, int]:
    """TP, FP, FN, TN."""
    pairs = ((1, 1), (0, 1), (1, 0), (0, 0))
    tp, fp, fn, tn = (int(((y == truth) & (predicted == said)).sum()) for truth, said in pairs)
    return tp, fp, fn, tn


def ratio(a: float, b: float) -> float:
    """a / b, and 0 where the quotient is not defined (the convention of scikit-learn with zero_division=0)."""
    return a / b if b else 0.0


# --8<-- [start:counts]
def from_counts(tp: int, fp: int, fn: int, tn: int) -> dict[str, float]:
    """Everything that needs one threshold, from the four cells of the confusion matrix."""
    margins = float(tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return {
        "accuracy": (tp + tn) / (tp + fp + fn + tn),
        "precision": ratio(tp, tp + fp),
        "recall": ratio(tp, tp + fn),
        "specificity": ratio(tn, tn + fp),
        "F1": ratio(2 * tp, 2 * tp + fp + fn),
        "balanced acc.": (ratio(tp, tp + fn) + ratio(tn, tn + fp)) / 2,
        "MCC": ratio(tp * tn - fp * fn, np.sqrt(margins)),
    }
# --8<-- [end:counts]


def from_sklearn(y: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """The same seven from scikit-learn."""
    return {
        "accuracy": metrics.accuracy_score(y, predicted),
        "precision": metrics.precision_score(y, predicted, zero_division=0),
        "recall": metrics.recall_score(y, predicted),
        "specificity": metrics.recall_score(y, predicted, pos_label=0),
        "F1": metrics.f1_score(y, predicted),
        "balanced acc.": metrics.balanced_accuracy_score(y, predicted),
        "MCC": metrics.matthews_corrcoef(y, predicted),
    }


# --8<-- [start:ranking]
def roc_auc(y: np.ndarray, score: np.ndarray) -> float:
    """P(random positive scores above random negative), ties counted half."""
    positive, negative = score[y == 1], np.sort(score[y == 0])
    below = np.searchsorted(negative, positive, "left")
    below_or_tied = np.searchsorted(negative, positive, "right")
    return float((below + below_or_tied).mean() / 2 / negative.size)


def average_precision(y: np.ndarray, score: np.ndarray) -> float:
    """Sum of precision × gain in recall, threshold by threshold from the highest score down."""
    order = np.argsort(-score, kind="stable")
    last_of_tie = np.append(np.diff(score[order]) != 0, True)
    tp = np.cumsum(y[order])[last_of_tie]
    flagged = np.arange(1, y.size + 1)[last_of_tie]
    return float((np.diff(tp, prepend=0) / y.sum() * tp / flagged).sum())
# --8<-- [end:ranking]


def print_metrics(y: np.ndarray, p: np.ndarray, threshold: float) -> None:
    """Every metric for 'always normal' and for the detector, by definition and by scikit-learn."""
    silent, flagged = np.zeros_like(y), (p >= threshold).astype(int)
    print("TP {}  FP {}  FN {}  TN {}".format(*counts(y, flagged)))
    print(f"{'':15}{'always normal':>15}{'detector':>11}{'scikit-learn':>15}")
    ours, theirs = from_counts(*counts(y, flagged)), from_sklearn(y, flagged)
    idle = from_counts(*counts(y, silent))
    ours |= {"ROC AUC": roc_auc(y, p), "avg. precision": average_precision(y, p)}
    theirs |= {"ROC AUC": metrics.roc_auc_score(y, p), "avg. precision": metrics.average_precision_score(y, p)}
    idle |= {"ROC AUC": roc_auc(y, silent), "avg. precision": average_precision(y, silent)}
    check = from_sklearn(y, silent)
    check |= {"ROC AUC": metrics.roc_auc_score(y, silent), "avg. precision": metrics.average_precision_score(y, silent)}
    for name, value in ours.items():
        assert np.isclose(idle[name], check[name]) and np.isclose(value, theirs[name])
        print(f"{name:15}{idle[name]:15.4f}{value:11.4f}{theirs[name]:15.4f}")


def precision_at(prevalence: float, tpr: float, fpr: float) -> float:
    """Bayes: the share of alarms that are right."""
    return prevalence * tpr / (prevalence * tpr + (1 - prevalence) * fpr)


def print_prevalence() -> None:
    """The same detector at the same score threshold 2, met with ever rarer positives."""
    tpr, fpr = norm.sf(2 - SEPARATION), norm.sf(2)
    print(f"TPR {tpr:.3f}  FPR {fpr:.4f}  exact AUC {norm.cdf(SEPARATION / np.sqrt(2)):.4f}")
    for prevalence in 0.5, 0.1, 0.01, 0.001, 0.00001:
        print(f"prevalence {prevalence:<8g} precision {precision_at(prevalence, tpr, fpr):.4f}")


def print_thresholds(y: np.ndarray, p: np.ndarray) -> None:
    """What each way of choosing the threshold buys; cost per 1,000 requests, a miss costing 50 false alarms."""
    order = np.argsort(-p)
    tp, fp = np.cumsum(y[order]), np.cumsum(1 - y[order])
    f1 = 2 * tp / (tp + fp + POSITIVES)
    cost = (COST_MISS * (POSITIVES - tp) + COST_ALARM * fp) / y.size * 1000
    bayes = int((p >= COST_ALARM / (COST_ALARM + COST_MISS)).sum()) - 1
    half = int((p >= 0.5).sum()) - 1
    print(f"{'threshold':24}{'accuracy':>9}{'precision':>11}{'recall':>8}{'F1':>7}{'cost':>8}")
    rows = {"0.5": half, "best F1": int(f1.argmax()), "cost rule 1/51": bayes, "least cost found": int(cost.argmin())}
    for name, k in rows.items():
        accuracy = (tp[k] + NEGATIVES - fp[k]) / y.size
        label = f"{name}: {p[order[k]]:.3f}"
        print(f"{label:24}{accuracy:9.4f}{tp[k] / (k + 1):11.3f}{tp[k] / POSITIVES:8.3f}{f1[k]:7.3f}{cost[k]:8.1f}")
    print(f"no detector: cost {COST_MISS * POSITIVES / y.size * 1000:.1f}; half of the best F1: {f1.max() / 2:.3f}")


def print_arithmetic() -> None:
    """The numbers of the annotated mistakes."""
    print(f"99,999 right of 100,000: {99_999 / 100_000:.3%}")
    print(f"precision 1.00, recall 0.02: mean {(1.0 + 0.02) / 2:.2f}, F1 {2 * 1.0 * 0.02 / 1.02:.3f}")
    for n in 1000, 10:
        print(f"recall 0.47 measured on {n:4} positives: standard error {np.sqrt(0.47 * 0.53 / n):.2f}")
    tp, fp, fn, tn = 95, 5, 5, 5
    first, swapped = from_counts(tp, fp, fn, tn), from_counts(tn, fn, fp, tp)
    print(f"TP 95 FP 5 FN 5 TN 5: F1 {first['F1']:.2f}, MCC {first['MCC']:.2f}")
    print(f"the same, classes swapped: F1 {swapped['F1']:.2f}, MCC {swapped['MCC']:.2f}")


def print_repairs(y: np.ndarray, p: np.ndarray) -> None:
    """Swap a negative with the positive right behind it, near the top and far down: what each area gains."""
    ranked, score = y[np.argsort(-p)], -np.arange(y.size, dtype=float)
    misordered = 1 + np.flatnonzero((ranked[:-1] == 0) & (ranked[1:] == 1))
    for k in misordered[misordered >= 10][0], misordered[misordered >= 1000][0]:
        repaired = ranked.copy()
        repaired[k - 1 : k + 1] = 1, 0
        auc = roc_auc(repaired, score) - roc_auc(ranked, score)
        ap = average_precision(repaired, score) - average_precision(ranked, score)
        assert np.isclose(auc, 1 / (POSITIVES * NEGATIVES), rtol=1e-4)
        assert np.isclose(ap, (ranked[: k - 1].sum() + 1) / (POSITIVES * k * (k + 1)), rtol=1e-4)
        print(f"pair repaired at rank {k:4}: ROC AUC +{auc:.1e}, average precision +{ap:.1e}")


def draw(y: np.ndarray, p: np.ndarray) -> None:
    """ROC, the same for every prevalence; precision against recall, which is not."""
    fig, (left, right) = figure.new(1, 2, height=3.1)
    t = np.linspace(-4.5, 7, 300)
    tpr, fpr = norm.sf(t - SEPARATION), norm.sf(t)
    left.plot(fpr, tpr, color=figure.BLUE)
    left.plot([0, 1], [0, 1], ":", color=figure.GREY)
    left.plot(norm.sf(2), norm.sf(0), "o", color=figure.RED)
    left.annotate("s = 2", (norm.sf(2), norm.sf(0)), (8, -4), textcoords="offset points", color=figure.RED)
    left.text(0.38, 0.72, "AUC = 0.92", color=figure.BLUE)
    left.set(xlabel="FPR", ylabel="TPR", title="ROC", xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    styles = (
        (0.5, figure.GREEN, (0.47, 0.84)),
        (0.1, figure.PURPLE, (0.62, 0.64)),
        (0.01, figure.ORANGE, (0.6, 0.2)),
        (0.001, figure.BLUE, (0.2, 0.12)),
    )
    for prevalence, color, place in styles:
        right.plot(tpr, precision_at(prevalence, tpr, fpr), color=color)
        right.plot(norm.sf(0), precision_at(prevalence, norm.sf(0), norm.sf(2)), "o", color=figure.RED)
        right.text(*place, f"π = {100 * prevalence:g}%", color=color)
    right.set(xlabel="TPR = recall", ylabel="precision", title="precision–recall")
    right.set(xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    figure.save(fig, "classification-metrics.svg")


if __name__ == "__main__":
    labels, probability = detector()
    cut = expit(SEPARATION * 2 - SEPARATION**2 / 2 + np.log(PREVALENCE / (1 - PREVALENCE)))
    print_metrics(labels, probability, float(cut))
    print_prevalence()
    print_thresholds(labels, probability)
    print_arithmetic()
    print_repairs(labels, probability)
    draw(labels, probability)
