"""Evidence for transfer-learning: probe, fine-tuning and scratch against data size and similarity; LoRA's cost."""

import numpy as np

from qa import figure

Array = np.ndarray
Net = list[Array]
SEEDS, INPUTS, DIRECTIONS, HIDDEN, OUTPUTS, STEPS = 5, 20, 4, 48, 8, 300
SIZES, ANGLES = (20, 40, 80, 160, 320, 640), (0, 15, 30, 45, 60, 75, 90)
NAMES = {
    "scratch": "从零 scratch",
    "probe": "探针 probe",
    "head first": "先头后全 head first",
    "at once": "同时 at once",
}
RNG = np.random.default_rng(0)


def features(directions: Array, x: Array) -> Array:
    """|⟨direction, x⟩|, centred and of unit variance: not a linear function of x."""
    return (np.abs(x @ directions) - np.sqrt(2 / np.pi)) / np.sqrt(1 - 2 / np.pi)


def hidden(net: Net, x: Array) -> Array:
    return np.maximum(x @ net[0] + net[1], 0)


def fresh(outputs: int) -> Net:
    """Random networks INPUTS → HIDDEN → outputs, one for each seed."""
    w, a = RNG.standard_normal((SEEDS, INPUTS, HIDDEN)), RNG.standard_normal((SEEDS, HIDDEN, outputs))
    return [w / np.sqrt(INPUTS), np.zeros((SEEDS, 1, HIDDEN)), a / np.sqrt(HIDDEN)]


def gradients(net: Net, x: Array, y: Array) -> Net:
    """Of half the squared error, averaged over the batch."""
    h = hidden(net, x)
    e = (h @ net[2] - y) / x.shape[1]
    d = (e @ net[2].swapaxes(1, 2)) * (h > 0)
    return [x.swapaxes(1, 2) @ d, d.sum(1, keepdims=True), h.swapaxes(1, 2) @ e]


def adam(net: Net, x: Array, y: Array, steps: int = STEPS, rate: float = 0.01) -> Net:
    """Adam on batches of 64, the rate falling linearly to zero; every layer moves."""
    rng, net = np.random.default_rng(1), [p.copy() for p in net]
    m, v = [0 * p for p in net], [0 * p for p in net]
    for step in range(1, steps + 1):
        rows = rng.permutation(x.shape[1])[:64]
        for i, g in enumerate(gradients(net, x[:, rows], y[:, rows])):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.99 * v[i] + 0.01 * g**2
            scale = np.sqrt(v[i] / (1 - 0.99**step)) + 1e-8
            net[i] -= rate * (1 - step / (steps + 1)) * m[i] / (1 - 0.9**step) / scale
    return net


# --8<-- [start:probe]
def probe(body: Net, x: Array, y: Array) -> Net:
    """Freeze the hidden layer; fit only a new head, by ridge regression."""
    h = hidden(body, x)
    ridge = 0.1 * np.sqrt(x.shape[1]) * np.eye(HIDDEN)
    ht = h.swapaxes(1, 2)
    return [body[0], body[1], np.linalg.solve(ht @ h + ridge, ht @ y)]
# --8<-- [end:probe]


BASIS = np.linalg.qr(RNG.standard_normal((SEEDS, INPUTS, INPUTS)))[0]
SOURCE, OTHER = BASIS[:, :, :DIRECTIONS], BASIS[:, :, DIRECTIONS : 2 * DIRECTIONS]
MIX = RNG.standard_normal((SEEDS, DIRECTIONS, 1))
MIX /= np.sqrt((MIX**2).sum(1, keepdims=True))
TRAIN, TEST = RNG.standard_normal((SEEDS, 640, INPUTS)), RNG.standard_normal((SEEDS, 1000, INPUTS))
NOISE = 0.1 * RNG.standard_normal((SEEDS, 640, 1))


def target(angle: float, x: Array) -> Array:
    """The target task: the source's directions, turned by `angle` degrees towards directions it never used."""
    turn = np.radians(angle)
    return features(np.cos(turn) * SOURCE + np.sin(turn) * OTHER, x) @ MIX


def source_network() -> Net:
    """Trained on 4,000 examples with eight targets that mix the source's four features."""
    x = RNG.standard_normal((SEEDS, 4000, INPUTS))
    return adam(fresh(OUTPUTS), x, features(SOURCE, x) @ RNG.standard_normal((SEEDS, DIRECTIONS, OUTPUTS)), 1000)


def trial(base: Net, start: Net, n: int, angle: float, steps: int = STEPS) -> dict[str, Array]:
    """Test error of every strategy by seed, relative to predicting the mean."""
    x, y, y_test = TRAIN[:, :n], target(angle, TRAIN[:, :n]) + NOISE[:, :n], target(angle, TEST)
    probed = probe(base, x, y)
    nets = {
        "scratch": adam(start, x, y, steps),
        "probe": probed,
        "head first": adam(probed, x, y, steps),
        "at once": adam([base[0], base[1], start[2]], x, y, steps),
    }
    return {name: ((hidden(net, TEST) @ net[2] - y_test) ** 2).mean((1, 2)) for name, net in nets.items()}


Found = dict[tuple[int, int], dict[str, Array]]


def show(found: Found) -> None:
    """Median errors over the seeds on a grid, and the seeds in which transfer beat training from scratch."""
    for n, angle in [(40, 0), (160, 0), (160, 15), (160, 30), (160, 60), (160, 90), (640, 0), (640, 30), (640, 90)]:
        runs = found[n, angle]
        errors = " ".join(f"{name} {np.median(run):4.2f}" for name, run in runs.items())
        wins = int((runs["head first"] < runs["scratch"]).sum())
        print(f"n {n:3} angle {angle:2}: {errors} wins {wins}/{SEEDS}")


def show_longer(base: Net, start: Net) -> None:
    """The unrelated task with four times as many steps."""
    for n in 160, 640:
        runs = trial(base, start, n, 90, 4 * STEPS)
        first, scratch = runs["head first"], runs["scratch"]
        wins = int((first < scratch).sum())
        errors = f"scratch {np.median(scratch):.2f} head first {np.median(first):.2f}"
        print(f"{4 * STEPS} steps, n {n} angle 90: {errors} wins {wins}/{SEEDS}")


# --8<-- [start:lora]
def lora(x: Array, w: Array, a: Array, b: Array, scale: float) -> Array:
    """Frozen w (d × k); only a (d × r) and b (r × k) are trained."""
    return x @ w + scale * (x @ a) @ b


def lora_parameters(d: int, k: int, rank: int) -> int:
    return rank * (d + k)
# --8<-- [end:lora]


def show_lora() -> None:
    """Equality with the frozen layer at the start, with the merged matrix later; parameters of 12 layers."""
    rng = np.random.default_rng(0)
    x, w, a, b = (rng.standard_normal(shape) for shape in ((3, 768), (768, 768), (768, 8), (8, 768)))
    print("LoRA: b = 0 leaves the layer as it was:", bool(np.allclose(lora(x, w, a, 0 * b, 2.0), x @ w)))
    print("LoRA: merged into one matrix, same output:", bool(np.allclose(lora(x, w, a, b, 2.0), x @ (w + 2.0 * a @ b))))
    full, low, adapters = 12 * 2 * 768 * 768, 12 * 2 * lora_parameters(768, 768, 8), 12 * 2 * (2 * 768 * 64 + 64 + 768)
    print(f"query and value matrices: full {full:,}, LoRA rank 8 {low:,} ({low / full:.1%})")
    print(f"two adapters of width 64 in each layer: {adapters:,}")


def draw(found: Found) -> None:
    """Left: error against the number of examples at angle 0. Right: against the angle with 160 examples."""
    fig, (left, right) = figure.new(1, 2, height=3.2, sharey=True)
    colors = (figure.GREY, figure.ORANGE, figure.BLUE, figure.GREEN)
    for (name, label), color in zip(NAMES.items(), colors, strict=True):
        left.plot(SIZES, [np.median(found[n, 0][name]) for n in SIZES], "o-", color=color, label=label)
        right.plot(ANGLES, [np.median(found[160, angle][name]) for angle in ANGLES], "o-", color=color)
    left.set(xscale="log", xlabel="目标样本数 n, θ = 0°", ylabel="测试误差 test error", ylim=(-0.05, 1.9))
    left.set_xticks(SIZES, [str(n) for n in SIZES])
    left.minorticks_off()
    left.legend(fontsize=9)
    right.set(xlabel="与源任务的夹角 angle θ, n = 160", xticks=ANGLES)
    figure.save(fig, "transfer-learning.svg")


if __name__ == "__main__":
    base, start = source_network(), fresh(1)
    pairs = [(n, 0) for n in SIZES] + [(160, angle) for angle in ANGLES[1:]] + [(640, 30), (640, 90)]
    found = {(n, angle): trial(base, start, n, angle) for n, angle in pairs}
    show(found)
    show_longer(base, start)
    show_lora()
    draw(found)
