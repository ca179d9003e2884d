"""Evidence for statistical-significance: paired tests, seeds and test examples together, many comparisons, test-set sizes."""

from dataclasses import dataclass
from math import comb

import numpy as np
from scipy import stats
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
SEEDS, TEST = 40, 1000


# --8<-- [start:paired]
def mcnemar(b: int, c: int) -> float:
    """Exact two-sided p: do b wins and c losses agree with a fair coin?"""
    tail = sum(comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)
    return min(1.0, 2 * tail)


def paired_bootstrap(d: Array, draws: int = 10_000) -> Array:
    """95% interval of the mean of d, the per-example difference in score."""
    rng = np.random.default_rng(0)
    means = [d[rng.integers(0, len(d), len(d))].mean() for _ in range(draws)]
    return np.percentile(means, [2.5, 97.5])
# --8<-- [end:paired]


def unpaired_p(right_a: int, right_b: int, n: int) -> float:
    """Two-proportion z test, as if the two models had seen different examples."""
    pooled = (right_a + right_b) / (2 * n)
    return float(2 * stats.norm.sf(abs(right_a - right_b) / n / np.sqrt(2 * pooled * (1 - pooled) / n)))


def show_example(both: int = 880, b: int = 44, c: int = 22, n: int = 1000) -> None:
    """One test set of 1,000 on which only A is right 44 times and only B 22 times."""
    d = np.repeat([0.0, 1.0, -1.0], [n - b - c, b, c])
    exact, scipy_exact = mcnemar(b, c), stats.binomtest(b, b + c).pvalue
    low, high = paired_bootstrap(d)
    check = stats.bootstrap((d,), np.mean, method="percentile", rng=np.random.default_rng(1), n_resamples=5000).confidence_interval
    pooled = stats.chi2_contingency([[both + b, n - both - b], [both + c, n - both - c]], correction=False).pvalue
    print(f"A {(both + b) / n:.3f}  B {(both + c) / n:.3f}  difference {d.mean():.3f}")
    print(f"McNemar exact      p {exact:.3f}   scipy binomtest        {scipy_exact:.3f}")
    print(f"as if unpaired     p {unpaired_p(both + b, both + c, n):.3f}   scipy chi2_contingency {pooled:.3f}")
    print(f"paired bootstrap   {low:.3f} to {high:.3f}   scipy {check.low:.3f} to {check.high:.3f}")
    print(f"standard error     paired {d.std() / n**0.5:.4f}   unpaired {unpaired_error(both + b, both + c, n):.4f}")
    print(*(f"{name} alone: {interval(k, n)}" for name, k in (("A", both + b), ("B", both + c))), sep="   ")


def unpaired_error(right_a: int, right_b: int, n: int) -> float:
    return float(np.sqrt(sum(k / n * (1 - k / n) / n for k in (right_a, right_b))))


def interval(k: int, n: int) -> str:
    found = stats.binomtest(k, n).proportion_ci(method="wilson")
    return f"{found.low:.3f} to {found.high:.3f}"


def mcnemar_all(b: Array, c: Array) -> Array:
    """The exact p-value of many pairs of counts."""
    return np.minimum(1, 2 * stats.binom.cdf(np.minimum(b, c), b + c, 0.5))


def rejections(gain: float, disagree: float = 0.06, n: int = 1000, runs: int = 50_000) -> tuple[float, float, float]:
    """How often the exact, the normal paired and the unpaired test report a difference; B is right 90% of the time."""
    p_b, p_c = (disagree + gain) / 2, (disagree - gain) / 2
    a, b, c, _ = np.random.default_rng(2).multinomial(n, [0.90 - p_c, p_b, p_c, 0.10 - p_b], runs).T
    difference, pooled = (b - c) / n, (2 * a + b + c) / (2 * n)
    paired = np.abs(b - c) / np.sqrt(np.maximum(b + c, 1))
    unpaired = np.abs(difference) / np.sqrt(2 * pooled * (1 - pooled) / n)
    return float((mcnemar_all(b, c) < 0.05).mean()), float((paired > 1.96).mean()), float((unpaired > 1.96).mean())


def show_rejections() -> None:
    for gain in 0.0, 0.02:
        exact, normal, unpaired = rejections(gain)
        print(f"true gain {gain:.2f}: McNemar exact {exact:.2f}  without continuity {normal:.2f}  unpaired {unpaired:.2f}")


def needed(gain: float, disagree: float) -> float:
    """Test examples for 80% power at the 5% level when the models disagree on a share `disagree`."""
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    return float(z**2 * (disagree - gain**2) / gain**2)


def show_needed() -> None:
    """Sizes for a gain of one point; unpaired with both accuracies near 0.9 counts one such set per model."""
    sizes = "  ".join(f"{rate:.2f}: {round(needed(0.01, rate), -2):.0f}" for rate in (0.02, 0.05, 0.10))
    unpaired = needed(0.01, 0.9 * 0.1 + 0.91 * 0.09 + 0.0001)
    print(f"examples for a gain of 0.01, by disagreement\n  {sizes}   unpaired: {round(unpaired, -2):.0f}")
    n, gain = 3900, 0.01
    b, c, _ = np.random.default_rng(3).multinomial(n, [0.03, 0.02, 0.95], 100_000).T
    print(f"simulated power at {n} and 0.05: {(np.abs(b - c) / np.sqrt(b + c) > 1.96).mean():.2f} for {gain}")


@dataclass(frozen=True)
class Digits:
    """Handwritten digits: a pool to train from and a fixed test set."""

    x: Array
    y: Array
    test_x: Array
    test_y: Array


def digits() -> Digits:
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    x, y = ((x - x.mean()) / x.std())[order], y[order]
    return Digits(x[:-TEST], y[:-TEST], x[-TEST:], y[-TEST:])


ALL = ("init", "order", "sample")


def streams(name: str, seeds: int, vary: tuple[str, ...]) -> list[np.random.Generator]:
    """One generator per seed, all alike unless this source of variation is to vary."""
    return [np.random.default_rng([seed if name in vary else 0, ALL.index(name)]) for seed in range(seeds)]


def correct(data: Digits, width: int, seeds: int = SEEDS, vary: tuple[str, ...] = ALL, steps: int = 300) -> Array:
    """Trains one ReLU network a seed on 300 digits, all in one batch; which test examples each gets right."""
    init, order, sample = (streams(name, seeds, vary) for name in ALL)
    w1 = np.stack([g.standard_normal((64, 64))[:, :width] / 8 for g in init])
    w2 = np.stack([g.standard_normal((width, 10)) / width**0.5 for g in init])
    b1, b2 = np.zeros((seeds, 1, width)), np.zeros((seeds, 1, 10))
    chosen = np.stack([g.permutation(len(data.y))[:300] for g in sample])
    batches = np.stack([g.integers(0, 300, (steps, 32)) for g in order], axis=1)
    for batch in batches:
        index = np.take_along_axis(chosen, batch, axis=1)
        x = data.x[index]
        h = np.maximum(x @ w1 + b1, 0)
        p = np.exp(h @ w2 + b2)
        d = (p / p.sum(-1, keepdims=True) - np.eye(10)[data.y[index]]) * 0.1 / 32
        dh = d @ w2.swapaxes(1, 2) * (h > 0)
        w2, b2 = w2 - h.swapaxes(1, 2) @ d, b2 - d.sum(1, keepdims=True)
        w1, b1 = w1 - x.swapaxes(1, 2) @ dh, b1 - dh.sum(1, keepdims=True)
    return (np.maximum(data.test_x @ w1 + b1, 0) @ w2 + b2).argmax(-1) == data.test_y


def show_sources(data: Digits) -> None:
    """Standard deviation of the test accuracy, one source of variation at a time."""
    names = {"init": ("init",), "order": ("order",), "sample": ("sample",), "all": ALL}
    spread = {name: correct(data, 24, 20, vary).mean(1).std(ddof=1) for name, vary in names.items()}
    theory = (0.94 * 0.06 / TEST) ** 0.5
    print("sd accuracy:", *(f"{name} {value:.3f}" for name, value in spread.items()), f"test sampling {theory:.3f}")


def wrong_winner(a: Array, b: Array, runs: int) -> float:
    """How often the mean of `runs` runs of the worse method is at least that of the better (ties count half)."""
    rng = np.random.default_rng(4)
    mean_a, mean_b = (rng.choice(x, (100_000, runs)).mean(1).round(6) for x in (a, b))
    return float((mean_a < mean_b).mean() + (mean_a == mean_b).mean() / 2)


# --8<-- [start:crossed]
def errors(d: Array) -> tuple[float, float, float]:
    """Standard errors of the mean from seeds (rows), examples, both."""
    k, n = d.shape
    rows, columns = d.mean(1, keepdims=True), d.mean(0, keepdims=True)
    rest = ((d - rows - columns + d.mean()) ** 2).sum() / ((k - 1) * (n - 1))
    seeds, examples = rows.var(ddof=1) / k, columns.var(ddof=1) / n
    both = max(seeds + examples - rest / (k * n), seeds, examples)
    return seeds**0.5, examples**0.5, both**0.5
# --8<-- [end:crossed]


def coverage(d: Array, k: int, n: int, runs: int = 1000) -> Array:
    """How often 95% intervals from k seeds and n examples hold the mean of the whole table."""
    rng, hits = np.random.default_rng(5), np.zeros(3)
    widths = np.array([stats.t.ppf(0.975, k - 1), 1.96, 1.96])
    for _ in range(runs):
        part = d[rng.integers(0, len(d), k)][:, rng.integers(0, d.shape[1], n)]
        hits += abs(part.mean() - d.mean()) <= widths * errors(part)
    return hits / runs


def coverage_of_one(d: Array, n: int, runs: int = 1000) -> float:
    """The same for a single pair of runs, whose only error bar comes from the examples."""
    rng, hits = np.random.default_rng(5), 0
    for _ in range(runs):
        part = d[rng.integers(0, len(d)), rng.integers(0, d.shape[1], n)]
        hits += abs(part.mean() - d.mean()) <= 1.96 * part.std() / n**0.5
    return hits / runs


def show_seeds(a: Array, b: Array) -> None:
    """Two widths on the same seeds and test examples."""
    first, second, d = a.mean(1), b.mean(1), a.astype(float) - b
    print(f"width 48: {first.mean():.3f}  width 16: {second.mean():.3f}  gain {d.mean():.3f}")
    print(f"sd over seeds: {first.std(ddof=1):.3f} and {second.std(ddof=1):.3f}; of the difference {d.mean(1).std(ddof=1):.3f}")
    wins = (f"{runs} run{'s' * (runs > 1)} {wrong_winner(first, second, runs):.2f}" for runs in (1, 3, 10))
    print("the worse one wins:", *wins)
    seeds, examples, both = errors(d[:5])
    print(f"first five seeds: {d[:5].mean():.3f}, standard error seeds {seeds:.4f} examples {examples:.4f} both {both:.4f}")
    print(f"coverage  1 seed,  1000 examples:              examples {coverage_of_one(d, 1000):.2f}")
    for k, n in (5, 200), (40, 200), (5, 1000):
        named = zip(("seeds", "examples", "both"), coverage(d, k, n), strict=True)
        values = "  ".join(f"{name} {value:.2f}" for name, value in named)
        print(f"coverage {k:2} seeds, {n:4} examples:  {values}")


def holm(p: Array, level: float = 0.05) -> int:
    """How many hypotheses Holm's step-down procedure rejects."""
    passed = np.sort(p) <= level / (len(p) - np.arange(len(p)))
    return int(np.argmin(passed)) if not passed.all() else len(p)


def benjamini_hochberg(p: Array, level: float = 0.05) -> int:
    """How many hypotheses are rejected when the false discovery rate is to stay below the level."""
    passed = np.nonzero(np.sort(p) <= level * np.arange(1, len(p) + 1) / len(p))[0]
    return int(passed[-1]) + 1 if len(passed) else 0


def show_many(variants: int = 20, n: int = 1000, runs: int = 20_000) -> None:
    """Twenty variants that are no better than the baseline, all compared with it on one test set."""
    rng = np.random.default_rng(6)
    right = rng.binomial(n, 0.9, (runs, 1))
    lost, won = rng.binomial(right, 0.03 / 0.9, (runs, variants)), rng.binomial(n - right, 0.3, (runs, variants))
    p = mcnemar_all(won, lost)
    some, corrected = (p.min(1) < 0.05).mean(), (p.min(1) <= 0.05 / variants).mean()
    level = (p < 0.05).mean()
    print(f"20 equal variants: one test {level:.3f}; at least one significant {some:.2f}, with Holm {corrected:.2f}")
    best = ((won - lost).max(1) / n).mean()
    print(f"if independent: {1 - (1 - level) ** variants:.2f}; apparent gain of the best of 20: {best:.3f}")
    p_values = np.array([0.004, 0.012, 0.02, 0.045, 0.6])
    check = int((stats.false_discovery_control(p_values) <= 0.05).sum())
    plain, bh = int((p_values < 0.05).sum()), benjamini_hochberg(p_values)
    print(f"p {p_values}: plain {plain}, Holm {holm(p_values)}, BH {bh}, scipy BH {check}")


def show_rest() -> None:
    """False discoveries among significant results, a trifle on a million examples, and a small benchmark."""
    false, true = 0.05 * 900, 0.5 * 100
    print(f"1000 ideas, 100 real, power 0.5: {false / (false + true):.2f} of the significant results are false")
    print(f"gain 0.0005, disagreement 0.02, a million examples: z {0.0005 / (0.02 / 1e6) ** 0.5:.1f}")
    print(f"200 questions at 0.70: standard error {(0.7 * 0.3 / 200) ** 0.5:.3f}")
    print(f"20 frames a patient, correlation 0.3: design effect {1 + 19 * 0.3:.1f}")
    print(f"95% t quantile with two degrees of freedom {stats.t.ppf(0.975, 2):.1f}")


CURVES = (
    ("配对 paired, 2%", 0.02, figure.GREEN, (2700, 0.88)),
    ("配对 paired, 6%", 0.06, figure.BLUE, (3700, 0.58)),
    ("不配对 unpaired", 0.172, figure.RED, (3300, 0.16)),
)


def draw(a: Array, b: Array) -> None:
    """Left: power against test-set size. Right: the difference seed by seed with its interval over examples."""
    fig, (left, right) = figure.new(1, 2, height=3.4)
    n = np.linspace(100, 6000, 80)
    for name, variance, color, place in CURVES:
        left.plot(n, stats.norm.cdf(0.01 * np.sqrt(n / variance) - 1.96), color=color)
        left.text(*place, name, color=color, fontsize=9)
    left.axhline(0.8, color=figure.GREY, linewidth=1, linestyle=":")
    left.set(xlabel="测试样本数 examples n", ylabel="功效 power", ylim=(0, 1.05))
    d = (a.astype(float) - b)[:20]
    rows = d.mean(1)
    bars = 1.96 * d.std(1) / TEST**0.5
    right.errorbar(rows * 100, np.arange(20), xerr=bars * 100, fmt="o", markersize=3.5, linewidth=1, color=figure.BLUE)
    right.errorbar(d.mean() * 100, -2, xerr=196 * errors(d)[2], fmt="D", markersize=5, linewidth=2, color=figure.ORANGE)
    right.axvline(0, color=figure.GREY, linewidth=1)
    right.set(xlabel="准确率之差 difference, %", ylabel="种子 seed")
    right.set_yticks([-2, 0, 5, 10, 15], ["∑", "1", "6", "11", "16"])
    figure.save(fig, "statistical-significance.svg")


if __name__ == "__main__":
    show_example()
    show_rejections()
    show_needed()
    data = digits()
    show_sources(data)
    wide, narrow = correct(data, 48), correct(data, 16)
    show_seeds(wide, narrow)
    show_many()
    show_rest()
    draw(wide, narrow)
