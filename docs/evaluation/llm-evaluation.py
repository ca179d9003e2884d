"""Evidence for llm-evaluation: pass@k, Bradley–Terry against Elo, biases of a judge, selection, overlap, error bars."""

from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import binom, hypergeom, norm
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score

from qa import figure

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
ELO = 400 / np.log(10)  # one unit of log-odds in Elo points
STRENGTH: Array = np.array([0, 40, 80, 120, 160, 200]) / ELO


# --8<-- [start:pass]
def pass_at_k(n: int, c: int, k: int) -> float:
    """c of n samples pass: does one of k, drawn without replacement?"""
    if n - c < k:
        return 1.0
    return 1.0 - float(np.prod(1.0 - k / np.arange(n - c + 1, n + 1)))
# --8<-- [end:pass]


def pass_at_k_enumerated(n: int, c: int, k: int) -> float:
    """The same by trying every subset of k samples."""
    return sum(min(subset) < c for subset in combinations(range(n), k)) / comb(n, k)


def expectations(p: float, n: int, k: int) -> tuple[float, float, float]:
    """Truth 1 − (1 − p)^k, and the exact expectations of the estimator and of 1 − (1 − c/n)^k."""
    weights = binom.pmf(np.arange(n + 1), n, p)
    unbiased = weights @ np.array([pass_at_k(n, c, k) for c in range(n + 1)])
    plug_in = weights @ np.array([1 - (1 - c / n) ** k for c in range(n + 1)])
    return 1 - (1 - p) ** k, float(unbiased), float(plug_in)


def steady(k: int) -> float:
    """Every problem is solved with probability 0.3 a sample."""
    return 1 - 0.7**k


def split(k: int) -> float:
    """45% of the problems at 0.9 a sample, the others at 0.002."""
    return 0.45 * (1 - 0.1**k) + 0.55 * (1 - 0.998**k)


def battles(n: int, seed: int, bonus: float = 0.0) -> tuple[Ints, Ints, Ints, Array]:
    """Random pairs i, j, whether i won, and the difference of their lengths; model 2 writes longer answers by 1 unit."""
    rng = np.random.default_rng(seed)
    i = rng.integers(6, size=n)
    j = (i + rng.integers(1, 6, size=n)) % 6
    length = rng.standard_normal(n) + (i == 2).astype(float) - (j == 2)
    won = rng.random(n) < expit(STRENGTH[i] - STRENGTH[j] + bonus * length)
    return i, j, won.astype(np.int64), length


# --8<-- [start:bt]
def bradley_terry(i: Ints, j: Ints, won: Ints, models: int = 6) -> Array:
    """Maximum likelihood by minorization; log-strengths with mean 0."""
    wins = np.zeros((models, models))
    np.add.at(wins, (np.where(won, i, j), np.where(won, j, i)), 1)
    games, strength = wins + wins.T, np.ones(models)
    for _ in range(200):
        rate = games / np.add.outer(strength, strength)
        strength = wins.sum(1) / rate.sum(1)
        strength /= np.exp(np.log(strength).mean())
    return np.log(strength)
# --8<-- [end:bt]


def design(i: Ints, j: Ints, *columns: Array) -> Array:
    """+1 for i, −1 for j, and further columns."""
    x = np.zeros((len(i), 6))
    x[np.arange(len(i)), i], x[np.arange(len(i)), j] = 1, -1
    return np.column_stack([x, *columns])


def bradley_terry_logistic(i: Ints, j: Ints, won: Ints, *columns: Array) -> Array:
    """The same as a logistic regression without intercept (scikit-learn, next to no penalty); further columns controlled."""
    fit = LogisticRegression(C=1e6, fit_intercept=False, tol=1e-8, max_iter=1000).fit(design(i, j, *columns), won)
    return fit.coef_[0][:6] - fit.coef_[0][:6].mean()


def negative_log_likelihood(s: Array, x: Array, won: Ints) -> tuple[float, Array]:
    signed = np.where(won, 1, -1)
    z = signed * (x @ s)
    return float(np.logaddexp(0, -z).sum()), x.T @ (-signed * expit(-z))


def bradley_terry_scipy(i: Ints, j: Ints, won: Ints) -> Array:
    fit = minimize(negative_log_likelihood, np.zeros(6), args=(design(i, j), won), jac=True, tol=1e-10)
    return fit.x - fit.x.mean()


def elo(i: Ints, j: Ints, won: Ints, k: float = 32.0) -> Array:
    """The sequential update; mean 0 throughout."""
    rating = [0.0] * 6
    for a, b, w in zip(i.tolist(), j.tolist(), won.tolist(), strict=True):
        step = k * (w - 1 / (1 + 10 ** ((rating[b] - rating[a]) / 400)))
        rating[a] += step
        rating[b] -= step
    return np.array(rating)


def elo_spread(i: Ints, j: Ints, won: Ints, orders: int = 50) -> Array:
    """Final Elo ratings of the same battles in random orders."""
    rng = np.random.default_rng(4)
    return np.array([elo(i[o], j[o], won[o]) for o in (rng.permutation(len(i)) for _ in range(orders))])


def bootstrap(i: Ints, j: Ints, won: Ints, repeats: int = 100) -> Array:
    rng = np.random.default_rng(5)
    draws = (rng.integers(len(i), size=len(i)) for _ in range(repeats))
    return np.array([bradley_terry(i[d], j[d], won[d]) for d in draws])


def kappa(a: Ints, b: Ints) -> float:
    """Cohen's κ of two raters with labels 0 and 1."""
    observed = (a == b).mean()
    expected = a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean())
    return float((observed - expected) / (1 - expected))


def expected_maximum(n: int) -> float:
    """Mean of the largest of n standard normals, by integrating its tail probabilities."""
    x = np.linspace(-10, 10, 20_001)
    survival = 1 - norm.cdf(x) ** n
    return float(np.trapezoid(np.where(x >= 0, survival, survival - 1), x))


# --8<-- [start:overlap]
def overlap(item: str, corpus: str, n: int = 8) -> float:
    """Share of the item's word n-grams that occur in the corpus."""
    def grams(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return {tuple(words[t : t + n]) for t in range(len(words) - n + 1)}

    own = grams(item)
    return len(own & grams(corpus)) / len(own)
# --8<-- [end:overlap]


ITEM = "Natalia sold clips to 48 of her friends in April and then she sold half as many clips in May"
VERBATIM = f"homework: {ITEM} how many in total"
REWORDED = "In April, 48 friends each bought one clip from Natalia; in May she sold half that number of clips altogether"


def standard_errors(n: int = 1000, seed: int = 6) -> tuple[float, float, float, float]:
    """Two models on the same questions: accuracies, standard error of the difference unpaired and paired."""
    rng = np.random.default_rng(seed)
    ease = rng.normal(1.6, 3.0, n)
    a, b = ((rng.random(n) < expit(ease + skill)).astype(float) for skill in (0.0, 0.25))
    unpaired = np.sqrt(a.var() / n + b.var() / n)
    return float(a.mean()), float(b.mean()), float(unpaired), float((b - a).std() / np.sqrt(n))


def draw(table: Array, spread: Array) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    k = np.arange(1, 101)
    left.semilogx(k, [steady(int(v)) for v in k], color=figure.BLUE)
    left.semilogx(k, [split(int(v)) for v in k], color=figure.ORANGE)
    left.text(3.2, 0.86, "A", color=figure.BLUE)
    left.text(20, 0.5, "B", color=figure.ORANGE)
    left.set(xlabel="k", ylabel="pass@k", ylim=(0, 1.05), xticks=[1, 10, 100])
    left.set_xticklabels(["1", "10", "100"])
    truth = (STRENGTH - STRENGTH.mean()) * ELO
    right.plot(range(6), truth, "_", color="black", markersize=18, label="真值 truth")
    right.errorbar(np.arange(6) - 0.15, table.mean(0), 1.96 * table.std(0), fmt="o", color=figure.BLUE, markersize=4, label="BT")
    low, high = spread.min(0), spread.max(0)
    middle = (low + high) / 2
    right.errorbar(np.arange(6) + 0.15, middle, (high - low) / 2, fmt="none", color=figure.RED, label="Elo, K = 32", capsize=3)
    right.set(xticks=range(6), xlabel="模型 model", ylabel="Elo")
    right.legend(fontsize=9, loc="upper left")
    figure.save(fig, "llm-evaluation.svg")


def line(name: str, values: Array) -> str:
    return f"{name:12}" + " ".join(f"{v + 0.0:6.0f}" for v in values)


if __name__ == "__main__":
    assert all(abs(pass_at_k(9, c, k) - pass_at_k_enumerated(9, c, k)) < 1e-12 for c in range(10) for k in range(1, 10))
    assert all(abs(pass_at_k(200, c, k) - hypergeom.sf(0, 200, c, k)) < 1e-9 for c in range(0, 201, 7) for k in (1, 10, 100))
    print("pass@k agrees with enumeration and with the hypergeometric distribution")
    for n, k in (10, 5), (20, 10), (200, 10):
        print("p=0.1 n={:3} k={:2}: truth {:.3f}  E[estimator] {:.3f}  E[plug-in] {:.3f}".format(n, k, *expectations(0.1, n, k)))
    for k in (1, 3, 10, 100):
        shortcut = 1 - (1 - split(1)) ** k
        print(f"k={k:3}: A {steady(k):.2f}  B {split(k):.2f}  1 - (1 - pass@1)^k for B {shortcut:.2f}")
    i, j, won, _ = battles(4000, seed=0)
    fitted = bradley_terry(i, j, won)
    assert np.abs(fitted - bradley_terry_logistic(i, j, won)).max() < 1e-4
    assert np.abs(fitted - bradley_terry_scipy(i, j, won)).max() < 1e-4
    samples, spread = bootstrap(i, j, won) * ELO, elo_spread(i, j, won)
    print(line("truth", (STRENGTH - STRENGTH.mean()) * ELO))
    print(line("BT", fitted * ELO), "  two other solvers agree")
    print(line("BT ± 1.96 se", 1.96 * samples.std(0)))
    print(line("Elo lowest", spread.min(0)))
    print(line("Elo highest", spread.max(0)))
    i, j, won, length = battles(20_000, seed=1, bonus=0.6)
    print(line("long: BT", bradley_terry(i, j, won) * ELO))
    print(line("controlled", bradley_terry_logistic(i, j, won, length) * ELO))
    fair, first, second = expit(0.4), expit(0.4 + 0.8), expit(0.4 - 0.8)
    print(f"A wins: fair {fair:.2f}, shown first {first:.2f}, second {second:.2f}, mean {(first + second) / 2:.2f}")
    human = np.repeat([1, 0], [65, 35])
    lazy, useful = np.ones(100, dtype=np.int64), np.concatenate([np.repeat([1, 0], [55, 10]), np.repeat([1, 0], [10, 25])])
    for name, judge in ("always A", lazy), ("useful", useful):
        assert abs(kappa(human, judge) - cohen_kappa_score(human, judge)) < 1e-12
        print(f"judge {name:9} agreement {(human == judge).mean():.2f}  kappa {kappa(human, judge):.2f}")
    seen = [0.9 * t + 0.3 * (1 - t) for t in (0.6, 0.7)]
    print(f"true pass rates 0.60, 0.70; judge (0.9, 0.7) reports {seen[0]:.2f}, {seen[1]:.2f}")
    simulated = np.random.default_rng(7).standard_normal((40_000, 27)).max(1).mean()
    assert abs(simulated - expected_maximum(27)) < 0.02
    print("best of N, in standard errors:", ", ".join(f"{n}: {expected_maximum(n):.2f}" for n in (3, 10, 27)))
    print(f"8-gram overlap: copied {overlap(ITEM, VERBATIM):.2f}, reworded {overlap(ITEM, REWORDED):.2f}")
    print("accuracy {:.3f}, {:.3f}; se of the difference: unpaired {:.3f}, paired {:.3f}".format(*standard_errors()))
    draw(samples, spread)
