"""Evidence for data-generator: memory, shuffle buffers, random states of workers, prefetching, sharding."""

import copy
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
BATCH, TRAIN, BUFFERS, SEEDS = 32, 1300, (1, 30, 100, 300, 1000, 1300), 5


# --8<-- [start:generator]
def everything(path: Path) -> Array:
    """The whole file as floats, at once."""
    return np.load(path).astype(np.float32) / 255


def batches(path: Path, order: Array, size: int) -> Iterator[Array]:
    """The same numbers batch by batch; only the current batch is in memory."""
    images = np.load(path, mmap_mode="r")
    for start in range(0, len(order), size):
        chosen = np.sort(order[start : start + size])
        yield images[chosen].astype(np.float32) / 255
# --8<-- [end:generator]


def peak(work: Callable[[], object]) -> float:
    """Highest memory held by Python and NumPy during the work, in megabytes."""
    tracemalloc.start()
    work()
    high = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return high / 1e6


def consume(batch_iterator: Iterator[Array]) -> None:
    for _ in batch_iterator:
        pass


def show_memory(count: int = 4096) -> None:
    """Peak memory of the two ways to read the same file of colour images."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npy"
        np.save(path, rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8))
        order = rng.permutation(count)
        print(f"file {path.stat().st_size / 1e6:.0f} MB; all at once {peak(lambda: everything(path)):.0f} MB")
        for size in (64, 256):
            high = peak(lambda size=size: consume(batches(path, order, size)))
            print(f"batches of {size:3}: {high:.0f} MB")


# --8<-- [start:buffer]
def shuffled(stream: Iterator[int], size: int, rng: np.random.Generator) -> Iterator[int]:
    """Swap each newcomer against a random one of the `size` items held back."""
    held: list[int] = []
    for item in stream:
        held.append(item)
        if len(held) >= size:
            place = int(rng.integers(len(held)))
            held[place], held[-1] = held[-1], held[place]
            yield held.pop()
    rng.shuffle(held)
    yield from held
# --8<-- [end:buffer]


def softmax_gradient(w: Array, x: Array, y: Array) -> Array:
    z = x @ w
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    return x.T @ p / len(y)


def shards(indices: Array, length: int, rng: np.random.Generator) -> Array:
    """The stream cut into shards of equal length, and these in random order; length 0 leaves it alone."""
    if not length:
        return indices
    parts = np.split(indices, range(length, len(indices), length))
    return np.concatenate([parts[k] for k in rng.permutation(len(parts))])


def right_after(x: Array, y: Array, size: int, shard: int, seed: int, epochs: int = 5) -> tuple[Array, Array]:
    """Labels of the test samples and whether softmax regression, trained on a buffered sorted stream, is right."""
    rng = np.random.default_rng(seed)
    mixed = rng.permutation(len(y))
    test, train = mixed[TRAIN:], mixed[:TRAIN]
    train = train[np.argsort(y[train], kind="stable")]
    w = np.zeros((x.shape[1], 10))
    for _ in range(epochs):
        order = np.array(list(shuffled(iter(shards(train, shard, rng)), size, rng)))
        for part in np.split(order, range(BATCH, len(order), BATCH)):
            w -= 0.3 * softmax_gradient(w, x[part], y[part])
    return y[test], np.argmax(x[test] @ w, axis=1) == y[test]


def show_forgetting(x: Array, y: Array) -> None:
    """Accuracy on the classes that come first in the stream and on those that come last."""
    for size in (30, 1000):
        tests = [right_after(x, y, size, 0, seed) for seed in range(SEEDS)]
        labels, right = np.concatenate([t[0] for t in tests]), np.concatenate([t[1] for t in tests])
        print(f"buffer {size:4}: digits 0 to 4 {right[labels < 5].mean():.2f}, 5 to 9 {right[labels > 4].mean():.2f}")


def digits() -> tuple[Array, Array]:
    """Pixels from −1 to 1 and a constant, with the labels."""
    x, y = load_digits(return_X_y=True)
    return np.hstack([x / 8 - 1, np.ones((len(x), 1))]), y


def show_buffers(x: Array, y: Array) -> tuple[dict[int, Array], dict[int, Array]]:
    """Accuracy for every buffer size, five splits: the sorted stream, and shards of 50 in random order."""
    found: list[dict[int, Array]] = []
    for shard, sizes in ((0, BUFFERS), (50, BUFFERS[:4])):
        found.append({b: np.array([right_after(x, y, b, shard, s)[1].mean() for s in range(SEEDS)]) for b in sizes})
        for size, scores in found[-1].items():
            spread = f"({scores.min():.2f} to {scores.max():.2f})"
            print(f"{'shards' if shard else 'sorted'}, buffer {size:4}: accuracy {scores.mean():.2f} {spread}")
    return found[0], found[1]


def show_displacement(count: int = 20_000) -> None:
    """How far a sample is moved by the buffer, away from both ends of the stream."""
    for size in (30, 300):
        order = np.array(list(shuffled(iter(range(count)), size, np.random.default_rng(0))))
        moved = (np.argsort(order) - np.arange(count))[: count - 10 * size]
        root = np.sqrt(size * (size - 1))
        print(f"buffer {size:3}: moved by {moved.std() / root:.2f} × √(b(b − 1)), earliest {moved.min()}")


def one(rng: np.random.RandomState) -> int:
    """A random augmentation, here one of a billion."""
    return int(rng.randint(1_000_000_000))


def forked(workers: int, epochs: int, each: int) -> int:
    """Distinct augmentations when every worker starts with a copy of the parent's state, as after a fork."""
    parent = np.random.RandomState(0)
    draws: list[int] = []
    for _ in range(epochs):
        for state in [copy.deepcopy(parent) for _ in range(workers)]:
            draws += [one(state) for _ in range(each)]
    return len(set(draws))


# --8<-- [start:keyed]
def augmentation(seed: int, epoch: int, index: int) -> int:
    """The random number of one sample in one epoch, whoever computes it."""
    return int(np.random.default_rng([seed, epoch, index]).integers(1_000_000_000))
# --8<-- [end:keyed]


def by_worker(workers: int, count: int) -> list[int]:
    """Augmentation of each sample when every worker has its own seed and takes every `workers`-th sample."""
    states = [np.random.RandomState(100 + w) for w in range(workers)]
    return [one(states[i % workers]) for i in range(count)]


def show_seeds() -> None:
    """How many of 4 × 3 × 100 augmentations differ, and what a change of the number of workers changes."""
    print(f"4 workers, 3 epochs, 100 draws each: {forked(4, 3, 100)} of 1200 distinct")
    keyed = len({augmentation(0, e, i) for e in range(3) for i in range(400)})
    print(f"keyed by seed, epoch, index: {keyed} of 1200 distinct")
    same = np.mean(np.array(by_worker(2, 400)) == np.array(by_worker(4, 400)))
    print(f"own seed per worker, 2 or 4 workers: {same:.1%} of samples treated alike")


def waiting(workers: int, depth: int, jitter: float, steps: int = 5000) -> float:
    """Share of time the accelerator waits: a step takes 1, loading 3 on average; workers in turn, batches in order."""
    rng = np.random.default_rng(0)
    load = 3 * np.exp(jitter * rng.standard_normal(steps) - jitter**2 / 2)
    free, started, clock = [0.0] * workers, np.zeros(steps), 0.0
    for k in range(steps):
        worker = k % workers
        slot = started[k - depth] if k >= depth else 0.0
        free[worker] = max(free[worker], slot) + load[k]
        clock = max(clock, free[worker])
        started[k] = clock
        clock += 1
    return 1 - steps / clock


def show_prefetch() -> None:
    """Idle share for a few numbers of workers, steady and jittery loading."""
    cases = (1, 2, 0.0), (2, 4, 0.0), (3, 6, 0.0), (4, 8, 0.0), (4, 4, 0.8), (4, 8, 0.8), (4, 64, 0.8)
    for workers, depth, jitter in cases:
        kind = "jittery" if jitter else "steady"
        print(f"{workers} workers, {depth:2} batches ahead, {kind:7}: idle {waiting(workers, depth, jitter):.0%}")


def show_shards(count: int = 1003, ranks: int = 2, workers: int = 4) -> None:
    """How often a sample appears in an epoch when a stream is (not) cut by rank and worker."""
    whole = [i for _ in range(ranks * workers) for i in range(count)]
    parts = [range(k, count, ranks * workers) for k in range(ranks * workers)]
    cut = sorted(i for part in parts for i in part)
    per_rank = [sum(len(parts[r * workers + w]) for w in range(workers)) for r in range(ranks)]
    print(f"not cut: each sample {len(whole) // count} times; cut: once {cut == list(range(count))}, per machine {per_rank}")
    batches_of_5 = [sum(-(-len(parts[r * workers + w]) // 5) for w in range(workers)) for r in range(ranks)]
    print(f"batches of 5, made by each worker: per machine {batches_of_5}")


def draw(found: dict[int, Array], sharded: dict[int, Array]) -> None:
    """Left: where the samples of a sorted stream come out. Right: accuracy by buffer size."""
    fig, (left, right) = figure.new(1, 2, height=2.9)
    rng = np.random.default_rng(0)
    for size, color in ((1300, figure.GREY), (300, figure.GREEN), (30, figure.BLUE)):
        order = np.array(list(shuffled(iter(range(1300)), size, rng)))[::16]
        left.plot(np.arange(0, 1300, 16), order, ".", color=color, markersize=4, label=f"b = {size}")
    left.set(xlabel="输出位置 position out", ylabel="输入位置 position in", ylim=(-30, 1700))
    left.legend(loc="upper center", ncols=3, fontsize=9, handletextpad=0.1, columnspacing=0.8)
    for scores, color, name in ((found, figure.BLUE, "按类排序 sorted"), (sharded, figure.ORANGE, "分片打乱 shards")):
        for size, values in scores.items():
            right.plot(np.full(len(values), size), values, "o", color=color, markersize=3, alpha=0.6)
        right.plot(list(scores), [v.mean() for v in scores.values()], color=color, label=name)
    right.set(xscale="log", xlabel="缓冲区 buffer b", ylabel="准确率 accuracy", ylim=(0.5, 1))
    right.legend(loc="lower right", fontsize=9)
    figure.save(fig, "data-generator.svg")


if __name__ == "__main__":
    show_memory()
    show_displacement()
    x, y = digits()
    found, sharded = show_buffers(x, y)
    show_forgetting(x, y)
    show_seeds()
    show_prefetch()
    show_shards()
    draw(found, sharded)
