"""Evidence for distribution-shift: which test sees which shift, what needs labels, label-shift estimates, weighting."""

import warnings
from collections.abc import Callable

import numpy as np
from scipy import stats
from scipy.special import expit, logit, rel_entr
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import PolynomialFeatures

from qa import figure

D, N, LEVEL = 5, 400, 0.05
DRAWS, NULL_DRAWS, NULL_MMD = 40, 400, 100  # a rate near 0.05 needs more draws than one near 1
Array = np.ndarray
Data = tuple[Array, Array]
Sampler = Callable[[int, np.random.Generator], Data]


def label(x: Array, weights: tuple[float, float, float], rng: np.random.Generator) -> Data:
    """Labels from P(y = 1 given x) = sigmoid of a weighted sum of the first three features and a constant."""
    return x, (rng.random(len(x)) < expit(x[:, :3] @ np.array(weights) - 1.0)).astype(int)


OLD, NEW = (3.0, 0.0, 0.0), (0.0, 3.0, 0.0)


def source(n: int, rng: np.random.Generator) -> Data:
    return label(rng.standard_normal((n, D)), OLD, rng)


def unused(n: int, rng: np.random.Generator) -> Data:
    """Covariate shift of a feature on which the label does not depend."""
    x = rng.standard_normal((n, D))
    x[:, 4] += 0.5
    return label(x, OLD, rng)


def harder(n: int, rng: np.random.Generator) -> Data:
    """Covariate shift towards the boundary: the deciding feature gathers around it, P(y | x) stays."""
    x = rng.standard_normal((n, D))
    x[:, 0] = 0.33 + 0.4 * x[:, 0]
    return label(x, OLD, rng)


def correlated(n: int, rng: np.random.Generator) -> Data:
    """Covariate shift of the dependence alone: every marginal stays N(0, 1)."""
    x = rng.standard_normal((n, D))
    x[:, 4] = 0.5 * x[:, 3] + np.sqrt(0.75) * x[:, 4]
    return label(x, OLD, rng)


def more_positives(n: int, rng: np.random.Generator) -> Data:
    """Label shift: p(x | y) stays, the share of positives becomes 0.6."""
    x, y = source(8 * n, rng)
    positive = round(0.6 * n)
    index = np.append(np.flatnonzero(y == 1)[:positive], np.flatnonzero(y == 0)[: n - positive])
    return x[index], y[index]


def new_rule(n: int, rng: np.random.Generator) -> Data:
    """Concept shift: p(x) stays, another feature decides."""
    return label(rng.standard_normal((n, D)), NEW, rng)


WORLDS: tuple[tuple[str, Sampler], ...] = (
    ("none", source),
    ("covariate: unused feature", unused),
    ("covariate: correlation", correlated),
    ("covariate: near boundary", harder),
    ("label: 0.38 -> 0.60", more_positives),
    ("concept: new rule", new_rule),
)


# --8<-- [start:ks]
def ks_gap(a: Array, b: Array) -> float:
    """Largest distance between two empirical distribution functions."""
    points = np.append(a, b)
    below_a = np.searchsorted(np.sort(a), points, "right") / a.size
    below_b = np.searchsorted(np.sort(b), points, "right") / b.size
    return float(np.abs(below_a - below_b).max())


def ks_bonferroni(a: Array, b: Array) -> float:
    """The p-value of the column with the largest gap, times the columns."""
    d = a.shape[1]
    worst = int(np.argmax([ks_gap(a[:, j], b[:, j]) for j in range(d)]))
    return min(1.0, d * stats.ks_2samp(a[:, worst], b[:, worst]).pvalue)
# --8<-- [end:ks]


# --8<-- [start:domain]
def domain_test(a: Array, b: Array) -> tuple[float, float]:
    """Held-out accuracy of "old or new?" and its p-value against guessing."""
    x = PolynomialFeatures(2).fit_transform(np.vstack([a, b]))
    side = np.repeat([-1.0, 1.0], [len(a), len(b)])
    train = np.arange(len(x)) % 2 == 0  # rows are independent draws
    w = np.linalg.lstsq(x[train], side[train], rcond=None)[0]
    right = (x[~train] @ w) * side[~train] > 0
    n, hits = right.size, int(right.sum())
    return hits / n, float(stats.binom.sf(hits - 1, n, 0.5))
# --8<-- [end:domain]


def gaussian_kernel(z: Array) -> Array:
    """exp(-squared distance / 2D) between all rows."""
    half = (z**2).sum(axis=1) / 2
    exponent = z @ z.T
    exponent -= half
    exponent -= half[:, None]
    exponent /= D
    return np.exp(exponent, out=exponent)


def mmd_test(a: Array, b: Array, rng: np.random.Generator, shuffles: int = 39) -> tuple[float, float]:
    """Squared maximum mean discrepancy (biased estimate, Gaussian kernel) and its permutation p-value."""
    kernel = gaussian_kernel(np.vstack([a, b]))
    signs = np.repeat([1 / len(a), -1 / len(b)], [len(a), len(b)])
    shuffled = rng.permuted(np.tile(signs[:, None], shuffles), axis=0)
    null = (shuffled * (kernel @ shuffled)).sum(axis=0)
    value = float(signs @ kernel @ signs)
    return value, float((1 + (null >= value - 1e-12).sum()) / (1 + shuffles))


def mmd_by_definition(a: Array, b: Array) -> float:
    """Mean kernel within a, plus within b, minus twice between them, by explicit distances."""
    def mean(u: Array, v: Array) -> float:
        return float(np.exp(-((u[:, None] - v[None]) ** 2).sum(axis=2) / (2 * D)).mean())
    return mean(a, a) + mean(b, b) - 2 * mean(a, b)


def rejections(model: LogisticRegression, world: Sampler, draws: int, mmd_draws: int) -> Array:
    """How often KS, domain test, KS on the model's output and (in the first draws) MMD have p <= 0.05."""
    found = np.zeros(4)
    for seed in range(draws):
        rng = np.random.default_rng([1, seed])
        (old, _), (new, _) = source(N, rng), world(N, rng)
        scores = [model.decision_function(x)[:, None] for x in (old, new)]
        p = ks_bonferroni(old, new), domain_test(old, new)[1], ks_bonferroni(*scores)
        found[:3] += np.array(p) <= LEVEL
        found[3] += seed < mmd_draws and mmd_test(old, new, rng)[1] <= LEVEL
    return found / (draws, draws, draws, mmd_draws)


def scan() -> None:
    """How often each test rejects, and what the model's accuracy does, world by world."""
    model = LogisticRegression().fit(*source(4000, np.random.default_rng(0)))
    print(f"share of draws with p <= 0.05, n = {N} old and {N} new rows; {DRAWS} draws,")
    print(f"where inputs do not change {NULL_DRAWS} (MMD {NULL_MMD})")
    print("shift                       KS  domain  output   MMD   accuracy  best")
    null = rejections(model, source, NULL_DRAWS, NULL_MMD)
    for name, world in WORLDS:
        rates = rejections(model, world, DRAWS, DRAWS) if moves_inputs(world) else null
        x, y = world(40_000, np.random.default_rng(2))
        print(f"{name:25} {rates[0]:4.2f} {rates[1]:7.2f} {rates[2]:7.2f} {rates[3]:5.2f} "
              f"{(model.predict(x) == y).mean():10.2f} {best_accuracy(name, x, y):5.2f}")


def moves_inputs(world: Sampler) -> bool:
    """False if the world draws the very inputs of the old one: no test of inputs or outputs can differ."""
    inputs = [w(N, np.random.default_rng(3))[0] for w in (source, world)]
    return not np.array_equal(*inputs)


def best_accuracy(name: str, x: Array, y: Array) -> float:
    """Accuracy of the optimal rule of that world."""
    weights = np.array(NEW if name.startswith("concept") else OLD)
    offset = -1.0
    if name.startswith("label"):
        before = source(400_000, np.random.default_rng(3))[1].mean()
        offset += float(logit(0.6) - logit(before))
    return float(((x[:, :3] @ weights + offset > 0) == y).mean())


def agree() -> None:
    """Every statistic a second time, by another route."""
    rng = np.random.default_rng(4)
    (a, _), (b, _) = source(N, rng), unused(N, rng)
    tail = sum(np.exp(stats.binom.logpmf(k, 400, 0.5)) for k in range(225, 401))
    assert np.isclose(ks_gap(a[:, 4], b[:, 4]), stats.ks_2samp(a[:, 4], b[:, 4]).statistic)
    assert np.isclose(mmd_by_definition(a, b), mmd_test(a, b, rng)[0])
    assert np.isclose(tail, stats.binomtest(225, 400, 0.5, alternative="greater").pvalue)


# --8<-- [start:bbse]
def new_prior(model: LogisticRegression, held_out: Data, new_x: Array) -> float:
    """Share of positives from predictions alone: solve C w = mu, pi' = pi w."""
    x, y = held_out
    predicted = model.predict(x)
    c = np.array([[((predicted == i) & (y == j)).mean() for j in (0, 1)] for i in (0, 1)])
    share = model.predict(new_x).mean()
    weights = np.linalg.solve(c, [1 - share, share])
    return float(weights[1] * y.mean())
# --8<-- [end:bbse]


def prior_shift() -> None:
    """The estimate under label shift, what correcting gains, and the same estimate under covariate shift."""
    rng = np.random.default_rng(5)
    model = LogisticRegression().fit(*source(4000, rng))
    held_out = source(4000, rng)
    for name, world in (("label shift", more_positives), ("near boundary", harder)):
        x, y = world(4000, rng)
        raw, estimate = model.predict(x).mean(), new_prior(model, held_out, x)
        corrected = model.decision_function(x) + logit(estimate) - logit(held_out[1].mean()) > 0
        print(f"{name:13}: truly {y.mean():.2f}, predicted {raw:.2f}, solved {estimate:.2f}; "
              f"accuracy {accuracy_score(y, model.predict(x)):.2f} -> {(corrected == y).mean():.2f}")


def psi(a: Array, b: Array, bins: int = 10) -> tuple[float, float]:
    """Population stability index over the deciles of a; the second value is the symmetric KL divergence by SciPy."""
    edges = np.quantile(a, np.linspace(0, 1, bins + 1)[1:-1])
    p = np.bincount(np.searchsorted(edges, a), minlength=bins) / a.size
    q = np.bincount(np.searchsorted(edges, b), minlength=bins) / b.size
    q = np.maximum(q, 0.5 / b.size)
    return float(((p - q) * np.log(p / q)).sum()), float((rel_entr(p, q) + rel_entr(q, p)).sum())


def thresholds() -> None:
    """The same tiny shift in growing windows: p-value (median) and index (mean), beside the index without shift."""
    print("        n   median p   PSI, shifted   PSI, same   (bins-1)(1/n + 1/m)")
    for n in (100, 1000, 10_000, 100_000):
        p, moved, same = [], [], []
        for seed in range(max(5, min(300, 300_000 // n))):
            rng = np.random.default_rng([6, seed])
            a, b = rng.standard_normal(n), rng.standard_normal(n)
            one, two = psi(a, b + 0.05)
            assert np.isclose(one, two)
            p.append(stats.ks_2samp(a, b + 0.05, method="asymp").pvalue)
            moved.append(one)
            same.append(psi(a, b)[0])
        print(f"{n:9}   {np.median(p):8.1g}   {np.mean(moved):12.3f}   {np.mean(same):9.3f}   {9 * 2 / n:19.4f}")
    print(f"20 independent tests a day at 0.05: some false alarm with probability {1 - 0.95**20:.2f}")
    print(f"labels for an accuracy of 0.84 within 0.03 at 95%: {np.ceil(1.96**2 * 0.84 * 0.16 / 0.03**2):.0f}")


def curve(x: Array) -> Array:
    return np.sin(1.5 * x)


def regression_draw(n: int, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Inputs and noisy targets of the old world, N(0, 0.8), then of the new one, N(1.2, 0.4)."""
    old, new = 0.8 * rng.standard_normal(n), 1.2 + 0.4 * rng.standard_normal(n)
    return old, curve(old) + 0.2 * rng.standard_normal(n), new, curve(new) + 0.2 * rng.standard_normal(n)


# --8<-- [start:weights]
def importance(old: Array, new: Array) -> Array:
    """q(x)/p(x) at the old inputs, from the odds of a domain classifier."""
    x = np.append(old, new)[:, None]
    is_new = np.repeat([0, 1], [old.size, new.size])
    features = PolynomialFeatures(2, include_bias=False)
    model = LogisticRegression(C=100, max_iter=1000).fit(features.fit_transform(x), is_new)
    odds = np.exp(model.decision_function(features.transform(old[:, None])))
    return odds * old.size / new.size
# --8<-- [end:weights]


def target_error(degree: int, x: Array, y: Array, weights: Array | None) -> float:
    """Mean squared error against the curve over the new inputs, of a polynomial fitted to x, y."""
    features = PolynomialFeatures(degree)
    model = LinearRegression().fit(features.fit_transform(x[:, None]), y, sample_weight=weights)
    grid = 1.2 + 0.4 * stats.norm.ppf((np.arange(400) + 0.5) / 400)
    return float(((model.predict(features.transform(grid[:, None])) - curve(grid)) ** 2).mean())


def weighting() -> None:
    """Median error in the new world for a wrong (line) and a sufficient (degree 5) model, 40 draws."""
    rows: dict[int, list[list[float]]] = {1: [], 5: []}
    effective = []
    for seed in range(40):
        old, y, new, new_y = regression_draw(200, np.random.default_rng([7, seed]))
        w = importance(old, new)
        effective.append(w.sum() ** 2 / (w**2).sum())
        for degree, kept in rows.items():
            kept.append([target_error(degree, old, y, k) for k in (None, w)] + [target_error(degree, new, new_y, None)])
    for degree, kept in rows.items():
        plain, weighted, new_data = np.median(kept, axis=0)
        print(f"degree {degree}: plain {plain:.3f}, weighted {weighted:.3f}, fitted to new data {new_data:.3f}")
    print(f"effective sample size: {np.median(effective):.0f} of 200")


def power(world: Sampler, n: int, draws: int = 60) -> tuple[float, float]:
    """Share of draws in which KS with Bonferroni and the domain test reject."""
    p = []
    for seed in range(draws):
        rng = np.random.default_rng([8, seed])
        (old, _), (new, _) = source(n, rng), world(n, rng)
        p.append((ks_bonferroni(old, new), domain_test(old, new)[1]))
    ks, domain = (np.array(p) <= LEVEL).mean(axis=0)
    return float(ks), float(domain)


def draw() -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    sizes = (50, 100, 200, 400)
    for world, style, name in ((unused, "-", "mean"), (correlated, "--", "correlation")):
        rates = np.array([power(world, n) for n in sizes])
        left.plot(sizes, rates[:, 0], style, color=figure.BLUE, marker="o", markersize=4, label=f"KS, {name}")
        left.plot(sizes, rates[:, 1], style, color=figure.ORANGE, marker="s", markersize=4, label=f"domain, {name}")
    left.set(xscale="log", xlabel="n", ylabel="检出率 detected", ylim=(-0.03, 1.7))
    left.set_yticks([0, 0.5, 1])
    left.set_xticks(sizes, [str(n) for n in sizes])
    left.minorticks_off()
    left.legend(fontsize=9, loc="upper left", handlelength=3.2)
    old, y, new, _ = regression_draw(200, np.random.default_rng([7, 0]))
    grid = np.linspace(-2, 2.4, 60)
    right.plot(grid, curve(grid), color=figure.GREY, label="E[y | x]")
    right.plot(old[:60], y[:60], "o", color=figure.BLUE, markersize=3, alpha=0.7)
    for weights, color, name in ((None, figure.BLUE, "w = 1"), (importance(old, new), figure.ORANGE, "w = q/p")):
        line = LinearRegression().fit(old[:, None], y, sample_weight=weights)
        right.plot(grid, line.predict(grid[:, None]), color=color, label=name)
    right.axvspan(0.4, 2.0, color=figure.ORANGE, alpha=0.12, linewidth=0)
    right.set(xlabel="x", ylabel="y", ylim=(-1.8, 2.6), xlim=(-2, 2.4))
    right.legend(fontsize=9, loc="upper left")
    figure.save(fig, "distribution-shift.svg")


if __name__ == "__main__":
    warnings.simplefilter("error")
    scan()
    agree()
    prior_shift()
    thresholds()
    weighting()
    draw()
