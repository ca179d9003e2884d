"""Evidence for more-data: what limits a fit at each sample size, and what copies and wrong labels are worth."""

import numpy as np

from qa import figure

Array = np.ndarray
SIZES = (100, 400, 1600, 6400)
REPEATS = 5
NOISE = 0.5
TRUE = 1 / np.arange(1, 2001)  # coefficients θ_k = 1/k, so the tail beyond m weighs about 1/m


def tail(m: int) -> float:
    """Approximation error of the first m features."""
    return float((TRUE[m:] ** 2).sum())


# --8<-- [start:fit]
def excess(m: int, n: int, rng: np.random.Generator) -> float:
    """Error above the noise when m features are fitted to n samples."""
    x = rng.standard_normal((n, m))
    unseen = np.sqrt(tail(m) + NOISE**2)  # left-out features and noise
    y = x @ TRUE[:m] + unseen * rng.standard_normal(n)
    estimate = np.linalg.lstsq(x, y, rcond=None)[0]
    return float(((estimate - TRUE[:m]) ** 2).sum()) + tail(m)


# --8<-- [end:fit]


def mean_excess(m: int, n: int) -> float:
    """Average over fresh training sets."""
    rng = np.random.default_rng([m, n])
    return float(np.mean([excess(m, n, rng) for _ in range(REPEATS)]))


def formula(m: int, n: int) -> float:
    """The expectation: tail plus (tail + noise) m / (n - m - 1)."""
    return tail(m) + (tail(m) + NOISE**2) * m / (n - m - 1)


def best(n: int) -> tuple[int, float]:
    """The capacity with the smallest expected error for n samples, and that error."""
    m = min((m for m in range(1, n // 2)), key=lambda m: formula(m, n))
    return m, formula(m, n)


def direction(n: int, flip: float, copies: int, rng: np.random.Generator) -> float:
    """Error in the direction that the class difference of means points to, with flipped labels and copies."""
    d = 20
    label = rng.choice([-1.0, 1.0], n)
    x = label[:, None] * np.eye(d)[0] + 2 * rng.standard_normal((n, d))
    label = np.where(rng.random(n) < flip, -label, label)
    x, label = np.tile(x, (copies, 1)), np.tile(label, copies)
    w = label @ x / len(label)
    return float(1 - (w[0] / np.linalg.norm(w)) ** 2)


def quality(n: int, flip: float = 0.0, copies: int = 1) -> float:
    """Average of `direction` over 200 training sets."""
    rng = np.random.default_rng(n)
    return float(np.mean([direction(n, flip, copies, rng) for _ in range(200)]))


def draw(table: dict[int, list[float]], best_curve: list[float]) -> None:
    """Error above the noise against n, for three fixed capacities and for the best one."""
    fig, ax = figure.new(height=3.0)
    styles = zip(table, (figure.BLUE, figure.ORANGE, figure.PURPLE), ("o", "s", "^"), strict=True)
    for m, color, marker in styles:
        ax.loglog(SIZES, table[m], "-", color=color, marker=marker, label=f"m = {m}")
    ax.loglog(SIZES, best_curve, "--", color="black", label="最佳 m best m")
    ax.set(xlabel="样本数 samples n", ylabel="超额误差 excess error", xticks=SIZES, xticklabels=[str(n) for n in SIZES])
    ax.set(ylim=(0.008, 0.7), yticks=[0.01, 0.03, 0.1, 0.3], yticklabels=["0.01", "0.03", "0.1", "0.3"])
    ax.minorticks_off()
    ax.legend(fontsize=9, loc="lower left")
    figure.save(fig, "more-data.svg")


if __name__ == "__main__":
    print("samples      " + "".join(f"{n:>8}" for n in SIZES))
    table = {m: [mean_excess(m, n) for n in SIZES] for m in (4, 16, 64)}
    for m, row in table.items():
        print(f"m = {m:<9}" + "".join(f"{e:8.3f}" for e in row))
    chosen = [best(n) for n in SIZES]
    print("best m       " + "".join(f"{m:8}" for m, _ in chosen))
    print("its error    " + "".join(f"{e:8.3f}" for _, e in chosen))
    slope = np.polyfit(np.log(SIZES), np.log([e for _, e in chosen]), 1)[0]
    print(f"slope of the last line: {slope:.2f}")
    print(f"1,000 clean labels              {quality(1000):.3f}")
    print(f"the same, ten copies of each    {quality(1000, copies=10):.3f}")
    print(f"10,000 clean labels             {quality(10000):.3f}")
    print(f"1,000 labels, 30 % flipped      {quality(1000, flip=0.3):.3f}")
    print(f"6,250 labels, 30 % flipped      {quality(6250, flip=0.3):.3f}")
    draw(table, [e for _, e in chosen])
