"""Evidence for data-leakage: selecting features on noise, five leaks and which test finds which, harmless scaling."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import make_pipeline

from qa import figure

Array = np.ndarray
Predict = Callable[[Array, Array, Array], Array]
CANDIDATES = (20, 100, 1000, 10_000)


# --8<-- [start:select]
def top(x: Array, y: Array, m: int = 20) -> Array:
    """The m features with the largest absolute correlation with the label."""
    c = y - y.mean()
    r = c @ (x - x.mean(axis=0)) / (x.std(axis=0) * c.std() * len(y))
    return np.argsort(-np.abs(r))[:m]


def accuracy(x: Array, y: Array, folds: list[Array], inside: bool) -> float:
    """Cross-validated accuracy of nearest centroids; features are selected
    inside the folds or before them."""
    everything, right = top(x, y), []
    for held in folds:
        train = np.setdiff1d(np.arange(len(y)), held)
        chosen = top(x[train], y[train]) if inside else everything
        a, b = x[np.ix_(train, chosen)], x[np.ix_(held, chosen)]
        zero, one = (a[y[train] == c].mean(axis=0) for c in (0, 1))
        closer = ((b - one) ** 2).sum(axis=1) < ((b - zero) ** 2).sum(axis=1)
        right.append(closer == y[held])
    return float(np.concatenate(right).mean())
# --8<-- [end:select]


def noise(seed: int, p: int, n: int = 50) -> tuple[Array, Array, list[Array]]:
    """Features and labels that have nothing to do with each other, and five folds."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 2)
    return rng.standard_normal((n, p)), y, np.array_split(rng.permutation(n), 5)


def strength(x: Array, y: Array) -> float:
    """Mean absolute correlation of the chosen features with the label."""
    return float(np.mean([abs(np.corrcoef(x[:, j], y)[0, 1]) for j in top(x, y)]))


def show_selection(runs: int = 40) -> Array:
    """Rows (candidates, accuracy with selection before the split, inside the folds)."""
    rows = []
    for p in CANDIDATES:
        tables = [noise(seed, p) for seed in range(runs if p < 10_000 else runs // 2)]
        before, within = (np.mean([accuracy(*table, inside) for table in tables]) for inside in (False, True))
        r = np.mean([strength(x, y) for x, y, _ in tables])
        print(f"best 20 of {p:5}: mean correlation {r:.2f}  selected before {before:.2f}, inside {within:.2f}")
        rows.append((p, before, within))
    x, y, folds = noise(0, 1000)
    splits = [(np.setdiff1d(np.arange(len(y)), held), held) for held in folds]
    model = make_pipeline(SelectKBest(f_classif, k=20), NearestCentroid())
    agrees = np.isclose(cross_val_score(model, x, y, cv=splits).mean(), accuracy(x, y, folds, inside=True))
    print(f"scikit-learn's pipeline {'agrees' if agrees else 'differs'} with \"inside\"")
    return np.array(rows)


def nearest(train: Array, labels: Array, new: Array) -> Array:
    """Labels of the nearest training rows."""
    distance = (new**2).sum(axis=1)[:, None] + (train**2).sum(axis=1) - 2 * new @ train.T
    return labels[distance.argmin(axis=1)]


def shuffled_folds(n: int, rng: np.random.Generator) -> list[Array]:
    return np.array_split(rng.permutation(n), 5)


def score(x: Array, y: Array, folds: list[Array]) -> float:
    """Cross-validated accuracy of the nearest neighbor."""
    right = [nearest(np.delete(x, held, axis=0), np.delete(y, held), x[held]) == y[held] for held in folds]
    return float(np.concatenate(right).mean())


@dataclass(frozen=True)
class Table:
    """Rows as delivered: features, labels, the unit each row belongs to."""

    x: Array
    y: Array
    unit: Array


Make = Callable[[int, np.random.Generator], Table]
Step = Callable[[Table, np.random.Generator], Table]


def plain(n: int, rng: np.random.Generator, noise_features: int = 0) -> Table:
    """Ten features, three of which carry some signal, and noise."""
    y = rng.permutation(np.arange(n) % 2)
    x = rng.standard_normal((n, 10 + noise_features))
    x[:, :3] += 0.5 * (2 * y[:, None] - 1)
    return Table(x, y, np.arange(n))


def wide(n: int, rng: np.random.Generator) -> Table:
    return plain(n, rng, 2000)


def patients(n: int, rng: np.random.Generator, each: int = 5) -> Table:
    """Several records of each patient, alike but for some noise."""
    person = plain(n // each, rng)
    x = np.repeat(person.x, each, axis=0) + 0.1 * rng.standard_normal((n, 10))
    return Table(x, np.repeat(person.y, each), np.repeat(person.unit, each))


def outcome(n: int, rng: np.random.Generator) -> Table:
    """With a column that was written after the outcome, such as a treatment code."""
    table = plain(n, rng)
    late = 2 * table.y + rng.standard_normal(n)
    return Table(np.column_stack([table.x, late]), table.y, table.unit)


def outcome_live(n: int, rng: np.random.Generator) -> Table:
    """The same in use: nobody has written that column yet."""
    table = plain(n, rng)
    return Table(np.column_stack([table.x, np.zeros(n)]), table.y, table.unit)


def walk(n: int, rng: np.random.Generator, ahead: int) -> Table:
    """Does a random walk rise next? Feature: distance to a moving average, with `ahead` future steps in its window."""
    steps = rng.standard_normal(n + 20)
    value, t = steps.cumsum(), np.arange(10, n + 10)
    average = np.mean([value[t + k] for k in range(-5, ahead + 1)], axis=0)
    return Table(np.column_stack([value[t] - average, steps[t]]), (steps[t + 1] > 0).astype(int), np.arange(n) * 5 // n)


def keep(table: Table, rng: np.random.Generator) -> Table:
    return table


def select(table: Table, rng: np.random.Generator) -> Table:
    return Table(table.x[:, top(table.x, table.y)], table.y, table.unit)


def augment(table: Table, rng: np.random.Generator) -> Table:
    """Four jittered copies of each row."""
    x = np.repeat(table.x, 4, axis=0)
    return Table(x + 0.1 * rng.standard_normal(x.shape), np.repeat(table.y, 4), np.repeat(table.unit, 4))


@dataclass(frozen=True)
class Case:
    """A way to deliver data, what is done to the whole table before splitting, and the data in use."""

    name: str
    make: Make
    step: Step
    live: Make


CASES = (
    Case("none", plain, keep, plain),
    Case("selection", wide, select, wide),
    Case("augmentation", plain, augment, plain),
    Case("patients", patients, keep, patients),
    Case("outcome", outcome, keep, outcome_live),
    Case("future", lambda n, rng: walk(n, rng, 5), keep, lambda n, rng: walk(n, rng, 0)),
)


def truth(case: Case, table: Table, rng: np.random.Generator) -> float:
    """Accuracy in use: everything is fitted on the table, the new rows arrive as they would."""
    new, chosen = case.live(400, rng), slice(None)
    if case.step is select:
        chosen = top(table.x, table.y)
    train = augment(table, rng) if case.step is augment else table
    return float((nearest(train.x[:, chosen], train.y, new.x[:, chosen]) == new.y).mean())


def gaps(new: Array, old: Array) -> Array:
    """Distance from each new row to the nearest old one."""
    squares = (new**2).sum(axis=1)[:, None] + (old**2).sum(axis=1) - 2 * new @ old.T
    return np.sqrt(np.maximum(squares, 0).min(axis=1))


def twins(table: Table, folds: list[Array], by_unit: list[Array]) -> float:
    """Share of held-out rows with a training row four times closer than rows of other units usually are."""
    usual = np.median(np.concatenate([gaps(table.x[held], np.delete(table.x, held, axis=0)) for held in by_unit]))
    found = np.concatenate([gaps(table.x[held], np.delete(table.x, held, axis=0)) for held in folds])
    return float((found < usual / 4).mean())


def auc(y: Array, column: Array) -> float:
    """Chance that a positive ranks above a negative, either way round."""
    ranks, positives = rankdata(column), y.sum()
    a = (ranks[y == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(y) - positives))
    return float(max(a, 1 - a))


def examine(case: Case, rng: np.random.Generator, n: int = 200) -> list[float]:
    """Reported score, score in use, and four tests for leakage."""
    raw = case.make(n, rng)
    table = case.step(raw, rng)
    folds = shuffled_folds(len(table.y), rng)
    shuffled = case.step(Table(raw.x, rng.permutation(raw.y), raw.unit), rng)
    parts = np.array_split(rng.permutation(np.unique(table.unit)), 5)
    by_unit = [np.flatnonzero(np.isin(table.unit, part)) for part in parts]
    return [score(table.x, table.y, folds), truth(case, raw, rng),
            score(shuffled.x, shuffled.y, folds), score(table.x, table.y, by_unit),
            max(auc(table.y, column) for column in table.x.T),
            twins(table, folds, by_unit)]


def by_patient(seed: int, n: int = 200) -> float:
    """Score on the patients' records after whole patients have exchanged their labels."""
    rng = np.random.default_rng(seed)
    table = patients(n, rng)
    units, first = np.unique(table.unit, return_index=True)
    return score(table.x, rng.permutation(table.y[first])[np.searchsorted(units, table.unit)], shuffled_folds(n, rng))


def show_cases(runs: int = 15) -> dict[str, Array]:
    """Means over several tables."""
    print("leak          reported  in use   shuffled  by unit  feature  twins")
    found = {}
    for case in CASES:
        values = np.mean([examine(case, np.random.default_rng(seed)) for seed in range(runs)], axis=0)
        cells = "     ".join(f"{v:.2f}" for v in values)
        print(f"{case.name:14}  {cells}")
        found[case.name] = values
    print(f"patients, labels shuffled by patient: {np.mean([by_patient(seed) for seed in range(runs)]):.2f}")
    table, folds = plain(200, np.random.default_rng(0)), shuffled_folds(200, np.random.default_rng(1))
    splits = [(np.setdiff1d(np.arange(200), held), held) for held in folds]
    theirs = cross_val_score(KNeighborsClassifier(1), table.x, table.y, cv=splits).mean()
    area = roc_auc_score(table.y, table.x[:, 0])
    agree = np.allclose([theirs, max(area, 1 - area)], [score(table.x, table.y, folds), auc(table.y, table.x[:, 0])])
    print(f"scikit-learn's nearest neighbor and AUC {'agree' if agree else 'differ'}")
    return found


def scaled(seed: int, inside: bool, n: int = 50) -> float:
    """Nearest-neighbor accuracy with features of very different scales, standardized inside the folds or before."""
    rng = np.random.default_rng(seed)
    table = plain(n, rng)
    x, right = table.x * np.logspace(-1, 1, 10) + 5, []
    for held in shuffled_folds(n, rng):
        base = np.delete(x, held, axis=0) if inside else x
        z = (x - base.mean(axis=0)) / base.std(axis=0)
        right.append(nearest(np.delete(z, held, axis=0), np.delete(table.y, held), z[held]) == table.y[held])
    return float(np.concatenate(right).mean())


def encoded(seed: int, inside: bool, n: int = 300, levels: int = 100) -> float:
    """Accuracy of the mean label of a category that has nothing to do with the label."""
    rng = np.random.default_rng(seed)
    y, category, right = rng.integers(0, 2, n), rng.integers(0, levels, n), []
    for held in shuffled_folds(n, rng):
        used = np.delete(np.arange(n), held) if inside else np.arange(n)
        total, count = np.bincount(category[used], y[used], levels), np.bincount(category[used], minlength=levels)
        mean = (total + 0.5) / (count + 1)  # shrunk toward one half
        right.append((mean[category[held]] > 0.5) == y[held])
    return float(np.concatenate(right).mean())


def show_two_steps() -> None:
    """A step that does not look at labels, and one that does."""
    for name, run, runs in ("standardized", scaled, 400), ("target-encoded", encoded, 50):
        before, inside = (np.mean([run(seed, choice) for seed in range(runs)]) for choice in (False, True))
        print(f"{name} before {before:.2f}, inside {inside:.2f}")


LABELS = {"none": "无 none", "selection": "选特征 selection", "augmentation": "增广 augmentation",
          "patients": "病人 patients", "outcome": "事后列 outcome", "future": "未来 future"}


def draw(rows: Array, found: dict[str, Array]) -> None:
    """Left: accuracy on noise against the number of candidates. Right: scores reported and in use."""
    fig, (left, right) = figure.new(1, 2, height=2.8)
    left.plot(rows[:, 0], rows[:, 1], "s-", color=figure.RED, label="划分前 before")
    left.plot(rows[:, 0], rows[:, 2], "o-", color=figure.GREEN, label="折内 inside")
    left.set(xscale="log", xlabel="候选特征数 candidates", title="噪声上的准确率 accuracy on noise", ylim=(0.4, 1.02))
    left.legend(fontsize=9, loc="center right")
    for i, values in enumerate(found.values()):
        right.plot(values[[1, 0]], [-i, -i], color=figure.GREY, linewidth=1)
        right.plot(values[0], -i, "s", color=figure.RED, markersize=6, label="报告 reported" if i == 0 else None)
        right.plot(values[1], -i, "o", color=figure.GREEN, markersize=6, label="使用 in use" if i == 0 else None)
    right.set_yticks([-i for i in range(len(found))], [LABELS[name] for name in found])
    right.set(xlim=(0.48, 1.02), ylim=(-7.2, 0.5), title="准确率 accuracy")
    right.legend(fontsize=9, loc="lower center", ncols=2)
    figure.save(fig, "data-leakage.svg")


if __name__ == "__main__":
    rows = show_selection()
    found = show_cases()
    show_two_steps()
    draw(rows, found)
