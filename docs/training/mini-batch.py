"""Evidence for mini-batch: arithmetic per byte, updates to a target loss by batch size, saddles, and sharpness."""

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
Weights = list[Array]
BATCHES = (1, 4, 16, 64, 256, 512)
RATES = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


@dataclass(frozen=True)
class Data:
    x: Array
    t: Array  # one-hot targets


def digits() -> tuple[Data, Data]:
    """512 handwritten digits for training, 1,285 for testing, pixels centred and scaled."""
    x, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, t = ((x - x.mean()) / x.std())[order], np.eye(10)[labels[order]]
    return Data(x[:512], t[:512]), Data(x[512:], t[512:])


def initial(seed: int, hidden: int = 16) -> Weights:
    rng = np.random.default_rng(seed)
    return [
        rng.standard_normal((64, hidden)) * np.sqrt(2 / 64),
        np.zeros(hidden),
        rng.standard_normal((hidden, 10)) * np.sqrt(1 / hidden),
        np.zeros(10),
    ]


def forward(w: Weights, x: Array) -> tuple[Array, Array]:
    """Hidden activations and log-probabilities."""
    h = np.maximum(x @ w[0] + w[1], 0)
    z = h @ w[2] + w[3]
    z = z - z.max(axis=1, keepdims=True)
    return h, z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def loss(w: Weights, d: Data) -> float:
    return float(-(forward(w, d.x)[1] * d.t).sum(axis=1).mean())


def gradient(w: Weights, x: Array, t: Array) -> Weights:
    h, logp = forward(w, x)
    dz = (np.exp(logp) - t) / len(x)
    dh = (dz @ w[2].T) * (h > 0)
    return [x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)]


def train(d: Data, batch: int, rate: float, target: float, limit: int, seed: int) -> tuple[int, Weights] | None:
    """Updates until the training loss is at most `target` (checked at steps 5 % apart), or None."""
    rng, w, check = np.random.default_rng(100 + seed), initial(seed), 1
    for step in range(1, limit + 1):
        rows = rng.integers(0, len(d.x), batch) if batch < len(d.x) else slice(None)
        g = gradient(w, d.x[rows], d.t[rows])
        w = [a - rate * b for a, b in zip(w, g, strict=True)]
        if step >= check:
            value = loss(w, d)
            if value <= target:
                return step, w
            if value > 20:
                return None
            check = max(step + 1, int(step * 1.05))
    return None


def sharpness(w: Weights, d: Data, steps: int = 30) -> float:
    """Largest eigenvalue of the Hessian of the training loss, by power iteration on differences of gradients."""
    rng, value = np.random.default_rng(0), 0.0
    v = [rng.standard_normal(a.shape) for a in w]
    for _ in range(steps):
        norm = np.sqrt(sum(float((a**2).sum()) for a in v))
        v = [a / norm for a in v]
        up = gradient([a + 1e-4 * b for a, b in zip(w, v, strict=True)], d.x, d.t)
        down = gradient([a - 1e-4 * b for a, b in zip(w, v, strict=True)], d.x, d.t)
        hv = [(a - b) / 2e-4 for a, b in zip(up, down, strict=True)]
        value = sum(float((a * b).sum()) for a, b in zip(v, hv, strict=True))
        v = hv
    return value


def accuracy(w: Weights, d: Data) -> float:
    return float((forward(w, d.x)[1].argmax(axis=1) == d.t.argmax(axis=1)).mean())


def show_intensity() -> None:
    """Arithmetic per byte of a dense layer of 1,024 × 1,024 in float32, forward, weights read once per batch."""
    for batch in (1, 32, 256, 2048):
        flops, traffic = 2 * batch * 1024 * 1024, 4 * (1024 * 1024 + 2 * batch * 1024)
        print(f"dense 1024 × 1024, B = {batch:4}: {flops / traffic:5.1f} operations per byte moved")


def best_rate(d: Data, batch: int, lowest: float, target: float = 0.2, seeds: int = 3) -> tuple[float, float]:
    """Fewest updates to the target (mean over seeds) over the grid of rates, and the rate that reaches it."""
    best, chosen = np.inf, 0.0
    for rate in (r for r in RATES if r >= lowest):
        limit = int(min(1.2 * best, 1500))
        runs = []
        while len(runs) < seeds and (run := train(d, batch, rate, target, limit, len(runs))):
            runs.append(run[0])
        if len(runs) == seeds and np.mean(runs) < best:
            best, chosen = float(np.mean(runs)), rate
    return best, chosen


def sweep(d: Data) -> list[tuple[int, float, float]]:
    """Batch size, updates to a training loss of 0.2, and the best rate."""
    found, rate = [], 0.05
    for batch in BATCHES:
        updates, rate = best_rate(d, batch, lowest=rate / 2)
        found.append((batch, updates, rate))
        print(f"B = {batch:3}: best rate {rate:5}, {updates:4.0f} updates, {updates * batch / len(d.x):5.1f} epochs")
    return found


# --8<-- [start:scale]
def noise_scale(w: Weights, d: Data) -> float:
    """tr(C) / |G|²: variance of one sample's gradient over the squared mean gradient."""
    h, logp = forward(w, d.x)
    dz = np.exp(logp) - d.t
    dh = (dz @ w[2].T) * (h > 0)
    first = ((d.x**2).sum(axis=1) + 1) * (dh**2).sum(axis=1)
    second = ((h**2).sum(axis=1) + 1) * (dz**2).sum(axis=1)
    mean = sum(float((g**2).sum()) for g in gradient(w, d.x, d.t))
    return (float((first + second).mean()) - mean) / mean
# --8<-- [end:scale]


def show_scale(d: Data, seeds: int = 5) -> None:
    """The noise scale before training and at falling training losses, median over seeds."""
    start = np.median([noise_scale(initial(seed), d) for seed in range(seeds)])
    parts = [f"at the start {start:.0f}"]
    for target in (0.5, 0.2, 0.05):
        ends = [train(d, 32, 0.1, target, 5000, seed) for seed in range(seeds)]
        parts.append(f"at loss {target}: {np.median([noise_scale(end[1], d) for end in ends if end]):.0f}")
    print("noise scale " + ", ".join(parts))


def leave_saddle(batch: int, runs: int = 200, rate: float = 0.1) -> str:
    """f = u²/2 - v²/2 + v⁴/4 with samples ξ·v, ξ = ±1; start on the ridge v = 0. Updates until f < -0.2."""
    rng, u, v, left = np.random.default_rng(0), np.ones(runs), np.zeros(runs), np.zeros(runs)
    for step in range(1, 501):
        noise = rng.choice([-1.0, 1.0], (runs, batch)).mean(axis=1) if batch else np.zeros(runs)
        u, v = u - rate * u, v - rate * (v**3 - v + noise)
        left[(left == 0) & (u**2 / 2 - v**2 / 2 + v**4 / 4 < -0.2)] = step
    if not left.all():
        return f"{np.mean(left > 0):.0%} leave in 500 updates"
    return f"all runs leave, median {np.median(left):.0f} updates"


def leave_minimum(batch: int, runs: int = 200, rate: float = 0.05) -> float:
    """Share of runs that leave the shallow minimum of w⁴ - 2w² + w/2 in 2,000 updates; samples add ±6·w."""
    rng, w = np.random.default_rng(0), np.full(runs, 0.93)
    gone = np.zeros(runs, dtype=bool)
    for _ in range(2000):
        noise = 6 * rng.choice([-1.0, 1.0], (runs, batch)).mean(axis=1)
        w = np.clip(w - rate * (4 * w**3 - 4 * w + 0.5 + noise), -3, 3)
        gone |= w < -0.8
    return float(gone.mean())


def stay_symmetric(batch: int) -> str:
    """Scalar network a·b·x fitted to y = x, started at b = -a: every sample's gradient keeps b = -a."""
    rng, a, b = np.random.default_rng(0), 0.8, -0.8
    x = rng.standard_normal(256)
    for _ in range(500):
        rows = rng.integers(0, 256, batch)
        r = float(((a * b - 1) * x[rows] ** 2).mean())
        a, b = a - 0.05 * r * b, b - 0.05 * r * a
    return f"a = {abs(a):.2f}, a + b = {a + b:.1f}"


def show_escapes() -> None:
    print(f"saddle, full batch: {leave_saddle(0)}; B = 8: {leave_saddle(8)}")
    print(f"symmetric start, B = 1: {stay_symmetric(1)} after 500 updates (the minimum has ab = 1)")
    shares = ", ".join(f"B = {batch}: {leave_minimum(batch):.0%}" for batch in (2, 8, 32))
    print(f"shallow minimum left within 2000 updates: {shares}")


def rescale(w: Weights, factor: float) -> Weights:
    """The same ReLU network with its first layer multiplied and its second divided by `factor`."""
    return [w[0] * factor, w[1] * factor, w[2] / factor, w[3]]


def show_sharpness(d: Data, test: Data, seeds: int = 5) -> None:
    """Sharpness and test accuracy at equal training loss; then one network written with other weights."""
    for batch, rate in ((8, 0.1), (512, 0.1), (512, 0.4)):
        ends = [end[1] for seed in range(seeds) if (end := train(d, batch, rate, 0.05, 5000, seed))]
        sharp, right = [sharpness(w, d) for w in ends], [accuracy(w, test) for w in ends]
        print(
            f"B = {batch:3}, rate {rate}: sharpness median {np.median(sharp):4.1f} ({min(sharp):.1f} to {max(sharp):.1f}),"
            f" test accuracy {min(right):.2f} to {max(right):.2f}"
        )
    w = ends[0]
    other = rescale(w, 4.0)
    same = np.abs(forward(w, test.x)[1] - forward(other, test.x)[1]).max() < 1e-9
    print(f"rescaled by 4: same outputs {same}, sharpness × {sharpness(other, d) / sharpness(w, d):.0f}")


def draw(found: list[tuple[int, float, float]]) -> None:
    """Left: updates and epochs to the target. Right: the best learning rate."""
    batches, updates, rates = (np.array(column, dtype=float) for column in zip(*found, strict=True))
    fig, (left, right) = figure.new(1, 2, height=3.0)
    left.loglog(batches, updates, "o-", color=figure.BLUE, markersize=4)
    left.loglog(batches, updates[0] / batches, "--", color=figure.GREY, linewidth=1)
    right.loglog(batches, rates, "o-", color=figure.ORANGE, markersize=4)
    right.loglog(batches, rates[0] * batches, "--", color=figure.GREY, linewidth=1)
    left.set(xlabel="B", title="更新次数 updates", ylim=(15, 4000))
    right.set(xlabel="B", title="最佳学习率 best η", ylim=(0.01, 4))
    left.text(3, 25, "∝ 1/B", fontsize=9, color=figure.GREY)
    right.text(12, 1.6, "∝ B", fontsize=9, color=figure.GREY, ha="right")
    figure.save(fig, "mini-batch.svg")


if __name__ == "__main__":
    train_set, test_set = digits()
    show_intensity()
    found = sweep(train_set)
    show_scale(train_set)
    show_escapes()
    show_sharpness(train_set, test_set)
    draw(found)
