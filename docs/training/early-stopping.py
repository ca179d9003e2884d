"""Evidence for early-stopping: patience on noisy digits, shrinkage against ridge, epoch-wise double descent."""

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
EPOCHS, SPLITS = 100, 6
STEPS = np.unique(np.logspace(0, 5, 60).astype(int))


def data(seed: int) -> list[tuple[Array, Array]]:
    """300 digits for training, 300 for validation, the rest for testing; a fifth of all labels drawn anew."""
    x, labels = load_digits(return_X_y=True)
    rng = np.random.default_rng(seed)
    noisy = np.where(rng.random(len(x)) < 0.2, rng.integers(0, 10, len(x)), labels)
    x, t, order = (x - x.mean()) / x.std(), np.eye(10)[noisy], rng.permutation(len(x))
    return [(x[rows], t[rows]) for rows in np.split(order, [300, 600])]


def forward(w: list[Array], x: Array) -> tuple[Array, Array]:
    """Hidden activations and log-probabilities."""
    h = np.maximum(x @ w[0], 0)
    z = h @ w[1]
    z = z - z.max(axis=1, keepdims=True)
    return h, z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def step(w: list[Array], x: Array, t: Array, rate: float = 0.1) -> list[Array]:
    h, log_p = forward(w, x)
    dz = (np.exp(log_p) - t) / len(x)
    dh = (dz @ w[1].T) * (h > 0)
    return [w[0] - rate * x.T @ dh, w[1] - rate * h.T @ dz]


def history(seed: int) -> Array:
    """Loss and accuracy on training, validation and test set after every epoch; (EPOCHS, 3, 2)."""
    rng, sets = np.random.default_rng(seed), data(seed)
    w = [rng.standard_normal((64, 32)) * np.sqrt(2 / 64), rng.standard_normal((32, 10)) * np.sqrt(1 / 32)]
    rows: list[list[tuple[float, float]]] = []
    for _ in range(EPOCHS):
        for batch in np.split(rng.permutation(300), 10):
            w = step(w, sets[0][0][batch], sets[0][1][batch])
        rows.append([score(w, x, t) for x, t in sets])
    return np.array(rows)


def score(w: list[Array], x: Array, t: Array) -> tuple[float, float]:
    log_p = forward(w, x)[1]
    return float(-(log_p * t).sum(axis=1).mean()), float((log_p.argmax(axis=1) == t.argmax(axis=1)).mean())


# --8<-- [start:stop]
def early_stop(validation: Array, patience: int) -> tuple[int, int]:
    """Epoch at which training stops, and epoch whose weights are kept."""
    best = 0
    for epoch, loss in enumerate(validation):
        if loss < validation[best]:
            best = epoch  # here one saves the weights
        if epoch - best >= patience:
            break
    return epoch, best
# --8<-- [end:stop]


def patience(runs: list[Array]) -> None:
    for limit in 1, 3, 10:
        stops = [early_stop(run[:, 1, 0], limit) for run in runs]
        last = np.mean([run[stop, 2] for run, (stop, _) in zip(runs, stops, strict=True)], axis=0)
        kept = np.mean([run[best, 2] for run, (_, best) in zip(runs, stops, strict=True)], axis=0)
        epochs = np.mean([stop + 1 for stop, _ in stops])
        print(f"patience {limit:2}: {epochs:3.0f} epochs, test loss {kept[0]:.2f} restored, {last[0]:.2f} not restored")
    for name, picks in (
        ("lowest loss", [run[:, 1, 0].argmin() for run in runs]),
        ("best accuracy", [run[:, 1, 1].argmax() for run in runs]),
        ("last epoch", [EPOCHS - 1 for _ in runs]),
    ):
        loss, accuracy = np.mean([run[pick, 2] for run, pick in zip(runs, picks, strict=True)], axis=0)
        print(f"{name:13}: epoch {np.mean(picks) + 1:3.0f}, test loss {loss:.2f}, accuracy {accuracy:.2f}")


# --8<-- [start:shrink]
def stopped(s: Array, steps: float, rate: float) -> Array:
    """Share of the least-squares solution after `steps`, by eigenvalue s."""
    return 1 - (1 - rate * s) ** steps


def ridge(s: Array, penalty: float) -> Array:
    return s / (s + penalty)
# --8<-- [end:shrink]


def shrinkage() -> None:
    for s in 0.1, 1.0, 10.0:
        a, b = stopped(np.array(s), 1000, 1e-3), ridge(np.array(s), 1.0)
        print(f"eigenvalue {s:4}: stopped at ηk = 1 keeps {a:.2f}, ridge with λ = 1 {b:.2f}")


def risks(seed: int, small: float) -> tuple[Array, Array]:
    """Excess test error of gradient descent and of ridge with λ = 1/(ηk); ten of 70 features have scale `small`."""
    rng, rate = np.random.default_rng(seed), 0.1
    scale = np.r_[np.ones(60), np.full(10, small)]
    target = np.r_[np.full(60, 2 / np.sqrt(60)), np.full(10, 2 / np.sqrt(10))] * rng.choice([-1, 1], 70)
    g = rng.standard_normal((100, 70))
    x, y = g * scale, g @ target + 0.5 * rng.standard_normal(100)
    s, v = np.linalg.eigh(x.T @ x / 100)
    c = v.T @ (x.T @ y / 100) / s
    descent = [(((v @ (c * stopped(s, k, rate))) * scale - target) ** 2).sum() for k in STEPS]
    penalized = [(((v @ (c * ridge(s, 1 / (rate * k)))) * scale - target) ** 2).sum() for k in STEPS]
    return np.array(descent), np.array(penalized)


def double_descent() -> dict[float, Array]:
    found = {}
    for small in 0.05, 1.0:
        descent, penalized = np.mean([risks(seed, small) for seed in range(10)], axis=0)
        found[small] = descent
        first = early_stop(descent, 3)[1]
        again = STEPS[first:][descent[first:] < descent[first]]
        print(
            f"scale {small:<4}: first low {descent[first]:.2f}, then up to {descent[first:].max():.2f},"
            f" end {descent[-1]:.2f}; lowest {descent.min():.2f}, ridge {penalized.min():.2f}"
        )
        if len(again):
            print(f"first low at step {STEPS[first]}, undercut again only at about step {again[0]:.0e}")
    return found


def draw(runs: list[Array], found: dict[float, Array]) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0)
    mean = np.mean(runs, axis=0)
    names = ("训练 training", "验证 validation", "测试 test")
    for part, name, color in zip(range(3), names, (figure.GREY, figure.ORANGE, figure.BLUE), strict=True):
        left.plot(range(1, EPOCHS + 1), mean[:, part, 0], color=color, label=name)
    best = mean[:, 1, 0].argmin()
    left.axvline(best + 1, color=figure.GREEN, linewidth=1.2, linestyle="--")
    left.set(xlabel="epoch", title="L", ylim=(0, 3))
    left.legend(fontsize=9, loc="upper right")
    for (small, risk), color in zip(found.items(), (figure.RED, figure.GREEN), strict=True):
        right.plot(STEPS, risk, color=color, label=f"{small:g}")
    right.set(xscale="log", yscale="log", xlabel="k", title="E")
    right.legend(fontsize=9, loc="lower left")
    figure.save(fig, "early-stopping.svg")


if __name__ == "__main__":
    runs = [history(seed) for seed in range(SPLITS)]
    patience(runs)
    shrinkage()
    draw(runs, double_descent())
