"""Evidence for attention: the layer itself, why scores are divided by √d, what heads cost, and how the cost grows with n."""

import numpy as np

from qa import figure

Array = np.ndarray


def softmax(scores: Array) -> Array:
    """Softmax over the last axis; a score of −∞ gets weight 0."""
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# --8<-- [start:attention]
def attention(
    q: Array, k: Array, v: Array, mask: Array | None = None
) -> tuple[Array, Array]:
    """softmax(QKᵀ/√d)·V and the weights; `mask`: True where one may look."""
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    weights = softmax(scores)
    return weights @ v, weights


def multi_head(
    x: Array, wq: Array, wk: Array, wv: Array, wo: Array,
    heads: int, mask: Array | None = None,
) -> Array:
    """Split the width D into heads, attend in each, join, mix with W_O."""
    n, width = x.shape

    def split(w: Array) -> Array:
        return (x @ w).reshape(n, heads, width // heads).swapaxes(0, 1)

    out, _ = attention(split(wq), split(wk), split(wv), mask)
    return out.swapaxes(0, 1).reshape(n, width) @ wo
# --8<-- [end:attention]


def saturation(d: int, scaled: bool, n: int = 64, trials: int = 400) -> tuple[float, float, float, float]:
    """For unit-normal q and k: variance of the scores, mean largest weight, mean |Jacobian|, share with |Jacobian| < 0.05."""
    rng = np.random.default_rng(d)
    q, k = rng.standard_normal((trials, 1, d)), rng.standard_normal((trials, n, d))
    scores = (q @ k.swapaxes(1, 2))[:, 0] / (np.sqrt(d) if scaled else 1.0)
    p = softmax(scores)
    jacobian = np.einsum("ti,ij->tij", p, np.eye(n)) - p[:, :, None] * p[:, None, :]
    size = np.linalg.norm(jacobian, axis=(1, 2))
    return float(scores.var()), float(p.max(axis=1).mean()), float(size.mean()), float((size < 0.05).mean())


def random_layer(n: int, width: int, seed: int = 0) -> tuple[Array, list[Array]]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, width)), [rng.standard_normal((width, width)) / np.sqrt(width) for _ in range(4)]


def causal_leak(n: int = 6, width: int = 32, heads: int = 4) -> tuple[float, float]:
    """Change of the outputs before the last token when only the last token changes: with the mask, without it."""
    x, weights = random_layer(n, width)
    other = x.copy()
    other[-1] += 1.0
    mask = np.tril(np.ones((n, n), dtype=bool))
    pairs = [(multi_head(x, *weights, heads, m), multi_head(other, *weights, heads, m)) for m in (mask, None)]
    leaks = [float(np.abs(a - b)[:-1].max()) for a, b in pairs]
    return leaks[0], leaks[1]


def permuted_difference(n: int = 6, width: int = 32, heads: int = 4) -> float:
    """|attention(permuted tokens) − permuted attention(tokens)|, at most; no positions, no mask."""
    x, weights = random_layer(n, width)
    order = np.random.default_rng(1).permutation(n)
    return float(np.abs(multi_head(x[order], *weights, heads) - multi_head(x, *weights, heads)[order]).max())


def multiply_adds(n: int, width: int) -> tuple[int, int]:
    """Of one self-attention layer: the four projections, and scores plus weighted sum."""
    return 4 * n * width**2, 2 * n**2 * width


def reversal_weights(n: int = 8, width: int = 64) -> Array:
    """Weights of a hand-built head whose position codes make token i look for token n−1−i."""
    code = np.linalg.qr(np.random.default_rng(3).standard_normal((width, width)))[0][:n] * np.sqrt(width)
    return attention(0.6 * code[::-1], code, code)[1]


def self_weights(causal: bool, n: int = 8, width: int = 64) -> Array:
    """Weights of a random head; with `causal`, row i sees columns 0 to i."""
    x, (wq, wk, *_) = random_layer(n, width, seed=5)
    mask = np.tril(np.ones((n, n), dtype=bool)) if causal else None
    return attention(1.5 * x @ wq, x @ wk, x, mask)[1]


def draw() -> None:
    fig, axes = figure.new(1, 3, height=3.0)
    titles = "对齐 alignment\n(cross-attention)", "无掩码 no mask\n(encoder)", "因果掩码 causal mask\n(decoder)"
    for ax, weights, title in zip(axes, (reversal_weights(), self_weights(False), self_weights(True)), titles, strict=True):
        cells(ax, weights)
        ax.set_title(title)
        ax.set_xlabel("键 key j")
    axes[0].set_ylabel("查询 query i")
    figure.save(fig, "attention.svg")


def cells(ax: figure.Axes, weights: Array) -> None:
    """One square per weight, the more opaque the larger; the grid stays visible on light and dark."""
    n = len(weights)
    for i, j in np.ndindex(n, n):
        if weights[i, j] > 0.005:
            shade = round(float(weights[i, j]), 2)
            ax.add_patch(figure.plt.Rectangle((j - 0.5, i - 0.5), 1, 1, color=figure.BLUE, alpha=shade, lw=0))
    ax.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5), aspect="equal", xticks=[0, n - 1], yticks=[0, n - 1])
    ax.set_xticklabels(["1", str(n)])
    ax.set_yticklabels(["1", str(n)])


if __name__ == "__main__":
    for d in (4, 64, 1024):
        for scaled in (False, True):
            variance, largest, jacobian, stuck = saturation(d, scaled)
            sizes = f"max weight {largest:.2f}  |J| {jacobian:.3f}  |J|<0.05: {stuck:.2f}"
            print(f"d={d:4}  {'/√d' if scaled else '   '}  var {variance:7.3g}  {sizes}")
    masked, unmasked = causal_leak()
    print(f"change last token, effect on earlier outputs: causal {masked:.1f}, unmasked {unmasked:.2f}")
    print(f"permute tokens, then compare: differs by less than 1e-12: {permuted_difference() < 1e-12}")
    for n in (1024, 4096, 32768):
        projections, mixing = multiply_adds(n, 1024)
        maps = 16 * n * n * 2 / 2**30
        counts = f"projections {projections / 1e9:5.1f} G, mixing {mixing / 1e9:6.1f} G"
        print(f"n={n:5}, D=1024: {counts}, 16 maps {maps:5.2f} GiB")
    draw()
