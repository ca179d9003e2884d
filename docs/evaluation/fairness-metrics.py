"""Evidence for fairness-metrics: four criteria in one world, why they exclude each other, and what they cost."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score, roc_auc_score

from qa import figure

Array = np.ndarray


@dataclass(frozen=True)
class Group:
    """A share of positives and a signal x, drawn from N(a, 1) for positives and N(-a, 1) for negatives."""

    name: str
    base_rate: float
    a: float

    def score(self, x: Array) -> Array:
        """P(y = 1 given x): calibrated by construction."""
        return expit(2 * self.a * x + logit(self.base_rate))

    def tpr(self, cut: Array) -> Array:
        return norm.sf(cut - self.a)

    def fpr(self, cut: Array) -> Array:
        return norm.sf(cut + self.a)

    def selected(self, cut: Array) -> Array:
        return self.base_rate * self.tpr(cut) + (1 - self.base_rate) * self.fpr(cut)

    def cut_at(self, score: float) -> float:
        """The signal at which the calibrated score has this value."""
        return float((logit(score) - logit(self.base_rate)) / (2 * self.a))

    def draw(self, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
        y = (rng.random(n) < self.base_rate).astype(int)
        return rng.standard_normal(n) + self.a * (2 * y - 1), y


A, B = Group("A", 0.5, 1.0), Group("B", 0.3, 0.7)
GROUPS, GRID = (A, B), np.linspace(-6, 6, 4001)
Rates = tuple[float, float]  # true and false positive rate


# --8<-- [start:metrics]
def by_group(y: Array, decision: Array, group: Array) -> dict[str, list[float]]:
    """Share selected, TPR, FPR, precision for every group."""
    out: dict[str, list[float]] = {}
    for g in np.unique(group):
        t, d = y[group == g], decision[group == g]
        out[str(g)] = [
            d.mean(),  # demographic parity compares this
            d[t == 1].mean(),  # equal opportunity: this; equalized odds:
            d[t == 0].mean(),  # this one, too
            t[d == 1].mean(),  # predictive parity
        ]
    return out
# --8<-- [end:metrics]


def by_sklearn(y: Array, decision: Array, group: Array) -> dict[str, list[float]]:
    """The same four numbers from scikit-learn."""
    out = {}
    for g in np.unique(group):
        t, d = y[group == g], decision[group == g]
        tn, fp, _, _ = confusion_matrix(t, d).ravel()
        out[str(g)] = [d.mean(), recall_score(t, d), fp / (fp + tn), precision_score(t, d)]
    return out


def sample(n: int, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Signals, labels, calibrated scores and group names, n members of each group."""
    parts = [g.draw(n, rng) for g in GROUPS]
    scores = [g.score(x) for g, (x, _) in zip(GROUPS, parts, strict=True)]
    x, y = (np.concatenate([p[i] for p in parts]) for i in (0, 1))
    return x, y, np.concatenate(scores), np.repeat([g.name for g in GROUPS], n)


def one_threshold() -> None:
    """A calibrated score, one threshold: exact rates, the same from a sample, calibration by bins."""
    _, y, score, group = sample(200_000, np.random.default_rng(0))
    decision = (score > 0.5).astype(int)
    ours, theirs = by_group(y, decision, group), by_sklearn(y, decision, group)
    assert all(np.allclose(ours[g], theirs[g]) for g in ours)
    print("score > 0.5     selected    TPR    FPR  precision")
    for g in GROUPS:
        cut = g.cut_at(0.5)
        exact = [g.selected(cut), g.tpr(cut), g.fpr(cut), g.base_rate * g.tpr(cut) / g.selected(cut)]
        print(f"{g.name} exact         " + "   ".join(f"{v:.3f}" for v in exact))
        print(f"{g.name} scikit-learn  " + "   ".join(f"{v:.2f} " for v in theirs[g.name]))
    print(f"ratio of selection rates {B.selected(B.cut_at(0.5)) / A.selected(A.cut_at(0.5)):.2f}")
    for g in GROUPS:
        rate, mean = calibration_curve(y[group == g.name], score[group == g.name], n_bins=5)
        print(f"{g.name} mean score {np.round(mean, 2)}\n  positives  {np.round(rate, 2)}")


def balance() -> None:
    """Mean score of positives and negatives; the identity that ties them to the base rate."""
    grid = np.linspace(-12, 12, 24_001)
    for g in GROUPS:
        m1 = np.trapezoid(g.score(grid) * norm.pdf(grid - g.a), grid)
        m0 = np.trapezoid(g.score(grid) * norm.pdf(grid + g.a), grid)
        odds = g.base_rate / (1 - g.base_rate)
        print(f"{g.name}: mean score of positives {m1:.3f}, of negatives {m0:.3f}; "
              f"odds {odds:.3f} = {m0 / (1 - m1):.3f}")


def implied_fpr(precision: float, tpr: float) -> None:
    """Equal precision and TPR force different FPR."""
    rates = [g.base_rate / (1 - g.base_rate) * (1 - precision) / precision * tpr for g in GROUPS]
    for g, fpr in zip(GROUPS, rates, strict=True):
        back = g.base_rate * tpr / (g.base_rate * tpr + (1 - g.base_rate) * fpr)
        assert np.isclose(back, precision)
    print(f"precision {precision}, TPR {tpr} in both: FPR {rates[0]:.3f} in A, {rates[1]:.3f} in B")


def accuracy(g: Group, tpr: Array, fpr: Array) -> Array:
    return g.base_rate * tpr + (1 - g.base_rate) * (1 - fpr)


def matched(measure: str) -> tuple[Rates, Rates]:
    """The most accurate pair of thresholds for which both groups have the same value of `measure`."""
    of_a, of_b = (getattr(g, measure)(GRID) for g in GROUPS)
    cut_b = np.interp(of_a, of_b[::-1], GRID[::-1])
    total = accuracy(A, A.tpr(GRID), A.fpr(GRID)) + accuracy(B, B.tpr(cut_b), B.fpr(cut_b))
    best = int(total.argmax())
    return _rates(A, GRID[best]), _rates(B, cut_b[best])


def _rates(g: Group, cut: float) -> Rates:
    return float(g.tpr(cut)), float(g.fpr(cut))


def equalized_odds() -> tuple[Rates, float, float]:
    """The best common point; how often A follows its own score, and the coin used otherwise."""
    total = accuracy(A, B.tpr(GRID), B.fpr(GRID)) + accuracy(B, B.tpr(GRID), B.fpr(GRID))
    tpr, fpr = _rates(B, GRID[int(total.argmax())])
    top = _rates(A, 0.0)  # the point of A's curve farthest above the diagonal
    follow = (tpr - fpr) / (top[0] - top[1])
    coin = (fpr - follow * top[1]) / (1 - follow)
    assert 0 <= coin <= 1 and np.isclose(follow * top[0] + (1 - follow) * coin, tpr)
    return (tpr, fpr), follow, coin


def policies() -> dict[str, tuple[Rates, Rates]]:
    one = tuple(_rates(g, g.cut_at(0.5)) for g in GROUPS)
    common, _, _ = equalized_odds()
    return {
        "one threshold": (one[0], one[1]), "demographic parity": matched("selected"),
        "equal opportunity": matched("tpr"), "equalized odds": (common, common),
    }


def compare() -> None:
    print("A and B             selected    TPR         FPR         precision   accuracy")
    for name, pair in policies().items():
        columns: list[list[float]] = [[], [], [], []]
        right = 0.0
        for g, (tpr, fpr) in zip(GROUPS, pair, strict=True):
            selected = g.base_rate * tpr + (1 - g.base_rate) * fpr
            right += accuracy(g, tpr, fpr) / 2
            for column, value in zip(columns, (selected, tpr, fpr, g.base_rate * tpr / selected), strict=True):
                column.append(value)
        print(f"{name:18}  " + "".join(f"{a:.2f} {b:.2f}   " for a, b in columns) + f"{right:.3f}")
    _, follow, coin = equalized_odds()
    print(f"equalized odds: A follows its score in {follow:.0%}, else a coin with {coin:.2f}")


def unaware() -> None:
    """Leaving the group out while a proxy stays in."""
    rng = np.random.default_rng(1)
    x, y, _, group = sample(20_000, rng)
    in_b = (group == "B").astype(float)
    proxy = in_b + 0.4 * rng.standard_normal(x.size)
    print(f"proxy: AUC for the group {roc_auc_score(in_b, proxy):.2f}")
    for name, columns in (("with group", (x, in_b)), ("with proxy", (x, proxy)), ("signal only", (x,))):
        features = np.column_stack(columns)
        decision = LogisticRegression().fit(features, y).predict(features)
        rates = by_group(y, decision, group)
        gap = [rates["A"][k] - rates["B"][k] for k in (0, 1)]
        print(f"{name:12} selection gap {gap[0]:.2f}, TPR gap {gap[1]:.2f}, accuracy {accuracy_score(y, decision):.2f}")


def noise() -> None:
    """TPR differences between two samples of one and the same group, by the number of its members."""
    rng = np.random.default_rng(2)
    print("members  positives   TPR gap by chance: median  95%")
    tpr = float(B.tpr(B.cut_at(0.5)))
    for n in (100, 1000, 10_000):
        k = round(B.base_rate * n)
        gap = np.subtract(*(rng.binomial(k, tpr, (2, 20_000)) / k))
        low, high = np.quantile(np.abs(gap), (0.5, 0.95))
        print(f"{n:7}  {k:9} {low:25.2f}  {high:.2f}")


def intersections() -> None:
    """Parity in both attributes, none in their combinations."""
    rate = np.array([[0.7, 0.3], [0.3, 0.7]])
    print(f"by sex {rate.mean(axis=1)}, by age {rate.mean(axis=0)}, by both {rate.ravel()}")


def draw() -> None:
    fig, (left, right) = figure.new(1, 2, height=3.1)
    grid = GRID[::40]
    for g, color in ((A, figure.BLUE), (B, figure.ORANGE)):
        left.plot(g.fpr(grid), g.tpr(grid), color=color, label=g.name)
    left.fill_between(B.fpr(grid), B.fpr(grid), B.tpr(grid), color=figure.ORANGE, alpha=0.1, linewidth=0)
    marks = {"one threshold": "o", "demographic parity": "s", "equal opportunity": "^", "equalized odds": "*"}
    signs = {"one threshold": "R > 0.5", "demographic parity": "DP", "equal opportunity": "EOpp", "equalized odds": "EO"}
    for name, pair in policies().items():
        for (tpr, fpr), color in zip(pair, (figure.BLUE, figure.ORANGE), strict=True):
            same = name == "equalized odds"
            left.plot(fpr, tpr, marks[name], color=figure.RED if same else color, markersize=12 if same else 7)
        left.plot([], [], marks[name], color=figure.GREY, label=signs[name])
    left.plot([0, 0.38], [0, 0.38], color=figure.GREY, linewidth=0.8, linestyle=":")
    left.set(xlabel="FPR", ylabel="TPR", xlim=(0, 0.6), ylim=(0, 1.02))
    left.legend(fontsize=9, loc="lower right")
    pi = np.linspace(0.02, 0.7, 40)
    for precision, color in ((0.6, figure.PURPLE), (0.7, figure.BLUE), (0.8, figure.GREEN)):
        right.plot(pi, pi / (1 - pi) * (1 - precision) / precision * 0.6, color=color, label=f"PPV = {precision}")
    for g in GROUPS:
        right.axvline(g.base_rate, color=figure.GREY, linewidth=0.8, linestyle=":")
        right.text(g.base_rate + 0.01, 0.72, g.name)
    right.set(xlabel="π", ylabel="FPR", ylim=(0, 0.8), xlim=(0, 0.7))
    right.legend(fontsize=9, loc="upper left")
    figure.save(fig, "fairness-metrics.svg")


if __name__ == "__main__":
    one_threshold()
    balance()
    implied_fpr(0.7, 0.6)
    compare()
    unaware()
    noise()
    intersections()
    draw()
