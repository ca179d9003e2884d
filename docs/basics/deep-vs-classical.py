"""Evidence for deep-vs-classical: boosted trees against a network on two kinds of tables, and many dimensions."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.neural_network import MLPClassifier

from qa import figure

Array = np.ndarray
TRAIN, TEST, SEEDS = 600, 1000, 3
USELESS = (0, 6, 20)


# --8<-- [start:table]
def table(columns: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Labels that depend on three columns, by steps; the rest is noise."""
    x = rng.uniform(-1, 1, (TRAIN + TEST, columns))
    levels = np.array([-1.5, -1, -1, -0.5, 0.5, 1, 1, 1.5])
    score = sum(rng.permutation(levels)[bins(x[:, j])] for j in range(3))
    return x, score > np.median(score)


def turned(x: Array, rng: np.random.Generator) -> Array:
    """The same points in a randomly rotated coordinate system."""
    return x @ np.linalg.qr(rng.standard_normal((x.shape[1],) * 2))[0]


# --8<-- [end:table]


def bins(column: Array) -> Array:
    """Eight equal intervals of [-1, 1]."""
    return np.minimum(((column + 1) * 4).astype(int), 7)


def oblique(columns: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Labels by the side of a random plane that uses every column."""
    x = rng.uniform(-1, 1, (TRAIN + TEST, columns))
    return x, x @ rng.standard_normal(columns) > 0


def compare(x: Array, y: Array, seed: int) -> tuple[float, float]:
    """Test accuracy of boosted trees and of a network."""
    x = (x - x[:TRAIN].mean(axis=0)) / x[:TRAIN].std(axis=0)
    trees = HistGradientBoostingClassifier(max_iter=40, learning_rate=0.2, max_leaf_nodes=8, early_stopping=False)
    network = MLPClassifier((32, 32), learning_rate_init=2e-2, alpha=0.01, batch_size=200, max_iter=500)
    network.set_params(tol=2e-3, n_iter_no_change=6, random_state=seed)  # until the training loss stands still
    models = [m.fit(x[:TRAIN], y[:TRAIN]) for m in (trees, network)]
    return models[0].score(x[TRAIN:], y[TRAIN:]), models[1].score(x[TRAIN:], y[TRAIN:])


def steps(useless: int, rotate: bool) -> Array:
    """Accuracies per seed on the table, as it is or turned."""
    scores = []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        x, y = table(3 + useless, rng)
        scores.append(compare(turned(x, rng) if rotate else x, y, seed))
    return np.array(scores)


def planes(columns: int) -> Array:
    """Accuracies per seed on the oblique labels."""
    rngs = [np.random.default_rng(seed) for seed in range(SEEDS)]
    return np.array([compare(*oblique(columns, rng), seed) for seed, rng in enumerate(rngs)])


def documents(terms: int = 10000, n: int = 200) -> float:
    """Ridge on word counts: 10,000 columns, 200 documents; a topic makes 2 % of the words five times as frequent."""
    scores = []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        topic = rng.random(2 * n) < 0.5
        counts = rng.poisson(0.02, (2 * n, terms)).astype(float)
        counts[:, : terms // 50] += rng.poisson(0.08 * topic[:, None], (2 * n, terms // 50))
        scores.append(RidgeClassifier().fit(counts[:n], topic[:n]).score(counts[n:], topic[n:]))
    return float(np.mean(scores))


def draw(results: dict[bool, Array]) -> None:
    """Accuracy against useless columns, the table as it is and turned."""
    fig, axes = figure.new(1, 2, height=2.7, sharey=True)
    models = (("树 trees", figure.GREEN, "o"), ("网络 network", figure.BLUE, "s"))
    for rotate, ax in zip((False, True), axes, strict=True):
        for k, (name, color, marker) in enumerate(models):
            ax.plot(USELESS, results[rotate][:, k], "-", color=color, marker=marker, label=name)
        ax.set(xlabel="无用的列 useless columns", title="旋转后 rotated" if rotate else "原表 as it is", ylim=(0.5, 1))
    axes[0].legend(fontsize=9, loc="lower left")
    figure.save(fig, "deep-vs-classical.svg")


if __name__ == "__main__":
    results = {r: np.array([steps(u, r).mean(axis=0) for u in USELESS]) for r in (False, True)}
    print("labels by steps        trees  network")
    for rotate, name in ((False, "as it is"), (True, "rotated")):
        for useless, (trees, network) in zip(USELESS, results[rotate], strict=True):
            print(f"{name:9} {useless:2} useless    {trees:.2f}   {network:.2f}")
    trees, network = planes(20).mean(axis=0)
    print(f"labels by a plane      {trees:.2f}   {network:.2f}")
    print(f"ridge, 200 documents, 10,000 words: {documents():.2f}")
    draw(results)
