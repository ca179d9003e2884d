"""Evidence for cross-validation: what k does, error bars, grouped and temporal folds, nesting, leave-one-out."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.stats import norm
from sklearn.datasets import load_breast_cancer
from sklearn.dummy import DummyClassifier
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    LeaveOneOut,
    TimeSeriesSplit,
    cross_val_predict,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qa import figure

Array = np.ndarray
Split = tuple[Array, Array]
Fit = Callable[[Array, Array], Callable[[Array], Array]]
N, D, SHIFT = 60, 20, 1.2


# --8<-- [start:folds]
def folds(n: int, k: int, rng: np.random.Generator) -> Iterator[Split]:
    """Indices (training, validation): each example is validated once."""
    for part in np.array_split(rng.permutation(n), k):
        yield np.setdiff1d(np.arange(n), part), part


def cross_validate(fit: Fit, x: Array, y: Array, splits: list[Split]) -> Array:
    """Accuracy on each fold of a model fitted from nothing on the others."""
    scores = [(fit(x[a], y[a])(x[b]) == y[b]).mean() for a, b in splits]
    return np.array(scores)
# --8<-- [end:folds]


def ridge(x: Array, y: Array, penalty: float = 1.0) -> tuple[Array, float]:
    """Weights and bias of ridge regression on labels -1 and 1; the bias is not penalized."""
    mean, level = x.mean(axis=0), y.mean()
    w = np.linalg.solve((x - mean).T @ (x - mean) + penalty * np.eye(x.shape[1]), (x - mean).T @ (y - level))
    return w, float(level - mean @ w)


def fit_ridge(x: Array, y: Array) -> Callable[[Array], Array]:
    w, bias = ridge(x, y)
    return lambda new: np.where(new @ w + bias > 0, 1, -1)


def fit_scaled(x: Array, y: Array) -> Callable[[Array], Array]:
    """Mean and scale come from the training part alone, like the weights."""
    mean, scale = x.mean(axis=0), x.std(axis=0)
    predict = fit_ridge((x - mean) / scale, y)
    return lambda new: predict((new - mean) / scale)


def show_agreement() -> None:
    """The definition and scikit-learn on the same folds of a real data set."""
    x, y = load_breast_cancer(return_X_y=True)
    y = 2 * y - 1
    splits = list(folds(len(y), 10, np.random.default_rng(0)))
    own = cross_validate(fit_scaled, x, y, splits)
    theirs = cross_val_score(make_pipeline(StandardScaler(), RidgeClassifier(alpha=1.0)), x, y, cv=splits)
    print(f"10 folds, mean {own.mean():.3f}, from {own.min():.3f} to {own.max():.3f}; "
          f"scikit-learn {'agrees' if np.allclose(own, theirs) else 'differs'}")


def clouds(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Two unit Gaussians in D dimensions, their means 2·SHIFT apart."""
    y = rng.choice([-1, 1], n)
    return rng.standard_normal((n, D)) + SHIFT * y[:, None] * np.eye(D)[0], y


def truth(w: Array, bias: float) -> float:
    """Exact accuracy of a linear classifier on the two clouds."""
    return float(norm.cdf((SHIFT * w[0] + np.array([bias, -bias])) / np.linalg.norm(w)).mean())


def leave_one_out(x: Array, y: Array, penalty: float = 1.0) -> Array:
    """All n left-out predictions of ridge regression from a single fit:
    the residual grows by 1 / (1 - h), h the diagonal of the hat matrix."""
    w, bias = ridge(x, y, penalty)
    c = x - x.mean(axis=0)
    inverse = np.linalg.inv(c.T @ c + penalty * np.eye(x.shape[1]))
    h = 1 / len(y) + ((c @ inverse) * c).sum(axis=1)
    return y - (y - x @ w - bias) / (1 - h)


def estimates(k: int, seed: int) -> tuple[float, float, float]:
    """Estimate by k folds (1: one hold-out of a fifth), naive error, true accuracy of the model on all data."""
    rng = np.random.default_rng(seed)
    x, y = clouds(N, rng)
    if k == N:
        right = np.sign(leave_one_out(x, y)) == y
    else:
        splits = list(folds(N, max(k, 5 if k == 1 else 2), rng))[:k]
        right = np.concatenate([fit_ridge(x[a], y[a])(x[b]) == y[b] for a, b in splits])
    p = right.mean()
    return float(p), float(np.sqrt(p * (1 - p) / len(right))), truth(*ridge(x, y))


def show_k(runs: int = 500) -> None:
    """Bias and spread of the estimate against k, over many data sets, the same for every k."""
    ten = np.empty(0)
    for k, name in ((1, "hold out"), (2, "k = 2"), (5, "k = 5"), (10, "k = 10"), (N, "k = n")):
        p, naive, true = np.array([estimates(k, seed) for seed in range(runs)]).T
        inside = (np.abs(p - true) < 1.96 * naive).mean()
        print(f"{name:8}: mean {p.mean():.2f}  sd {p.std():.3f}  naive {naive.mean():.3f}  "
              f"covers {inside:.2f}")
        ten = p if k == 10 else ten
    correlation = f"correlation with k = 10: {np.corrcoef(ten, true)[0, 1]:.1f}"
    print(f"truth   : mean {true.mean():.2f}  sd {true.std():.3f}  {correlation}")
    x, y = clouds(N, np.random.default_rng(0))
    by_hand = cross_val_predict(Ridge(alpha=1.0), x, y, cv=LeaveOneOut())
    print(f"leave-one-out from one fit {'agrees' if np.allclose(by_hand, leave_one_out(x, y)) else 'differs'}")


def records(rng: np.random.Generator, subjects: int = 40, each: int = 10) -> tuple[Array, Array, Array]:
    """Each subject has a label, weakly visible in the features, and a strong fingerprint."""
    y = rng.permutation(np.arange(subjects) % 2)
    person = 2 * rng.standard_normal((subjects, 10)) + 0.6 * (2 * y[:, None] - 1)
    x = np.repeat(person, each, axis=0) + rng.standard_normal((subjects * each, 10))
    return x, np.repeat(y, each), np.repeat(np.arange(subjects), each)


def show_groups(runs: int = 6) -> None:
    """Nearest neighbor on records: shuffled folds, folds of whole subjects, and really new subjects."""
    rows = []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        x, y, who = records(rng)
        model = KNeighborsClassifier(1)
        shuffled = cross_val_score(model, x, y, cv=KFold(5, shuffle=True, random_state=seed)).mean()
        grouped = cross_val_score(model, x, y, groups=who, cv=GroupKFold(5)).mean()
        new_x, new_y, _ = records(rng, 200)
        rows.append((shuffled, grouped, model.fit(x, y).score(new_x, new_y)))
    print("subjects: shuffled {:.2f}, grouped {:.2f}, new subjects {:.2f}".format(*np.mean(rows, axis=0)))


def show_time(runs: int = 300, n: int = 200, ahead: int = 20) -> None:
    """Squared error of interpolation in time (beyond the end: the last value) for a random walk with noise."""
    rows, x = [], np.arange(n + ahead)
    shuffled, forward = KFold(5, shuffle=True, random_state=0), TimeSeriesSplit(5, test_size=ahead)
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        y = rng.standard_normal(n + ahead).cumsum() + 0.5 * rng.standard_normal(n + ahead)
        rows.append([np.mean([((np.interp(x[b], x[a], y[a]) - y[b]) ** 2).mean() for a, b in splits])
                     for splits in (shuffled.split(x[:n]), forward.split(x[:n]), [(x[:n], x[n:])])])
    print("time, squared error: shuffled {:.1f}, forward {:.1f}, real future {:.1f}".format(*np.mean(rows, axis=0)))


GAMMAS, PENALTIES = np.logspace(-3, 0, 8), np.logspace(-2, 1, 8)


def kernel_scores(distances: Array, y: Array, splits: list[Split]) -> Array:
    """Mean accuracy over the splits of kernel ridge classifiers for every width and penalty."""
    scores = np.zeros((len(splits), GAMMAS.size, PENALTIES.size))
    for i, (a, b) in enumerate(splits):
        kernel = np.exp(-GAMMAS[:, None, None] * distances)
        inner = kernel[:, None][..., a[:, None], a] + PENALTIES[:, None, None] * np.eye(a.size)
        weights = np.linalg.solve(inner, np.broadcast_to(y[a][:, None], (GAMMAS.size, PENALTIES.size, a.size, 1)))
        scores[i] = (np.sign(kernel[:, None][..., b[:, None], a] @ weights)[..., 0] == y[b]).mean(axis=-1)
    return scores.mean(axis=0).round(9)  # so that ties are ties on every machine


# --8<-- [start:nested]
def nested(distances: Array, y: Array, rng: np.random.Generator) -> float:
    """Outer folds measure the whole procedure; inner folds, within each
    outer training set, choose width and penalty."""
    scores = []
    for a, b in folds(len(y), 5, rng):
        inner = list(folds(len(a), 5, rng))
        choice = kernel_scores(distances[np.ix_(a, a)], y[a], inner)
        outer = kernel_scores(distances, y, [(a, b)])
        scores.append(outer.flat[choice.argmax()])
    return float(np.mean(scores))
# --8<-- [end:nested]


def show_nested(runs: int = 60, n: int = 30) -> None:
    """Features and labels are noise: the best score of the search, and the nested one."""
    rows = []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        x, y = rng.standard_normal((n, 10)), rng.choice([-1, 1], n)
        distances = ((x[:, None] - x) ** 2).sum(axis=2)
        splits = list(folds(n, 5, rng))
        search = kernel_scores(distances, y, splits)
        rows.append((search.max(), nested(distances, y, rng)))
    print("noise: best of 64 settings {:.2f}, nested {:.2f}".format(*np.mean(rows, axis=0)))
    model = GridSearchCV(KernelRidge(kernel="rbf"), {"gamma": GAMMAS, "alpha": PENALTIES}, cv=splits,
                         scoring=make_scorer(lambda y, p: accuracy_score(y, np.sign(p))))
    same = np.isclose(model.fit(x, y).best_score_, search.max())
    print(f"scikit-learn's search {'agrees' if same else 'differs'}")


def show_majority(n: int = 50) -> None:
    """Always predicting the majority of the training labels, on balanced labels, with one example left out."""
    y = np.arange(n) % 2
    scores = cross_val_score(DummyClassifier(strategy="most_frequent"), y[:, None], y, cv=LeaveOneOut())
    print(f"majority classifier on balanced labels, leave-one-out: {scores.mean():.1f}")


def show_large() -> None:
    """Standard error of an accuracy of 0.8 on a validation set of benchmark size."""
    print(f"accuracy 0.8 on 50000 examples: standard error {np.sqrt(0.8 * 0.2 / 50_000):.4f}")


CELLS, CHAIN = 20, ((0, 8, 12), (0, 12, 16), (0, 16, 20))  # forward chaining: start, end of training, end of validation
SUBJECTS = "AAABBBBBCCDDDDDEEEEE"


def blocks(ax: figure.Axes, row: int, roles: str, text: str = "") -> None:
    """One row of examples: t training, v validation, i inner validation, anything else is not used."""
    for i, role in enumerate(roles):
        style = {"t": (figure.BLUE, 0.2), "v": (figure.ORANGE, 1.0), "i": (figure.GREEN, 1.0)}.get(role)
        if style:
            cell = figure.plt.Rectangle((i, -row), 0.86, 0.7, facecolor=style[0], alpha=style[1], linewidth=0)
            ax.add_patch(cell).set_clip_on(False)
        if text:
            ax.text(i + 0.43, -row + 0.33, text[i], ha="center", va="center", fontsize=9)


def draw() -> None:
    """Which examples train and which validate: shuffled, grouped, temporal and nested folds."""
    fig, axes = figure.new(2, 2, height=2.9)
    axes = axes.ravel()
    rng = np.random.default_rng(3)
    for row, (_, part) in enumerate(folds(CELLS, 4, rng)):
        blocks(axes[0], row, "".join("v" if i in part else "t" for i in range(CELLS)))
    for row, held in enumerate(("AC", "B", "D", "E")):
        blocks(axes[1], row, "".join("v" if who in held else "t" for who in SUBJECTS), SUBJECTS)
    for row, (start, middle, end) in enumerate(CHAIN):
        blocks(axes[2], row, " " * start + "t" * (middle - start) + "v" * (end - middle))
    for row in range(4):
        blocks(axes[3], row, "".join("v" if i < 4 else "i" if i // 4 == row + 1 else "t" for i in range(CELLS)))
    titles = "k 折 k-fold", "分组 grouped", "按时间 temporal", "嵌套 nested"
    for ax, title in zip(axes, titles, strict=True):
        ax.set(xlim=(0, CELLS), ylim=(-3.4, 0.8), title=title)
        ax.axis("off")
    figure.arrow(axes[2], (0.2, -2.75), (CELLS - 0.4, -2.75))
    axes[2].text(CELLS / 2, -2.95, "时间 time", ha="center", va="top", fontsize=9)
    figure.save(fig, "cross-validation.svg")


if __name__ == "__main__":
    show_agreement()
    show_k()
    show_groups()
    show_time()
    show_nested()
    show_majority()
    show_large()
    draw()
