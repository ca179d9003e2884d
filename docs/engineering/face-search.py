"""Evidence for face-search: sums for ten million faces, four indexes on a small gallery, the open-set threshold."""

import heapq
from collections.abc import Callable

import numpy as np

from qa import figure

Array = np.ndarray
N, D, QUERIES = 10_000, 64, 300


def unit(x: Array) -> Array:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def faces(seed: int = 0) -> tuple[Array, Array, Array]:
    """A gallery of one vector per person, new photos of the first QUERIES people, and photos of strangers."""
    rng = np.random.default_rng(seed)
    scales = 1 / np.sqrt(1 + np.arange(D) / 12)  # a decaying spectrum, as learned embeddings have
    gallery = unit(rng.standard_normal((N, D)) * scales)
    noise = unit(rng.standard_normal((QUERIES, D)) * scales)
    probes = unit(gallery[:QUERIES] + rng.uniform(0.4, 1.1, (QUERIES, 1)) * noise)
    return gallery, probes, unit(rng.standard_normal((4000, D)) * scales)


def clustered(strength: float = 1.0) -> tuple[Array, Array]:
    """A gallery scattered around 100 centers, and photos of its first QUERIES people."""
    rng = np.random.default_rng(0)
    scales = 1 / np.sqrt(1 + np.arange(D) / 12)
    centers = rng.standard_normal((100, D))[rng.integers(0, 100, N)]
    gallery = unit((rng.standard_normal((N, D)) + strength * centers) * scales)
    noise = unit(rng.standard_normal((QUERIES, D)) * scales)
    return gallery, unit(gallery[:QUERIES] + rng.uniform(0.4, 1.1, (QUERIES, 1)) * noise)


def lloyd(x: Array, k: int, rounds: int = 6) -> Array:
    """Centroids of k-means."""
    rng = np.random.default_rng(1)
    c = x[rng.choice(len(x), k, replace=False)]
    for _ in range(rounds):
        nearest = assign(x, c)
        counts = np.bincount(nearest, minlength=k)
        sums = np.zeros_like(c)
        np.add.at(sums, nearest, x)
        c = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], c)
    return c


def assign(x: Array, c: Array) -> Array:
    return np.argmin((c**2).sum(1) - 2 * x @ c.T, axis=1)


# --8<-- [start:ivf]
class InvertedFile:
    """k-means cells; a query looks into its `probes` nearest cells only."""

    def __init__(self, gallery: Array, cells: int) -> None:
        self.gallery, self.centroids = gallery, lloyd(gallery, cells)
        cell_of = assign(gallery, self.centroids)
        self.lists = [np.flatnonzero(cell_of == i) for i in range(cells)]

    def search(self, q: Array, probes: int) -> tuple[int, int]:
        """The best id found, and how many vectors were compared."""
        distances = (self.centroids**2).sum(1) - 2 * self.centroids @ q
        cells = np.argsort(distances)[:probes]
        ids = np.concatenate([self.lists[i] for i in cells])
        best = ids[np.argmax(self.gallery[ids] @ q)]
        return int(best), len(ids) + len(self.centroids)
# --8<-- [end:ivf]


class HyperplaneHash:
    """Sign-random-projection LSH: `tables` hash tables of `bits` bits; each hyperplane counts as one comparison."""

    def __init__(self, gallery: Array, bits: int, tables: int) -> None:
        rng = np.random.default_rng(2)
        self.gallery, self.powers = gallery, 1 << np.arange(bits)
        self.planes = rng.standard_normal((tables, D, bits))
        self.codes = np.stack([self.code(gallery, p) for p in self.planes])

    def code(self, x: Array, planes: Array) -> Array:
        return (x @ planes > 0) @ self.powers

    def search(self, q: Array, tables: int) -> tuple[int, int]:
        hit = np.zeros(len(self.gallery), dtype=bool)
        for planes, codes in zip(self.planes[:tables], self.codes[:tables], strict=True):
            hit |= codes == self.code(q[None], planes)[0]
        ids, hashing = np.flatnonzero(hit), tables * len(self.powers)
        return (int(ids[np.argmax(self.gallery[ids] @ q)]), len(ids) + hashing) if len(ids) else (-1, hashing)


class Graph:
    """One layer of a navigable graph: near neighbors in both directions, a few random links, best-first search."""

    def __init__(self, gallery: Array, near: int = 12, far: int = 4) -> None:
        rng = np.random.default_rng(3)
        self.gallery = gallery
        links: list[set[int]] = [set(rng.integers(0, len(gallery), far).tolist()) for _ in gallery]
        for start in range(0, len(gallery), 1000):
            scores = gallery[start : start + 1000] @ gallery.T
            for i, row in enumerate(np.argpartition(-scores, near + 1, axis=1)[:, : near + 1], start):
                for j in row.tolist():
                    links[i].add(j)
                    links[j].add(i)
        self.links = [sorted(s - {i}) for i, s in enumerate(links)]

    def search(self, q: Array, beam: int) -> tuple[int, int]:
        """Expand the best open node until it is worse than the worst of the `beam` best seen."""
        seen = {0}
        first = float(self.gallery[0] @ q)
        todo, best = [(-first, 0)], [(first, 0)]
        while todo:
            score, node = heapq.heappop(todo)
            if -score < best[0][0] and len(best) >= beam:
                break
            new = [j for j in self.links[node] if j not in seen]
            seen.update(new)
            for s, j in zip((self.gallery[new] @ q).tolist(), new, strict=True):
                heapq.heappush(todo, (-s, j))
                (heapq.heappush if len(best) < beam else heapq.heappushpop)(best, (s, j))
        return max(best)[1], len(seen)


# --8<-- [start:pq]
class ProductQuantizer:
    """Each vector as `parts` bytes: for each part, one of 256 centroids."""

    def __init__(self, gallery: Array, parts: int) -> None:
        self.blocks = np.split(np.arange(D), parts)
        self.books = [lloyd(gallery[:, b], 256) for b in self.blocks]
        pairs = list(zip(self.blocks, self.books, strict=True))
        self.codes = [assign(gallery[:, b], book) for b, book in pairs]

    def scores(self, q: Array) -> Array:
        """Approximate dot products: `parts` table look-ups per vector."""
        total = np.zeros(len(self.codes[0]))
        parts = zip(self.blocks, self.books, self.codes, strict=True)
        for block, book, codes in parts:
            total += (book @ q[block])[codes]
        return total
# --8<-- [end:pq]


Search = Callable[[Array, int], tuple[int, int]]


def curve(search: Search, probes: Array, truth: Array, efforts: list[int]) -> list[tuple[float, float]]:
    """(comparisons per gallery vector, recall of the true nearest neighbor) for each effort."""
    points = []
    for effort in efforts:
        found = [search(q, effort) for q in probes]
        right = [i == t for (i, _), t in zip(found, truth, strict=True)]
        points.append((float(np.mean([w for _, w in found])) / N, float(np.mean(right))))
    return points


def compressed_recall(pq: ProductQuantizer, gallery: Array, probes: Array, truth: Array, short_list: int) -> float:
    """Recall when the best `short_list` by code are compared exactly."""
    hits = 0
    for q, t in zip(probes, truth, strict=True):
        ids = np.argpartition(-pq.scores(q), short_list)[:short_list]
        hits += int(ids[np.argmax(gallery[ids] @ q)] == t)
    return hits / len(probes)


def open_set(gallery: Array, probes: Array, strangers: Array, size: int, rate: float = 0.01) -> tuple[float, float]:
    """Threshold at which a share `rate` of strangers finds someone among `size` people, and enrolled people then missed."""
    people = gallery[:size]
    threshold = float(np.quantile((strangers @ people.T).max(axis=1), 1 - rate))
    enrolled = probes[: min(size, QUERIES)]
    mates = (enrolled * gallery[: len(enrolled)]).sum(axis=1)
    return threshold, float((mates < threshold).mean())


def arithmetic(n: int = 10_000_000, d: int = 512) -> None:
    """Memory and brute force for the real gallery."""
    sizes = {"float32": 4 * d, "float16": 2 * d, "int8": d, "PQ, 64 bytes + id": 64 + 8, "HNSW M=32, float32": 4 * d + 2 * 32 * 4}
    for name, size in sizes.items():
        print(f"{name:20} {n * size / 1e9:6.2f} GB")
    slow, fast = 4 * n * d / 50e9, 2 * n * d / 2e12 * 1e3
    print(f"one query: {2 * n * d / 1e9:.1f} GFLOP; reading float32 at 50 GB/s {slow:.2f} s, float16 at 2 TB/s {fast:.0f} ms")
    for rate in 1e-6, 1e-8, 1e-10:
        alarm = -np.expm1(n * np.log1p(-rate))
        print(f"ρ = {rate:.0e}: a stranger matches someone with probability {alarm:.4f}")


def draw(curves: dict[str, list[tuple[float, float]]]) -> None:
    fig, ax = figure.new(height=3.0)
    for (name, points), marker, color in zip(curves.items(), "os^", (figure.BLUE, figure.GREEN, figure.ORANGE), strict=True):
        ax.plot(*zip(*points, strict=True), marker=marker, color=color, label=name)
    ax.plot([1], [1], marker="*", markersize=12, color=figure.RED, linestyle="none", label="暴力 brute force")
    ax.set(xscale="log", xlabel="比较次数占比 work ÷ gallery size", ylabel="recall@1", ylim=(0, 1.05))
    ax.set_xticks([0.01, 0.1, 1], ["1%", "10%", "100%"])
    ax.legend(loc="lower right")
    figure.save(fig, "face-search.svg")


if __name__ == "__main__":
    arithmetic()
    gallery, probes, strangers = faces()
    truth = np.argmax(probes @ gallery.T, axis=1)
    print(f"exact search: right person first {np.mean(truth == np.arange(QUERIES)):.3f}")
    curves = {
        "HNSW-like": curve(Graph(gallery).search, probes, truth, [2, 8, 24, 64]),
        "IVF": curve(InvertedFile(gallery, 100).search, probes, truth, [1, 3, 8, 20, 50]),
        "LSH": curve(HyperplaneHash(gallery, 10, 64).search, probes, truth, [4, 8, 16, 32, 64]),
    }
    for name, points in curves.items():
        print(f"{name:9}" + "".join(f"{w:>7.1%} → {r:.2f}" for w, r in points))
    groups, photos = clustered()
    points = curve(InvertedFile(groups, 100).search, photos, np.argmax(photos @ groups.T, axis=1), [1, 3])
    print("IVF, gallery in clusters" + "".join(f"{w:>7.1%} → {r:.2f}" for w, r in points))
    for parts in 4, 8:
        pq = ProductQuantizer(gallery, parts)
        first, listed = (compressed_recall(pq, gallery, probes, truth, length) for length in (1, 100))
        print(f"PQ {parts} bytes instead of {4 * D}: recall {first:.2f}, top 100 re-ranked {listed:.2f}")
    for size in 100, 1000, 10_000:
        threshold, missed = open_set(gallery, probes, strangers, size)
        print(f"{size:6} enrolled: threshold {threshold:.2f}, enrolled people missed {missed:.2f}")
    print(f"IVF cells for N = 10,000,000 and 16 probes: about {round(np.sqrt(16 * 10_000_000), -2):,.0f}")
    draw(curves)
