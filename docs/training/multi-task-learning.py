"""Evidence for multi-task-learning: related and unrelated tasks, units and weights, conflicting gradients."""

from functools import cache

import numpy as np

from qa import figure

Array = np.ndarray
Net = list[Array]
SEEDS, INPUTS, DIRECTIONS, HIDDEN, EXAMPLES = 10, 20, 4, 32, 300
STEPS, LONG = 300, 1000
COUNTS = (1, 2, 4, 8)
RNG = np.random.default_rng(0)
BASES = np.linalg.qr(RNG.standard_normal((max(COUNTS), SEEDS, INPUTS, INPUTS)))[0][..., :DIRECTIONS]
MIX = RNG.standard_normal((max(COUNTS), SEEDS, DIRECTIONS, 1))
MIX /= np.sqrt((MIX**2).sum(2, keepdims=True))
TRAIN, TEST = RNG.standard_normal((SEEDS, EXAMPLES, INPUTS)), RNG.standard_normal((SEEDS, 1000, INPUTS))


def labels(x: Array, count: int, related: bool) -> Array:
    """Task t mixes four features; related tasks use the same four, unrelated ones their own. Task 0 never changes."""
    found = []
    for t in range(count):
        size = np.abs(x @ BASES[0 if related else t])
        found.append((size - np.sqrt(2 / np.pi)) / np.sqrt(1 - 2 / np.pi) @ MIX[t])
    return np.concatenate(found, axis=2)


def fresh(tasks: int) -> Net:
    """One shared hidden layer, one linear head for each task; the same start whenever `tasks` is the same."""
    rng = np.random.default_rng(1)
    w, a = rng.standard_normal((SEEDS, INPUTS, HIDDEN)), rng.standard_normal((SEEDS, HIDDEN, tasks))
    return [w / np.sqrt(INPUTS), np.zeros((SEEDS, 1, HIDDEN)), a / np.sqrt(HIDDEN)]


def forward(net: Net, x: Array) -> tuple[Array, Array]:
    h = np.maximum(x @ net[0] + net[1], 0)
    return h, h @ net[2]


def shared_gradients(net: Net, x: Array, y: Array) -> Array:
    """Gradient of every task's loss by the shared layer: (seeds, tasks, (inputs + 1) · hidden), biases last."""
    h, out = forward(net, x)
    x = np.concatenate([x, np.ones((SEEDS, x.shape[1], 1))], axis=2)
    e = (out - y) / x.shape[1]
    found = [x.swapaxes(1, 2) @ ((e[..., t : t + 1] * net[2][..., t][:, None]) * (h > 0)) for t in range(y.shape[2])]
    return np.stack([g.reshape(SEEDS, -1) for g in found], axis=1)


def train(y: Array, weighting: str = "sum", watch: int = 0, steps: int = STEPS) -> tuple[Net, list[float]]:
    """Adam on batches of 64; `weighting` is "sum", "uncertainty" or "PCGrad"; every `watch` steps the median cosine."""
    rng, net, s = np.random.default_rng(2), fresh(y.shape[2]), np.zeros((SEEDS, 1, y.shape[2]))
    parameters = [*net, s]
    m, v, cosines = [0 * p for p in parameters], [0 * p for p in parameters], []
    for step in range(1, steps + 1):
        if watch and (step - 1) % watch == 0:
            cosines.append(float(np.median(cosine(shared_gradients(net, TRAIN, y)))))
        rows = rng.permutation(EXAMPLES)[:64]
        gradients = weighted(parameters, TRAIN[:, rows], y[:, rows], weighting)
        if weighting == "PCGrad":
            shared = surgery(shared_gradients(net, TRAIN[:, rows], y[:, rows]), rng.permutation(y.shape[2]))
            gradients[:2] = [shared[:, :-1], shared[:, -1:]]
        for i, g in enumerate(gradients):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.99 * v[i] + 0.01 * g**2
            rate = (0.05 if i == 3 else 0.03) * (1 - step / (steps + 1))
            parameters[i] -= rate * m[i] / (1 - 0.9**step) / (np.sqrt(v[i] / (1 - 0.99**step)) + 1e-8)
    return net, cosines


def weighted(parameters: list[Array], x: Array, y: Array, weighting: str) -> list[Array]:
    """Gradients of Σ ½(e⁻ˢ L + s); with plain summing s stays at zero."""
    net, s = parameters[:3], parameters[3]
    h, out = forward(net, x)
    e = out - y
    losses = (e**2).mean(1, keepdims=True)
    e = e * np.exp(-s) / x.shape[1]
    d = (e @ net[2].swapaxes(1, 2)) * (h > 0)
    slope = 0.5 * (1 - np.exp(-s) * losses) if weighting == "uncertainty" else 0 * s
    return [x.swapaxes(1, 2) @ d, d.sum(1, keepdims=True), h.swapaxes(1, 2) @ e, slope]


def surgery(g: Array, order: Array) -> Array:
    """PCGrad for all tasks and seeds: project every gradient, sum; (seeds, inputs + 1, hidden)."""
    products = g @ g.swapaxes(1, 2)
    weights = np.tile(np.eye(len(order)), (SEEDS, 1, 1))  # projected gradient = weights @ g
    for other in order:
        overlap = np.minimum((weights @ products[:, :, other : other + 1])[..., 0], 0)
        overlap[:, other] = 0
        weights[:, :, other] -= overlap / products[:, other, other, None]
    return (weights.sum(1, keepdims=True) @ g).reshape(SEEDS, INPUTS + 1, HIDDEN)


def cosine(g: Array) -> Array:
    """Of task 0 with each of the others, averaged over them, by seed."""
    g = g / (np.linalg.norm(g, axis=2, keepdims=True) + 1e-30)
    return (g[:, :1] * g[:, 1:]).sum(2).mean(1)


def error(net: Net, y: Array) -> Array:
    """Test error by seed and task, relative to predicting the mean."""
    return ((forward(net, TEST)[1] - y) ** 2).mean(1) / y.var(1)


# --8<-- [start:pcgrad]
def project(g: Array, other: Array) -> Array:
    """PCGrad: drop the part of g that works against the other task."""
    overlap = g @ other
    return g - min(overlap, 0.0) / (other @ other) * other
# --8<-- [end:pcgrad]


@cache
def first_error(count: int, related: bool, steps: int) -> Array:
    """Test error of the first task by seed."""
    net, _ = train(labels(TRAIN, count, related), steps=steps)
    return error(net, labels(TEST, count, related))[:, 0]


Curves = dict[tuple[str, int], list[Array]]


def show_counts() -> Curves:
    """The same first task trained with 0, 1, 3 and 7 others, for two budgets."""
    found: Curves = {}
    for steps, name, counts in (
        (STEPS, "related", COUNTS),
        (STEPS, "unrelated", COUNTS),
        (LONG, "related", (1, 8)),
        (LONG, "unrelated", (1, 4, 8)),
    ):
        alone = first_error(1, True, steps)
        if name == "related":
            print(f"{steps:4} steps, alone      : error of task 1 {np.median(alone):.2f}")
        found[name, steps] = [alone]
        for n in counts[1:]:
            run = first_error(n, name == "related", steps)
            found[name, steps].append(run)
            better = f"better in {int((run < alone).sum())}/{SEEDS} seeds"
            print(f"{steps:4} steps, {n} {name:9}: error of task 1 {np.median(run):.2f} {better}")
    return found


def show_surgery() -> None:
    """PCGrad instead of the sum, seven unrelated others, the short budget."""
    net, _ = train(labels(TRAIN, 8, False), "PCGrad")
    found = np.median(error(net, labels(TEST, 8, False))[:, 0])
    print(f"{STEPS:4} steps, 8 unrelated, PCGrad: error of task 1 {found:.2f}")


def show_units() -> None:
    """Two related tasks; the first in its own unit, then in a ten times larger unit (values a tenth)."""
    for scale in 1.0, 0.1:
        for weighting in "sum", "uncertainty":
            units = np.array([scale, 1.0])
            net, _ = train(labels(TRAIN, 2, True) * units, weighting)
            first, second = np.median(error(net, labels(TEST, 2, True) * units), axis=0)
            print(f"task 1 × {scale:3}, {weighting:11}: errors {first:.2f} {second:.2f}")


def show_conflict() -> dict[str, list[float]]:
    """Cosine of the two gradients on the shared layer over training, for related, unrelated and negated tasks."""
    one = labels(TRAIN, 1, True)
    pairs = {
        "related": labels(TRAIN, 8, True),
        "unrelated": labels(TRAIN, 8, False),
        "negated": np.concatenate([one, -one], axis=2),
    }
    found = {name: train(y, watch=15)[1] for name, y in pairs.items()}
    for name, cosines in found.items():
        print(f"{name:9}: cosine {cosines[0]:+.2f} at the start, {np.mean(cosines[3:]):+.2f} from step 45 on")
    return found


def show_projection() -> None:
    """Two gradients that disagree: what a step along their sum does to each task, before and after projecting."""
    a, b = np.array([1.0, 0.0]), np.array([-3.0, 1.0])
    for name, step in ("plain sum", a + b), ("PCGrad", project(a, b) + project(b, a)):
        print(f"{name:9}: step {np.round(step, 1)}, gain of task 1 {a @ step:+.1f}, of task 2 {b @ step:+.1f}")


def draw(counts: Curves, conflict: dict[str, list[float]]) -> None:
    """Left: error of the first task against the number of tasks. Right: cosine of gradients over training."""
    fig, (left, right) = figure.new(1, 2, height=3.1)
    kinds = {
        "related": ("相关 related", figure.BLUE),
        "unrelated": ("无关 unrelated", figure.RED),
        "negated": ("取负 y₂ = −y₁", figure.GREEN),
    }
    for (kind, steps), runs in counts.items():
        name, color = kinds[kind]
        low, middle, high = np.quantile(np.array(runs), [0.25, 0.5, 0.75], axis=1)
        if steps == STEPS:
            left.plot(COUNTS, middle, "o-", color=color, label=name)
            left.fill_between(COUNTS, low, high, color=color, alpha=0.15, linewidth=0)
        elif kind == "unrelated":
            left.plot((1, 4, 8), middle, "s--", color=color, label=f"{LONG} 步 steps")
    for kind, cosines in conflict.items():
        right.plot(np.arange(len(cosines)) * 15, cosines, color=kinds[kind][1], label=kinds[kind][0])
    left.set(xscale="log", xlabel="任务数 tasks", ylabel="任务 1 的误差 error of task 1", ylim=(0, 0.6))
    left.set_xticks(COUNTS, [str(n) for n in COUNTS])
    left.minorticks_off()
    right.axhline(0, color=figure.GREY, linewidth=0.8)
    right.set(xlabel="步数 steps", ylabel="cos(g₁, gₜ)", ylim=(-0.5, 2))
    right.set_yticks([-0.5, 0, 0.5, 1])
    for ax in left, right:
        ax.legend(fontsize=9, loc="upper left")
    figure.save(fig, "multi-task-learning.svg")


if __name__ == "__main__":
    counts = show_counts()
    show_units()
    conflict = show_conflict()
    show_projection()
    show_surgery()
    draw(counts, conflict)
