"""Evidence for imbalanced-data: what weights and resampling change, prior correction, leaks, focal loss, ensembles."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit
from sklearn import metrics
from sklearn.base import clone
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.tree import DecisionTreeClassifier

from qa import figure

PRIOR = 0.02
Data = tuple[np.ndarray, np.ndarray]


def sample(n: int, seed: int) -> Data:
    """Exactly 2% positives; two Gaussian clouds in ten dimensions, their means two standard deviations apart."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) < PRIOR * n).astype(int)
    return rng.standard_normal((n, 10)) + 2 / np.sqrt(10) * y[:, None], y


def oversample(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Data:
    """Repeat positives at random until the classes are equal."""
    extra = rng.choice(np.flatnonzero(y == 1), (y == 0).sum() - (y == 1).sum())
    return np.vstack([x, x[extra]]), np.append(y, y[extra])


def undersample(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Data:
    """Keep as many random negatives as there are positives."""
    kept = np.append(np.flatnonzero(y == 1), rng.choice(np.flatnonzero(y == 0), (y == 1).sum(), replace=False))
    return x[kept], y[kept]


# --8<-- [start:smote]
def smote(x: np.ndarray, y: np.ndarray, rng: np.random.Generator, k: int = 5) -> Data:
    """Add positives on the segments from a positive to one of its k nearest positives."""
    positive = x[y == 1]
    neighbors = NearestNeighbors(n_neighbors=k).fit(positive).kneighbors(return_distance=False)
    start = rng.integers(len(positive), size=(y == 0).sum() - len(positive))
    end = neighbors[start, rng.integers(k, size=start.size)]
    new = positive[start] + rng.random((start.size, 1)) * (positive[end] - positive[start])
    return np.vstack([x, new]), np.append(y, np.ones(start.size, dtype=int))
# --8<-- [end:smote]


# --8<-- [start:prior]
def correct_prior(p: np.ndarray, trained: float, real: float) -> np.ndarray:
    """Move probabilities learned at one share of positives to another: add the difference of the prior logits."""
    return expit(logit(p) + logit(real) - logit(trained))
# --8<-- [end:prior]


def roc_auc(y: np.ndarray, p: np.ndarray) -> float:
    """P(positive above negative), ties half."""
    positive, negative = p[y == 1], np.sort(p[y == 0])
    both = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    return float(both.mean() / 2 / negative.size)


def average_precision(y: np.ndarray, p: np.ndarray) -> float:
    """Precision averaged over the gains in recall, one step per distinct score."""
    order = np.argsort(-p, kind="stable")
    last = np.append(np.diff(p[order]) != 0, True)
    tp, flagged = np.cumsum(y[order])[last], np.arange(1, y.size + 1)[last]
    return float((np.diff(tp, prepend=0) / y.sum() * tp / flagged).sum())


def by_definition(y: np.ndarray, p: np.ndarray, threshold: float) -> list[float]:
    """AUC, average precision, log loss, recall, precision."""
    flagged = p >= threshold
    hits = float((flagged & (y == 1)).sum())
    loss = -np.where(y == 1, np.log(p), np.log1p(-p)).mean()
    return [roc_auc(y, p), average_precision(y, p), float(loss), hits / y.sum(), hits / max(flagged.sum(), 1)]


def by_sklearn(y: np.ndarray, p: np.ndarray, threshold: float) -> list[float]:
    flagged = (p >= threshold).astype(int)
    return [
        metrics.roc_auc_score(y, p),
        metrics.average_precision_score(y, p),
        metrics.log_loss(y, p),
        metrics.recall_score(y, flagged),
        metrics.precision_score(y, flagged, zero_division=0),
    ]


def report(name: str, y: np.ndarray, p: np.ndarray, threshold: float = 0.5) -> None:
    """One row; the two ways of computing it must agree."""
    ours = by_definition(y, p, threshold)
    assert np.allclose(ours, by_sklearn(y, p, threshold), atol=1e-10)
    auc, ap, loss, recall, precision = ours
    print(f"{name:30}{auc:7.3f}{ap:7.3f}{p.mean():9.3f}{loss:10.3f}{recall:9.2f}{precision:11.2f}")


Resampler = Callable[[np.ndarray, np.ndarray, np.random.Generator], Data]
RESAMPLERS: dict[str, Resampler] = {"oversampling": oversample, "undersampling": undersample, "SMOTE": smote}


def compare() -> dict[str, Data]:
    """Every treatment on the same logistic regression; returns labels and probabilities for the figure."""
    (x, y), (x_test, y_test) = sample(20_000, 1), sample(100_000, 2)
    plain = LogisticRegression(C=1e6).fit(x, y).predict_proba(x_test)[:, 1]
    balanced = LogisticRegression(C=1e6, class_weight="balanced").fit(x, y).predict_proba(x_test)[:, 1]
    print(f"{'':30}{'AUC':>7}{'AP':>7}{'mean p':>9}{'log loss':>10}{'recall':>9}{'precision':>11}")
    report("plain, threshold 0.5", y_test, plain)
    report("plain, threshold 0.02", y_test, plain, PRIOR)
    report("class weights, threshold 0.5", y_test, balanced)
    drawn = {"plain": plain, "balanced": balanced}
    for name, resample in RESAMPLERS.items():
        p = LogisticRegression(C=1e6).fit(*resample(x, y, np.random.default_rng(3))).predict_proba(x_test)[:, 1]
        report(f"{name}, threshold 0.5", y_test, p)
        drawn[name] = p
    for name in "balanced", "undersampling", "SMOTE":
        label = "class weights" if name == "balanced" else name
        drawn[f"{name} corrected"] = correct_prior(drawn[name], 0.5, PRIOR)
        report(f"{label}, corrected, 0.5", y_test, drawn[f"{name} corrected"])
    return {name: (y_test, p) for name, p in drawn.items()}


def folds_auc(x: np.ndarray, y: np.ndarray, resample: Resampler) -> float:
    """Cross-validated AUC with the resampling inside the training folds."""
    aucs = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(x, y):
        model = KNeighborsClassifier(5).fit(*resample(x[train], y[train], np.random.default_rng(0)))
        aucs.append(roc_auc(y[test], model.predict_proba(x[test])[:, 1]))
    return float(np.mean(aucs))


def print_leak() -> None:
    """Features that are pure noise, so an honest estimate is 0.5; mean over ten data sets."""
    for name, resample in (pair for pair in RESAMPLERS.items() if pair[0] != "undersampling"):
        before, inside = [], []
        for seed in range(10):
            rng = np.random.default_rng([5, seed])
            x, y = rng.standard_normal((1000, 10)), (np.arange(1000) < 50).astype(int)
            before.append(folds_auc(*resample(x, y, rng), lambda a, b, _: (a, b)))
            inside.append(folds_auc(x, y, resample))
        a, b = np.mean(before), np.mean(inside)
        print(f"noise, {name:12}: AUC {a:.2f} if done before the split, {b:.2f} inside the training folds")


def focal(p: float, gamma: float) -> float:
    return float(-((1 - p) ** gamma) * np.log(p))


def focal_risk(q: float, eta: float) -> float:
    """Expected focal loss of answering q where the true probability is eta."""
    return eta * focal(q, 2) + (1 - eta) * focal(1 - q, 2)


def focal_slope(q: float) -> float:
    """Derivative of the focal loss with γ = 2."""
    return float(2 * (1 - q) * np.log(q) - (1 - q) ** 2 / q)


def recovered(q: float) -> float:
    """The true probability whose expected focal loss is least at q: eta * slope(q) = (1 - eta) * slope(1 - q)."""
    return focal_slope(1 - q) / (focal_slope(q) + focal_slope(1 - q))


def print_focal() -> None:
    for p in 0.1, 0.5, 0.9, 0.99:
        plain, focused = focal(p, 0), focal(p, 2)
        print(f"p_t {p:4}: cross-entropy {plain:.4f}  focal {focused:.7f}  ratio {plain / focused:,.1f}")
    for eta in 0.02, 0.1, 0.5, 0.9:
        least = minimize_scalar(focal_risk, bounds=(1e-6, 1 - 1e-6), method="bounded", args=(eta,)).x
        print(f"true probability {eta:4}: focal loss is least at {least:.3f}, transformed back {recovered(least):.3f}")


def print_initial_bias() -> None:
    """Mean cross-entropy on the first step, with the output bias at 0 and at the prior's logit."""
    for p in 0.5, 0.01:
        positive, negative = -0.01 * np.log(p), -0.99 * np.log(1 - p)
        total = positive + negative
        print(f"1% positives, first outputs {p}: loss {total:.3f}, of it from negatives {negative / total:.0%}")


def print_separable() -> None:
    """Separable data: how far a weight of 50 on positives moves the boundary, for strong and vanishing penalty."""
    rng = np.random.default_rng(6)
    x = np.append(rng.uniform(-2, -0.5, 200), rng.uniform(0.5, 2, 10))[:, None]
    y = np.append(np.zeros(200, int), np.ones(10, int))
    for c in 0.01, 1.0, 1e6:
        cuts = []
        for weight in 1, 50:
            model = LogisticRegression(C=c, class_weight={0: 1, 1: weight}, solver="newton-cholesky", tol=1e-8).fit(x, y)
            cuts.append(float(-model.intercept_[0] / model.coef_[0, 0]))
        print(f"separable, C = {c:<7g}: boundary at {cuts[0]:5.2f} unweighted, {cuts[1]:5.2f} with weight 50")


def print_ensemble() -> None:
    """Trees on balanced subsets: one, and the mean of fifty with different negatives."""
    (x, y), (x_test, y_test) = sample(20_000, 1), sample(100_000, 2)
    rng = np.random.default_rng(4)
    tree = DecisionTreeClassifier(min_samples_leaf=20, random_state=0)
    trees = [clone(tree).fit(*undersample(x, y, rng)) for _ in range(50)]
    outputs = np.array([member.predict_proba(x_test)[:, 1] for member in trees])
    for size in 1, 50:
        p = outputs[:size].mean(axis=0)
        assert np.isclose(roc_auc(y_test, p), metrics.roc_auc_score(y_test, p))
        print(f"{size:2} balanced trees: AUC {roc_auc(y_test, p):.2f}")


def print_batches() -> None:
    for share in 0.01, 0.001:
        print(f"{share:.1%} positives: {(1 - share) ** 64:.0%} of batches of 64 hold none")


def draw(results: dict[str, Data]) -> None:
    """Left: ROC curves coincide. Right: predicted against observed share of positives."""
    fig, (left, right) = figure.new(1, 2, height=3.2)
    colors = {"plain": figure.BLUE, "balanced": figure.ORANGE, "SMOTE": figure.RED, "balanced corrected": figure.GREEN}
    dashes = {"plain": "-", "balanced": "--", "SMOTE": ":", "balanced corrected": "--"}
    grid = np.linspace(0, 1, 120) ** 2
    for name, color in colors.items():
        y, p = results[name]
        fpr, tpr, _ = metrics.roc_curve(y, p)
        left.plot(grid, np.interp(grid, fpr, tpr), dashes[name], color=color)
        seen, said = calibration_curve(y, p, n_bins=12, strategy="quantile")
        right.plot(said, seen, dashes[name], color=color)
    left.text(0.3, 0.45, "四条曲线重合")
    left.text(0.3, 0.35, "four curves coincide")
    left.set(xlabel="FPR", ylabel="TPR", title="ROC", xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    right.plot([5e-4, 1], [5e-4, 1], color=figure.GREY, linewidth=0.8)
    right.set(xlabel="预测 predicted", ylabel="实际 observed", title="校准 calibration")
    right.set(xscale="log", yscale="log", xlim=(5e-4, 1), ylim=(5e-4, 1))
    right.set(xticks=[0.001, 0.01, 0.1, 1], yticks=[0.001, 0.01, 0.1, 1])
    right.set_xticklabels(["0.1%", "1%", "10%", "100%"])
    right.set_yticklabels(["0.1%", "1%", "10%", "100%"])
    right.minorticks_off()
    right.text(8e-4, 0.06, "plain", color=figure.BLUE)
    right.text(8e-4, 0.026, "corrected", color=figure.GREEN)
    right.text(0.021, 0.0105, "class weights", color=figure.ORANGE)
    right.text(0.021, 0.0048, "SMOTE", color=figure.RED)
    figure.save(fig, "imbalanced-data.svg")


if __name__ == "__main__":
    table = compare()
    print_leak()
    print_focal()
    print_initial_bias()
    print_separable()
    print_ensemble()
    print_batches()
    draw(table)
