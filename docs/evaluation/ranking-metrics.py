"""Evidence for ranking-metrics: RR, AP, recall@k, nDCG twice each, sampled candidates, position bias, conventions."""

import numpy as np
from scipy.stats import hypergeom
from sklearn.metrics import label_ranking_average_precision_score as lrap
from sklearn.metrics import ndcg_score, recall_score

from qa import figure

Array = np.ndarray


# --8<-- [start:metrics]
def reciprocal_rank(grades: Array) -> float:
    """1 / rank of the first relevant result, 0 if there is none."""
    hits = np.flatnonzero(grades)
    return 1 / (hits[0] + 1) if len(hits) else 0.0


def average_precision(grades: Array, relevant: int) -> float:
    """Precision at each relevant result, over all that are relevant."""
    hits = grades > 0
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].sum() / relevant)


def recall_at(grades: Array, k: int, relevant: int) -> float:
    return float((grades[:k] > 0).sum() / relevant)


def dcg(gains: Array, k: int) -> float:
    return float((gains[:k] / np.log2(np.arange(2, len(gains[:k]) + 2))).sum())


def ndcg_at(gains: Array, k: int) -> float:
    """`gains` holds every judged item, or the ideal comes out too low."""
    return dcg(gains, k) / dcg(np.sort(gains)[::-1], k)
# --8<-- [end:metrics]


QUERIES = {
    "q1": np.array([3, 0, 2, 0, 0, 1, 0, 0, 0, 0]),
    "q2": np.array([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    "q3": np.array([1, 1, 0, 0, 0, 0, 0, 0, 3, 0]),
}
COLUMNS = ("RR", "AP", "R@3", "nDCG@5", "exp. gain")


def ours(grades: Array) -> list[float]:
    relevant = int((grades > 0).sum())
    return [
        reciprocal_rank(grades),
        average_precision(grades, relevant),
        recall_at(grades, 3, relevant),
        ndcg_at(grades, 5),
        ndcg_at(2.0**grades - 1, 5),
    ]


def library(grades: Array) -> list[float]:
    """The same by scikit-learn; RR is the average precision of a list in which only the first hit is relevant."""
    scores = -np.arange(len(grades), dtype=float)[None]
    hits = (grades > 0).astype(int)
    first = (np.arange(len(hits)) == np.flatnonzero(hits)[0]).astype(int)
    top = (np.arange(len(hits)) < 3).astype(int)
    return [
        lrap(first[None], scores),
        lrap(hits[None], scores),
        recall_score(hits, top),
        ndcg_score(grades[None], scores, k=5),
        ndcg_score((2**grades - 1)[None], scores, k=5),
    ]


def worked() -> None:
    print("      " + " ".join(f"{c:>9}" for c in COLUMNS))
    rows, checks = [], []
    for name, grades in QUERIES.items():
        rows.append(ours(grades))
        checks.append(library(grades))
        print(f"{name:6}" + " ".join(f"{v:9.3f}" for v in rows[-1]))
    assert np.allclose(rows, checks, atol=1e-12)
    for name, values in ("mean", rows), ("lib.", checks):
        print(f"{name:6}" + " ".join(f"{v:9.3f}" for v in np.mean(values, axis=0)))


def original_dcg(gains: Array, base: float = 2.0) -> Array:
    """Cumulated gain of 2002: rank i is divided by log_base(i), but only from rank `base` on."""
    ranks = np.arange(1, len(gains) + 1)
    return np.cumsum(gains / np.maximum(1.0, np.log(ranks) / np.log(base)))


def variants() -> None:
    """One list of grades under the measure of 2002 and under its two later variants."""
    gains = np.array([3, 2, 3, 0, 0, 1, 2, 2, 3, 0])
    print("grades    ", " ".join(f"{g:5}" for g in gains))
    print("DCG 2002  ", " ".join(f"{v:5.2f}" for v in original_dcg(gains)))
    print("log2(1+i) ", " ".join(f"{dcg(gains, k):5.2f}" for k in range(1, 11)))
    print("2^g - 1   ", " ".join(f"{dcg(2.0**gains - 1, k):5.2f}" for k in range(1, 11)))


def random_order() -> None:
    """nDCG of a random order (expected, checked by shuffling) and of the worst, half of n documents relevant."""
    rng = np.random.default_rng(0)
    print("n       random  random@10  reversed  reversed@10")
    for n in 10, 100, 1_000, 10_000:
        gains = np.repeat([1.0, 0.0], n // 2)
        exact = [0.5 * dcg(np.ones(n), k) / dcg(gains, k) for k in (n, 10)]
        if n <= 1_000:
            drawn = [[ndcg_at(rng.permutation(gains), k) for k in (n, 10)] for _ in range(300)]
            assert np.allclose(np.mean(drawn, axis=0), exact, atol=0.04)
        worst = [ndcg_at(gains[::-1], k) for k in (n, 10)]
        print(f"{n:<6} {exact[0]:7.2f}  {exact[1]:9.2f}  {worst[0]:8.2f}  {worst[1]:11.2f}")


ITEMS = 10_000
System = tuple[tuple[float, int], ...]  # (share of users, rank of their item)
SYSTEMS: dict[str, System] = {"A": ((0.25, 5), (0.75, 5_000)), "B": ((1.0, 300),)}


# --8<-- [start:sampled]
def sampled_hit_rate(system: System, m: int, k: int = 10) -> float:
    """Expected share of users with their item in the top k among m others."""
    chances = [hypergeom.cdf(k - 1, ITEMS - 1, rank - 1, m)
               for _, rank in system]
    return float(np.dot([share for share, _ in system], chances))
# --8<-- [end:sampled]


def sampled() -> None:
    rng = np.random.default_rng(0)
    print("candidates  HR@10 of A  HR@10 of B")
    for m in (100, 1_000, ITEMS - 1):
        values = []
        for system in SYSTEMS.values():
            exact = sampled_hit_rate(system, m)
            drawn = sum(w * (rng.hypergeometric(r - 1, ITEMS - r, m, 20_000) < 10).mean() for w, r in system)
            assert abs(exact - drawn) < 0.015
            values.append(exact)
        print(f"{m:10,}  {values[0]:10.2f}  {values[1]:10.2f}")
    auc = {name: sum(w * (1 - (r - 1) / (ITEMS - 1)) for w, r in s) for name, s in SYSTEMS.items()}
    one = {name: sampled_hit_rate(s, 1, 1) for name, s in SYSTEMS.items()}
    assert all(abs(auc[n] - one[n]) < 1e-9 for n in SYSTEMS)
    print(f"one candidate, HR@1 = AUC: A {auc['A']:.2f}, B {auc['B']:.2f}")


CLICK = np.array([0.27, 0.30, 0.60, 0.48, 0.10])  # chance of a click once the item is looked at
LOOK = 1 / np.arange(1, 6)  # chance that a rank is looked at
SHOWN = 100_000


def position_bias() -> None:
    """Clicks logged with items a to e always at ranks 1 to 5; dividing by the chance of a look undoes the bias."""
    rng = np.random.default_rng(0)
    names = np.array(list("abcde"))
    rate = rng.binomial(SHOWN, CLICK * LOOK) / SHOWN
    fixed = rate / LOOK
    error = np.sqrt(CLICK * LOOK * (1 - CLICK * LOOK) / SHOWN) / LOOK
    assert (np.abs(fixed - CLICK) < 4 * error).all()
    print("item  rank  clicks  clicks/look  truth")
    for i, name in enumerate(names):
        print(f"{name:>4}  {i + 1:4}  {rate[i]:6.2f}  {fixed[i]:11.2f}  {CLICK[i]:5.2f}")
    for label, score in ("as logged", -np.arange(5)), ("by clicks", rate), ("by clicks/look", fixed):
        order = np.argsort(-score)
        print(f"{label:15} {' '.join(names[order])}  clicks per page {(CLICK[order] * LOOK).sum():.2f}")
    wrong = rate / LOOK**0.5
    print(f"look = 1/sqrt(rank): {' '.join(names[np.argsort(-wrong)])}")


def conventions() -> None:
    """Ties, queries without a relevant document, denominators, the mean of reciprocals."""
    constant, first, last = np.zeros(100), np.eye(100)[0], np.eye(100)[-1]
    for name, truth in ("first", first), ("last", last):
        order = np.argsort(-constant, kind="stable")
        print(f"constant scores, item {name:5} in the list: MRR {reciprocal_rank(truth[order]):.2f}")
    print(f"ties at random: MRR {(1 / np.arange(1, 101)).mean():.3f}; scikit-learn: {lrap([first], [constant]):.2f}")
    nothing, scores = np.zeros((1, 5), dtype=int), np.arange(5.0)[None]
    print(f"no relevant item: AP {lrap(nothing, scores):.1f}, nDCG {ndcg_score(nothing, scores):.1f} (scikit-learn)")
    top = np.ones(5)
    full, capped = average_precision(top, 20), average_precision(top, 5)
    print(f"AP@5, 5 hits, 20 relevant: / 20 {full:.2f}, / min(5, 20) {capped:.2f}")
    returned, judged = np.array([2, 1, 0, 0, 0]), np.array([2, 1, 0, 0, 0, 3])
    print(f"nDCG@5, ideal of the five returned {ndcg_at(returned, 5):.2f}, of all judged {ndcg_at(judged, 5):.2f}")
    ranks = np.array([1, 100])
    mrr = (1 / ranks).mean()
    print(f"ranks 1 and 100: MRR {mrr:.3f}, mean rank {ranks.mean():.1f}, 1/MRR {1 / mrr:.2f}")


def draw() -> None:
    fig, (left, right) = figure.new(1, 2, height=2.8)
    ranks = np.arange(1, 21)
    left.plot(ranks, 1 / np.log2(1 + ranks), "o-", color=figure.BLUE, markersize=3)
    left.plot(ranks, 1 / ranks, "o-", color=figure.RED, markersize=3)
    left.step(np.append(ranks, 21) - 0.5, np.append(ranks <= 10, False), where="post", color=figure.GREY)
    for text, color, place in (
        ("R@10", figure.GREY, (11, 0.93)),
        ("nDCG: 1/log₂(1+k)", figure.BLUE, (11, 0.36)),
        ("RR, AP: 1/k", figure.RED, (11, 0.13)),
    ):
        left.text(*place, text, color=color)
    left.set(xlim=(0.5, 20.5), ylim=(0, 1.06), xlabel="k", xticks=[1, 5, 10, 15, 20], yticks=[0, 0.5, 1])
    sizes = np.unique(np.geomspace(10, ITEMS - 1, 60).astype(int))
    for (name, system), color, place in zip(
        SYSTEMS.items(), (figure.GREEN, figure.ORANGE), ((2_500, 0.30), (70, 1.02)), strict=True
    ):
        right.plot(sizes, [sampled_hit_rate(system, int(m)) for m in sizes], color=color)
        right.text(*place, name, color=color)
    right.set_xscale("log")
    right.set(ylim=(0, 1.12), xlabel="m", yticks=[0, 0.5, 1], xticks=[10, 100, 1_000, 10_000])
    right.set_xticklabels(["10", "100", "1,000", "10,000"])
    right.set_title("HR@10", loc="left")
    figure.save(fig, "ranking-metrics.svg")


if __name__ == "__main__":
    worked()
    variants()
    random_order()
    sampled()
    position_bias()
    conventions()
    draw()
