"""Evidence for ood-detection: four scores on strange digits, AUROC and FPR95 twice, and what breaks a score."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, softmax
from sklearn.covariance import ShrunkCovariance
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.neural_network import MLPClassifier

from qa import figure

Array = np.ndarray
SEEDS, KNOWN, NEIGHBORS, EPOCHS, SHRINK = 6, 7, 5, 40, 0.01


def forward(net: MLPClassifier, x: Array) -> tuple[Array, Array]:
    """Features of the last hidden layer, and logits."""
    for w, b in zip(net.coefs_[:-1], net.intercepts_[:-1], strict=True):
        x = np.maximum(x @ w + b, 0)
    return x, np.asarray(x @ net.coefs_[-1] + net.intercepts_[-1])


@dataclass(frozen=True)
class Fit:
    """Training features as unit vectors, their class means, the shared covariance inverted, and scikit-learn's."""

    units: Array
    means: Array
    precision: Array
    reference: ShrunkCovariance


def unit(h: Array) -> Array:
    return h / (np.linalg.norm(h, axis=1, keepdims=True) + 1e-12)


def fit(h: Array, y: Array) -> Fit:
    """Covariance around the class means, shrunk a little because some units are never active."""
    means = np.stack([h[y == c].mean(axis=0) for c in range(KNOWN)])
    centered = h - means[y]
    covariance = centered.T @ centered / len(h)
    shrunk = (1 - SHRINK) * covariance + SHRINK * np.trace(covariance) / h.shape[1] * np.eye(h.shape[1])
    reference = ShrunkCovariance(shrinkage=SHRINK, assume_centered=True).fit(centered)
    return Fit(unit(h), means, np.linalg.inv(shrunk), reference)


# --8<-- [start:scores]
def max_softmax(h: Array, z: Array, fit: Fit) -> Array:
    return softmax(z, axis=1).max(axis=1)


def energy(h: Array, z: Array, fit: Fit) -> Array:
    return logsumexp(z, axis=1)  # minus the energy, at temperature 1


def mahalanobis(h: Array, z: Array, fit: Fit) -> Array:
    d = h[:, None, :] - fit.means
    return -((d @ fit.precision) * d).sum(axis=2).min(axis=1)


def neighbor(h: Array, z: Array, fit: Fit) -> Array:
    near = np.partition(unit(h) @ fit.units.T, -NEIGHBORS, axis=1)
    return near[:, -NEIGHBORS]
# --8<-- [end:scores]


# --8<-- [start:metrics]
def auroc(known: Array, strange: Array) -> float:
    """P(a known input scores above a strange one), ties half."""
    s = np.sort(strange)
    low, high = (np.searchsorted(s, known, side) for side in ("left", "right"))
    return float((low + high).mean() / 2 / s.size)


def fpr95(known: Array, strange: Array) -> float:
    """Share of strange inputs accepted when 95% of the known are."""
    rank = int(np.ceil(0.95 * known.size))
    threshold = np.sort(known)[-rank]
    return float((strange >= threshold).mean())
# --8<-- [end:metrics]


SCORES: dict[str, Callable[[Array, Array, Fit], Array]] = {
    "max softmax": max_softmax,
    "energy": energy,
    "Mahalanobis": mahalanobis,
    "neighbor": neighbor,
}
SETS: dict[str, Callable[[Array, np.random.Generator], Array]] = {
    "shuffled": lambda x, rng: rng.permuted(x, axis=1),
    "noise": lambda x, rng: rng.random((500, x.shape[1])),
    "moved": lambda x, rng: np.roll(x.reshape(-1, 8, 8), 2, axis=2).reshape(-1, 64),
    "inverted": lambda x, rng: 1 - x,
    "three times": lambda x, rng: 3 * x,
}


@dataclass(frozen=True)
class Experiment:
    """One network that knows seven of the ten digits, its test digits, and the digits it has never seen."""

    net: MLPClassifier
    fit: Fit
    test: Array
    labels: Array
    unseen: Array
    rng: np.random.Generator

    def scores(self, x: Array) -> dict[str, Array]:
        h, z = forward(self.net, x)
        return {name: score(h, z, self.fit) for name, score in SCORES.items()}


def experiment(seed: int) -> Experiment:
    """Choose the seven digits at random, train on half of their images, keep the other half for testing."""
    rng = np.random.default_rng(seed)
    data, labels = load_digits(return_X_y=True)
    data, chosen = data / 16, np.sort(rng.permutation(10)[:KNOWN])
    known = np.isin(labels, chosen)
    order = rng.permutation(np.flatnonzero(known))
    train, test = order[: order.size // 2], order[order.size // 2 :]
    y = np.searchsorted(chosen, labels)
    net = MLPClassifier((64, 32), random_state=seed, learning_rate_init=3e-3)
    for _ in range(EPOCHS):
        net.partial_fit(data[train], y[train], classes=np.arange(KNOWN))
    return Experiment(net, fit(forward(net, data[train])[0], y[train]), data[test], y[test], data[~known], rng)


def by_sklearn(known: Array, strange: Array) -> tuple[float, float]:
    """Both metrics from scikit-learn, the known inputs being the positive class."""
    truth, scores = np.repeat([1, 0], [known.size, strange.size]), np.concatenate([known, strange])
    false, true, _ = roc_curve(truth, scores, drop_intermediate=False)
    return float(roc_auc_score(truth, scores)), float(false[np.argmax(true >= 0.95)])


def evaluate(e: Experiment) -> dict[tuple[str, str], tuple[float, ...]]:
    """AUROC, FPR95 and the larger difference from scikit-learn, for each set and score."""
    known = e.scores(e.test)
    found = {}
    sets = {"unseen": e.unseen, **{name: change(e.test, e.rng) for name, change in SETS.items()}}
    for name, x in sets.items():
        for score, values in e.scores(x).items():
            ours = auroc(known[score], values), fpr95(known[score], values)
            theirs = by_sklearn(known[score], values)
            found[name, score] = *ours, max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    return found


def mahalanobis_difference(e: Experiment) -> float:
    """Largest relative difference of the squared distances from scikit-learn's."""
    h, z = forward(e.net, e.test)
    theirs = np.min([e.fit.reference.mahalanobis(h - mean) for mean in e.fit.means], axis=0)
    return float(np.abs(-mahalanobis(h, z, e.fit) / theirs - 1).max())


def show_table(experiments: list[Experiment]) -> None:
    """Means over the networks, with the standard deviation of the AUROC."""
    runs = [evaluate(e) for e in experiments]
    print("AUROC ± sd, FPR95   " + "".join(f"{name:16}" for name in SCORES).rstrip())
    for name in ("unseen", *SETS):
        cells = []
        for score in SCORES:
            a, f, _ = np.transpose([run[name, score] for run in runs])
            cells.append(f"{a.mean():.2f} ±{a.std():.2f} {f.mean():.2f}")
        print(f"{name:18}  " + "  ".join(cells))
    largest = max(value[2] for run in runs for value in run.values())
    distance = max(mahalanobis_difference(e) for e in experiments)
    print(f"differences from scikit-learn: metrics {largest:.6f}, distances {distance:.6f}")


def show_errors(experiments: list[Experiment]) -> None:
    """The same scores on another task: telling the network's right answers from its wrong ones, known digits only."""
    rows, right_share = [], []
    for e in experiments:
        right = forward(e.net, e.test)[1].argmax(axis=1) == e.labels
        right_share.append(right.mean())
        rows.append([auroc(v[right], v[~right]) for v in e.scores(e.test).values()])
    values = "  ".join(f"{name} {value:.2f}" for name, value in zip(SCORES, np.mean(rows, axis=0), strict=True))
    print(f"accuracy {np.mean(right_share):.2f}; AUROC, right against wrong answers:")
    print(values)


def show_offset(e: Experiment) -> None:
    """Adding a function of x to all logits changes no prediction and no loss, and the energy at will."""
    (_, known), (_, strange) = forward(e.net, e.test), forward(e.net, e.unseen)
    print("logits              cross-entropy  AUROC: max softmax  energy")
    for name, times in (("as trained", 0.0), ("minus LSE", 1.0), ("minus 2 × LSE", 2.0)):
        k, s = (z - times * logsumexp(z, axis=1, keepdims=True) for z in (known, strange))
        loss = float(-np.log(softmax(k, axis=1)[np.arange(len(k)), e.labels]).mean())
        soft = auroc(softmax(k, axis=1).max(axis=1), softmax(s, axis=1).max(axis=1))
        values = auroc(*(np.round(logsumexp(z, axis=1), 9) for z in (k, s)))
        print(f"{name:18}  {loss:.3f}          {soft:.2f}                {values:.2f}")


def show_density() -> None:
    """Standard normal data: how the true density ranks samples against the same kind shrunk by a tenth."""
    print("dimensions  log p(0) − mean log p(x)  AUROC of log p: x against 0.9 x")
    for d in (1, 64, 784):
        x, other = np.random.default_rng(0).standard_normal((2, 2000, d))
        log_p = -0.5 * (x**2).sum(axis=1), -0.5 * ((0.9 * other) ** 2).sum(axis=1)
        print(f"{d:<10}  {d / 2:<24.1f}  {auroc(*log_p):.2f}")


def show_alarms(detected: float = 0.7) -> None:
    """How many alarms are right when 5% of the known inputs are rejected, by the share of strange inputs."""
    shares = (0.1, 0.01, 0.001)
    values = (share * detected / (share * detected + (1 - share) * 0.05) for share in shares)
    print("precision of alarms: " + ", ".join(f"{s:.1%} {v:.3f}" for s, v in zip(shares, values, strict=True)))


def draw(experiments: list[Experiment]) -> None:
    """Left: mean ROC curves on unseen digits. Right: AUROC when test images are multiplied by a factor."""
    fig, (left, right) = figure.new(1, 2, height=3.3)
    grid, factors = np.linspace(0, 1, 51), np.geomspace(0.25, 4, 13)
    known, unseen = [e.scores(e.test) for e in experiments], [e.scores(e.unseen) for e in experiments]
    scaled = [[e.scores(k * e.test) for k in factors] for e in experiments]
    colors = (figure.BLUE, figure.ORANGE, figure.RED, figure.GREEN)
    for name, color in zip(SCORES, colors, strict=True):
        thresholds = [np.quantile(u[name], 1 - grid) for u in unseen]
        curves = [(k[name] >= t[:, None]).mean(axis=1) for k, t in zip(known, thresholds, strict=True)]
        left.plot(grid, np.mean(curves, axis=0), color=color, label=name)
        lines = [[auroc(k[name], s[name]) for s in row] for k, row in zip(known, scaled, strict=True)]
        right.plot(factors, np.mean(lines, axis=0), marker=".", color=color)
    left.axhline(0.95, color="black", linestyle=":", linewidth=1)
    left.set(xlabel="接受的陌生样本 FPR", ylabel="接受的已知样本 TPR", title="未见过的数字 unseen")
    right.axhline(0.5, color="black", linestyle=":", linewidth=1)
    right.set(xscale="log", xticks=[0.25, 0.5, 1, 2, 4], xlabel="k", title="AUROC, x → k·x", ylim=(-0.03, 1.03))
    right.set_xticklabels(["¼", "½", "1", "2", "4"])
    right.minorticks_off()
    fig.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=9)
    figure.save(fig, "ood-detection.svg")


if __name__ == "__main__":
    experiments = [experiment(seed) for seed in range(SEEDS)]
    show_table(experiments)
    show_errors(experiments)
    show_offset(experiments[0])
    show_density()
    show_alarms()
    draw(experiments)
