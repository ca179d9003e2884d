"""Evidence for train-val-test: what choosing does to a score, how large a set must be, stratified and hashed splits."""

import hashlib
from itertools import product

import numpy as np
from scipy.stats import binom, hypergeom, norm
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedShuffleSplit

from qa import figure

Array = np.ndarray
LABELS, SUBMISSIONS, REPEATS = 1001, (11, 101, 301, 501), 50
SIZES = (50, 100, 200, 400, 800, 1600)


# --8<-- [start:attack]
def attack(k: int, n: int, rng: np.random.Generator) -> tuple[float, float]:
    """Best of k random classifiers, and their vote, on n coin flips of which
    only scores are revealed (labels and guesses are -1 or 1; k and n odd)."""
    y = rng.choice([-1, 1], n)
    guesses = rng.choice([-1, 1], (k, n))
    scores = (guesses == y).mean(axis=1)
    vote = np.sign(np.sign(scores - 0.5) @ guesses)
    return float(scores.max()), float((vote == y).mean())
# --8<-- [end:attack]


def expected(k: Array, n: int) -> tuple[Array, Array]:
    """Upper bound for the best of k, and the approximate accuracy of the vote."""
    return 0.5 + np.sqrt(np.log(k) / (2 * n)), norm.cdf(np.sqrt(2 * k / (np.pi * n)))


def show_attack() -> Array:
    """Mean validation accuracy over many repetitions; returns rows (k, best, vote)."""
    rng, rows = np.random.default_rng(0), []
    for k in SUBMISSIONS:
        best, vote = np.mean([attack(k, LABELS, rng) for _ in range(REPEATS)], axis=0)
        bound, formula = expected(np.array([k]), LABELS)
        print(f"k {k:3}: best {best:.3f} (bound {bound[0]:.3f})  vote {vote:.3f} (formula {formula[0]:.3f})")
        rows.append((k, best, vote))
    return np.array(rows)


def features(x: Array, width: int, scale: float, seed: int) -> Array:
    """Random ReLU features of the pixels."""
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((x.shape[1], width)) * scale
    return np.maximum(x @ w + rng.uniform(-1, 1, width), 0) / np.sqrt(width)


def candidates(train: int = 150) -> tuple[Array, Array]:
    """Predictions of 64 settings (width, scale, penalty, seed) on all digits that were not used for training."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    x, y, predictions = x[order] / 16, y[order], []
    settings = product((100, 200, 400, 800), (0.2, 0.4), (1e-3, 1e-2), range(4))
    for i, (width, scale, penalty, _) in enumerate(settings):
        h = features(x, width, scale, i)
        inner = h[:train] @ h[:train].T + penalty * np.eye(train)
        predictions.append((h[train:] @ h[:train].T @ np.linalg.solve(inner, np.eye(10)[y[:train]])).argmax(axis=1))
    return np.array(predictions), y[train:]


def selection(right: Array, n: int, draws: int = 1500) -> tuple[float, float]:
    """Score of the winner on the n validation examples that chose it, and its true accuracy: all digits of the pool
    are the population, and validation sets are drawn from it with replacement. Ties are broken by lot."""
    pool = right.shape[1]
    seen = np.random.default_rng(n).multinomial(n, np.full(pool, 1 / pool), draws) @ right.T  # counts, exact in floats
    first = seen == seen.max(axis=1, keepdims=True)
    return float(seen.max(axis=1).mean() / n), float((first @ right.mean(axis=1) / first.sum(axis=1)).mean())


def independent(p: float, n: int, k: int = 64) -> float:
    """Optimism of the best of k independent classifiers that are right with probability p: E[max] is a sum of tails."""
    return float((1 - binom.cdf(np.arange(n), n, p) ** k).sum() / n - p)


def show_selection() -> Array:
    """Optimism of the winner among 64 real candidates against the size of the validation set."""
    predictions, y = candidates()
    right = (predictions == y).astype(float)
    truth = right.mean(axis=1)
    assert np.allclose(truth, [accuracy_score(y, p) for p in predictions])
    alike = (right @ right.T + (1 - right) @ (1 - right).T) / right.shape[1]
    agree = alike[np.triu_indices(len(right), 1)].mean()
    print(f"64 settings: accuracy {truth.min():.2f} to {truth.max():.2f}, two are right or wrong alike on {agree:.2f}")
    rows = np.array([selection(right, n) for n in SIZES])
    for n, (seen, true) in zip(SIZES, rows, strict=True):
        worst = independent(float(truth.mean()), n)
        print(f"n {n:4}: winner {seen:.3f}, truly {true:.3f}, optimism {seen - true:.3f} (independent: {worst:.3f})")
    return rows


def wilson(p: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Ends of the Wilson interval: the true values that a z-test would not reject."""
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)


def show_sizes(p: float = 0.9) -> None:
    """95% intervals of an accuracy of 0.9, and the size that a half-width of 0.01 needs."""
    for n in 20, 100, 1000, 10_000, 100_000:
        low, high = wilson(p, n)
        print(f"size {n:6}: 0.90 ± {1.96 * np.sqrt(p * (1 - p) / n):.4f}   Wilson {low:.3f} to {high:.3f}")
    print(f"for ± 0.01: {np.ceil(p * (1 - p) * (1.96 / 0.01) ** 2):.0f} examples")
    print(f"difference of two sets of 1000: ± {1.96 * np.sqrt(2 * p * (1 - p) / 1000):.3f}")
    print(f"20 models fixed beforehand, 10000 examples: all within {np.sqrt(np.log(2 * 20 / 0.05) / 20_000):.3f}")


def show_stratified(total: int = 1000, positives: int = 10, test: int = 200) -> None:
    """How many of the few positives a random test set receives, and a stratified one."""
    law = hypergeom(total, positives, test)
    chances = ", ".join(f"P({k}) {law.pmf(k):.2f}" for k in range(5))
    print(f"random: {chances}, more {law.sf(4):.2f}")
    y = (np.arange(total) < positives).astype(int)
    splits = StratifiedShuffleSplit(20, test_size=test, random_state=0).split(y, y)
    print("stratified: always", *sorted({int(y[index].sum()) for _, index in splits}))


# --8<-- [start:hash]
def part(key: str, salt: str = "2026") -> str:
    """The part that everything with this key belongs to, now and forever."""
    digest = hashlib.sha256(f"{salt}:{key}".encode()).digest()
    u = int.from_bytes(digest[:8], "big") / 2**64  # uniform on [0, 1)
    return "test" if u < 0.1 else "validation" if u < 0.2 else "train"
# --8<-- [end:hash]


def show_hash(n: int = 10_000) -> None:
    """Shares of the hashed parts, and what becomes of the old test set when the data double and are split anew."""
    parts = [part(f"patient-{i}") for i in range(n)]
    print("hashed:", ", ".join(f"{name} {parts.count(name) / n:.3f}" for name in ("train", "validation", "test")))
    larger = [part(f"patient-{i}") for i in reversed(range(2 * n))][::-1]
    moved = sum(a != b for a, b in zip(parts, larger[:n], strict=True))
    print(f"the data double: {moved} old examples change their part")
    rng = np.random.default_rng(0)
    old, new = rng.permutation(n)[: n // 10], rng.permutation(2 * n)[: 16 * n // 10]
    print(f"shuffled anew instead: {np.isin(old, new).mean():.2f} of the old test set lands in training")


def draw(attacks: Array, winners: Array) -> None:
    """Left: validation accuracy on coin flips. Right: the winner's two scores against the validation size."""
    fig, (left, right) = figure.new(1, 2, height=2.9)
    k = np.arange(2, SUBMISSIONS[-1] + 1)
    bound, vote = expected(k, LABELS)
    left.plot(k, vote, color=figure.RED, label="投票 vote")
    left.plot(attacks[:, 0], attacks[:, 2], "o", color=figure.RED, markersize=4)
    left.plot(k, bound, "--", color=figure.BLUE, label="最好的一个 best")
    left.plot(attacks[:, 0], attacks[:, 1], "s", color=figure.BLUE, markersize=4)
    left.axhline(0.5, color=figure.GREY, linewidth=1, label="真实 true")
    left.set(xlabel="提交次数 submissions k", title="验证准确率 validation accuracy", ylim=(0.48, 0.78))
    left.legend(fontsize=9, loc="upper left")
    right.plot(SIZES, winners[:, 0], "s-", color=figure.BLUE, markersize=4, label="验证集 validation")
    right.plot(SIZES, winners[:, 1], "o-", color=figure.GREY, markersize=4, label="真实 true")
    right.set(xscale="log", xlabel="验证集大小 validation size n", title="胜者的准确率 accuracy of the winner")
    right.set_xticks(SIZES, [str(n) for n in SIZES])
    right.minorticks_off()
    right.legend(fontsize=9)
    figure.save(fig, "train-val-test.svg")


if __name__ == "__main__":
    attacks = show_attack()
    winners = show_selection()
    show_sizes()
    show_stratified()
    show_hash()
    draw(attacks, winners)
