"""Evidence for ensemble-learning: error against the number of members, averaging weights, dropout, voting."""

from itertools import combinations

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
Weights = list[Array]  # each stacked: (members, inputs, outputs)
HIDDEN, MEMBERS, REPEATS, SIZE = 32, 10, 4, 250


def digits() -> tuple[Array, Array, int]:
    """Shuffled images and labels; a fifth of the labels before `TEST` are random."""
    rng = np.random.default_rng(0)
    x, labels = load_digits(return_X_y=True)
    order = rng.permutation(len(x))
    x, labels, train = np.hstack([x / 16 - 0.3, np.ones((len(x), 1))])[order], labels[order], 1000
    wrong = np.flatnonzero(rng.random(train) < 0.2)
    labels[wrong] = rng.integers(0, 10, len(wrong))
    return x, np.eye(10)[labels], train


X, T, SPLIT = digits()
TEST = slice(SPLIT, None)


def initial(members: int, seed: int) -> Weights:
    rng = np.random.default_rng(seed)
    shapes = ((65, HIDDEN), (HIDDEN, 10))
    return [rng.standard_normal((members, *s)) * np.sqrt(2 / s[0]) for s in shapes]


def probabilities(weights: Weights, x: Array) -> Array:
    """Class probabilities of every member: (members, samples, 10)."""
    z = np.maximum(x @ weights[0], 0) @ weights[1]
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def step(weights: Weights, x: Array, t: Array, rate: float, mask: Array | float = 1.0) -> Weights:
    """One step of SGD for all members at once; `mask` multiplies the hidden units (dropout)."""
    h = np.maximum(x @ weights[0], 0) * mask
    z = h @ weights[1]
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    delta = (p / p.sum(axis=-1, keepdims=True) - t) / x.shape[-2]
    back = (delta @ weights[1].swapaxes(1, 2)) * (h > 0) * mask
    grads = (x.swapaxes(-1, -2) @ back, h.swapaxes(1, 2) @ delta)
    return [w - rate * g for w, g in zip(weights, grads, strict=True)]


def train(weights: Weights, rows: Array, seed: int, steps: int = 300, drop: float = 0.0) -> Weights:
    """Every member draws its own batches of 32 from its own `rows` (members, samples)."""
    rng, members = np.random.default_rng(seed), len(rows)
    for _ in range(steps):
        picked = np.take_along_axis(rows, rng.integers(0, rows.shape[1], (members, 32)), axis=1)
        mask = (rng.random((members, 32, HIDDEN)) >= drop) / (1 - drop) if drop else 1.0
        weights = step(weights, X[picked], T[picked], 0.2, mask)
    return weights


def pool(repeat: int) -> Array:
    """The training samples of a repetition."""
    return np.arange(SIZE) + SIZE * repeat


def same(members: int, repeat: int) -> Array:
    return np.tile(pool(repeat), (members, 1))


def bootstrap(repeat: int) -> Array:
    return np.random.default_rng(repeat).choice(pool(repeat), (MEMBERS, SIZE))


def trajectory(repeat: int) -> Weights:
    """Checkpoints of one run, every 30 steps after the first 300."""
    weights, kept = train(initial(1, repeat), same(1, repeat), repeat), []
    for k in range(MEMBERS):
        kept.append(weights)
        weights = train(weights, same(1, repeat), 100 * repeat + k, 30)
    return [np.concatenate(layer) for layer in zip(*kept, strict=True)]


# --8<-- [start:floor]
def floor_and_single(p: Array, t: Array) -> tuple[float, float]:
    """C and D: mean product of two members' errors, and mean squared error."""
    e = (p - t).reshape(len(p), -1)
    gram = e @ e.T / len(t)  # (members, members)
    m = len(p)
    single = np.trace(gram) / m
    return float((gram.sum() - m * single) / (m * (m - 1))), float(single)
# --8<-- [end:floor]


def error(p: Array) -> float:
    """Share of test samples that the averaged probabilities get wrong."""
    return float((p.mean(axis=0).argmax(axis=1) != T[TEST].argmax(axis=1)).mean())


def brier(p: Array) -> float:
    return float(((p.mean(axis=0) - T[TEST]) ** 2).sum(axis=1).mean())


def kinds(repeat: int) -> dict[str, Weights]:
    start = initial(MEMBERS, repeat)
    return {
        "one run": trajectory(repeat),
        "seeds": train(start, same(MEMBERS, repeat), repeat),
        "bagging": train(start, bootstrap(repeat), repeat),
        "dropout": train(start, same(MEMBERS, repeat), repeat, drop=0.5),
    }


def report(runs: list[dict[str, Array]]) -> None:
    print("              D      C   C/D    B10   error of 1, of 10")
    for name in runs[0]:
        ps = [run[name] for run in runs]
        c, d = np.mean([floor_and_single(p, T[TEST]) for p in ps], axis=0)
        one = np.mean([np.mean([error(p[i : i + 1]) for i in range(MEMBERS)]) for p in ps])
        whole = np.mean([brier(p) for p in ps])
        all_ = np.mean([error(p) for p in ps])
        print(f"{name:9}  {d:.3f}  {c:.3f}  {c / d:.2f}  {whole:.3f}   {one:.3f}      {all_:.3f}")


def line(a: Weights, b: Weights, shares: Array) -> Array:
    """Test error of the networks (1 − α) a + α b."""
    mixed = [np.stack([(1 - s) * u[0] + s * v[0] for s in shares]) for u, v in zip(a, b, strict=True)]
    p = probabilities(mixed, X[TEST])
    return np.array([error(p[i : i + 1]) for i in range(len(shares))])


def paths(repeat: int, shares: Array) -> tuple[Array, Array]:
    """Between two separate networks, and between two copies tuned apart from one trained start."""
    a, b = (train(initial(1, s), same(1, repeat), s) for s in (10 + repeat, 20 + repeat))
    c, d = (train(a, same(1, repeat), s) for s in (30 + repeat, 40 + repeat))
    return line(a, b, shares), line(c, d, shares)


def formula_holds(p: Array) -> None:
    """All pairs and all triples of members, averaged one by one, against C + (D − C) / M."""
    c, d = floor_and_single(p, T[TEST])
    for m in 2, 3:
        direct = np.mean([brier(p[list(s)]) for s in combinations(range(MEMBERS), m)])
        print(f"M = {m}: all subsets {direct:.4f}, C + (D - C) / M {c + (d - c) / m:.4f}")


def votes() -> None:
    """Three members, each right on 60%: the share on which at least two are right."""
    p = 0.6
    worst, best = (3 * p - 1) / 2, 3 * p / 2
    print(f"majority of three at 0.6: worst {worst:.2f}, independent {3 * p**2 - 2 * p**3:.3f}, best {best:.2f}")


def draw(runs: list[dict[str, Array]], shares: Array, apart: Array, tuned: Array) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    ms = np.arange(1, MEMBERS + 1)
    for name, color in (("one run", figure.ORANGE), ("seeds", figure.BLUE), ("bagging", figure.GREEN)):
        cd = np.mean([floor_and_single(run[name], T[TEST]) for run in runs], axis=0)
        left.plot(ms, cd[0] + (cd[1] - cd[0]) / ms, color=color, label=name, marker="o", markersize=3, linewidth=1.2)
    left.set(xlabel="M", title="B", ylim=(0.2, 0.35), xticks=(1, 4, 7, 10))
    left.legend(fontsize=9, loc="upper right")
    right.plot(shares, apart, color=figure.RED, label="两次初始化 two starts")
    right.plot(shares, tuned, color=figure.PURPLE, label="同一起点 one start")
    right.set(xlabel="α", title="测试错误率 test error", ylim=(0, 0.6))
    right.legend(fontsize=9, loc="upper left")
    figure.save(fig, "ensemble-learning.svg")


if __name__ == "__main__":
    runs = [{k: probabilities(w, X[TEST]) for k, w in kinds(r).items()} for r in range(REPEATS)]
    report(runs)
    formula_holds(runs[0]["seeds"])
    shares = np.linspace(0, 1, 11)
    apart, tuned = np.mean([paths(r, shares) for r in range(REPEATS)], axis=0)
    for name, curve in (("two starts", apart), ("one start", tuned)):
        print(f"{name:10}: ends {(curve[0] + curve[-1]) / 2:.2f}, averaged weights {curve[5]:.2f}")
    votes()
    draw(runs, shares, apart, tuned)
