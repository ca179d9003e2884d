"""Evidence for loss-not-decreasing: nine versions of one program, what five cheap checks say of each, and the first loss."""

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
EYE = np.eye(10)


@dataclass(frozen=True)
class Fault:
    """A program; the defaults are the healthy one."""

    name: str
    label: str = ""
    rate: float = 0.1
    scale: float = 1.0
    blank: bool = False
    mismatch: bool = False
    twice: bool = False
    zero: bool = False
    color: str = figure.GREY
    style: str = "-"


FAULTS = (
    Fault("healthy", "正常 healthy", color=figure.BLUE),
    Fault("rate 1e-4", "η = 10⁻⁴", rate=1e-4, color=figure.ORANGE),
    Fault("rate 5", "η = 5", rate=5.0, color=figure.RED),
    Fault("sign wrong", rate=-0.1),
    Fault("inputs × 100", "x × 100", scale=100.0, color=figure.PURPLE),
    Fault("inputs blank", "x = 0", blank=True, color=figure.GREY, style="--"),
    Fault("labels moved", "标签错位 labels moved", mismatch=True, color=figure.GREEN),
    Fault("softmax twice", "2 × softmax", twice=True, color=figure.ORANGE, style="--"),
    Fault("weights zero", zero=True),
)


def digits(fault: Fault) -> tuple[Array, Array]:
    """500 digits as the faulty pipeline delivers them."""
    x, y = load_digits(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(x))[:500]
    x = (x[rows] - x.mean()) / x.std() * fault.scale
    return x * (not fault.blank), np.roll(y[rows], 1) if fault.mismatch else y[rows]


def initial(fault: Fault, seed: int) -> list[Array]:
    rng, s = np.random.default_rng(seed), 0.0 if fault.zero else 1.0
    w1, w2 = rng.standard_normal((64, 32)) / np.sqrt(32), rng.standard_normal((32, 10)) / np.sqrt(32)
    return [s * w1, np.zeros(32), 0.3 * s * w2, np.zeros(10)]


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss_and_gradient(w: list[Array], x: Array, y: Array, twice: bool = False) -> tuple[float, list[Array]]:
    """Cross-entropy from logits; `twice` passes probabilities where logits are expected."""
    h = np.maximum(x @ w[0] + w[1], 0)
    p = softmax(h @ w[2] + w[3])
    q = softmax(p) if twice else p
    dz = (q - EYE[y]) / len(y)
    if twice:
        dz = p * (dz - (p * dz).sum(axis=1, keepdims=True))
    da = (dz @ w[2].T) * (h > 0)
    loss = -float(np.log(np.maximum(q[np.arange(len(y)), y], 1e-300)).mean())
    return loss, [x.T @ da, da.sum(axis=0), h.T @ dz, dz.sum(axis=0)]


def train(fault: Fault, seed: int, size: int, steps: int = 200) -> tuple[list[float], list[Array]]:
    """Losses on the first `size` samples along SGD with batches of 50 (or all of them, if fewer)."""
    (x, y), w, rng = digits(fault), initial(fault, seed), np.random.default_rng(seed)
    x, y, losses = x[:size], y[:size], []
    for t in range(steps + 1):
        if t % 10 == 0:
            losses.append(loss_and_gradient(w, x, y, fault.twice)[0])
        rows = rng.permutation(size)[:50]
        _, g = loss_and_gradient(w, x[rows], y[rows], fault.twice)
        w = [a - fault.rate * b for a, b in zip(w, g, strict=True)]
    return losses, w


# --8<-- [start:checks]
def checks(fault: Fault, seed: int) -> list[float]:
    """First loss; update / weight, layer 1; end on a batch, on all; dead."""
    x, y = digits(fault)
    w = initial(fault, seed)
    first, g = loss_and_gradient(w, x, y, fault.twice)
    moved = abs(fault.rate) * np.linalg.norm(g[0])
    relative = moved / max(np.linalg.norm(w[0]), 1e-12)
    one = train(fault, seed, size=20)[0][-1]
    losses, w = train(fault, seed, size=500)
    dead = np.mean((x @ w[0] + w[1] <= 0).all(axis=0))  # off for all samples
    return [first, float(relative), one, losses[-1], float(dead)]
# --8<-- [end:checks]


def cell(value: float) -> str:
    return "  > 9" if value > 9 else f"{value:5.1f}"


def show_checks() -> None:
    print("                first  update  one batch  all data  dead")
    for fault in FAULTS:
        first, moved, one, full, dead = np.median([checks(fault, seed) for seed in range(3)], axis=0)
        size = "  0   " if moved == 0 else f"{moved:.0e}"
        print(f"{fault.name:13} {cell(first)}   {size}     {cell(one)}      {cell(full)}  {dead:4.0%}")


def show_first_loss() -> None:
    """Mean cross-entropy of logits that know nothing, by their standard deviation, for ten classes."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((40000, 10))
    for s in (0.0, 0.5, 1.0, 2.0):
        loss = float(-np.log(softmax(s * noise)[:, 0]).mean())
        print(f"logits of standard deviation {s}: loss {loss:.2f}, ln 10 + s²/2 = {np.log(10) + s * s / 2:.2f}")


def show_entropy() -> None:
    """What the best constant prediction costs."""
    y = digits(FAULTS[0])[1]
    for size in (20, 500):
        share = np.bincount(y[:size], minlength=10) / size
        entropy = -sum(p * np.log(p) for p in share if p > 0)
        print(f"entropy of the first {size} labels: {entropy:.1f}")


def show_minima() -> None:
    """Ten random starts, and the zero-weight plateau after a nudge."""
    ends = [train(FAULTS[0], seed, 500)[0][-1] for seed in range(10)]
    print(f"10 random starts: loss after 200 updates {min(ends):.2f} to {max(ends):.2f}")
    w, (x, y) = initial(FAULTS[-1], 0), digits(FAULTS[0])
    x, y = x[:200], y[:200]
    rng = np.random.default_rng(5)
    w = [a + 0.01 * rng.standard_normal(a.shape) for a in w]
    start = loss_and_gradient(w, x, y)[0]
    for _ in range(300):
        w = [a - 0.2 * b for a, b in zip(w, loss_and_gradient(w, x, y)[1], strict=True)]
    print(f"zero weights + noise of 0.01: loss {start:.1f}, after 300 full-batch steps {loss_and_gradient(w, x, y)[0]:.1f}")


def draw() -> None:
    """Left: all data. Right: one batch of 20."""
    fig, axes = figure.new(1, 2, height=3.6, sharey=True)
    for ax, size, title in zip(axes, (500, 20), ("全部数据 all data", "一个批次 one batch"), strict=True):
        for fault in FAULTS:
            if fault.label:
                losses = np.clip(train(fault, 0, size)[0], 0, 5)
                ax.plot(np.arange(0, 201, 10), losses, fault.style, color=fault.color, label=fault.label)
        ax.set(title=title, xlabel="t", ylim=(0, 2.8))
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=9)
    figure.save(fig, "loss-not-decreasing.svg")


if __name__ == "__main__":
    show_checks()
    show_entropy()
    show_first_loss()
    print(f"softmax twice, lowest possible loss: ln(1 + 9/e) = {np.log(1 + 9 / np.e):.2f}")
    show_minima()
    draw()
