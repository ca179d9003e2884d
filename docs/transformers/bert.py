"""Evidence for bert: parameters counted from the architecture, the 80/10/10 corruption, and what each mask lets a token see."""

import numpy as np

from qa import figure

Array = np.ndarray

VOCABULARY, POSITIONS, SEGMENTS = 30522, 512, 2
MASK, SPECIAL = 103, (0, 101, 102)  # [MASK]; [PAD], [CLS], [SEP] in the released vocabulary


# --8<-- [start:parameters]
def parameters(layers: int, width: int) -> dict[str, int]:
    """Parameters of a BERT encoder; heads only split `width`."""
    norm = 2 * width
    attention = 4 * (width * width + width)
    feed_forward = (width * 4 * width + 4 * width) + (4 * width * width + width)
    return {
        "embeddings": (VOCABULARY + POSITIONS + SEGMENTS) * width + norm,
        "attention": layers * (attention + norm),
        "feed-forward": layers * (feed_forward + norm),
        "pooler": width * width + width,
    }
# --8<-- [end:parameters]


# --8<-- [start:corrupt]
def corrupt(tokens: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """BERT's masked input, and where the original must be predicted."""
    chosen = (rng.random(tokens.shape) < 0.15) & ~np.isin(tokens, SPECIAL)
    dice = rng.random(tokens.shape)
    out = np.where(chosen & (dice < 0.8), MASK, tokens)
    random = rng.integers(1000, VOCABULARY, tokens.shape)
    out = np.where(chosen & (dice >= 0.8) & (dice < 0.9), random, out)
    return out, chosen
# --8<-- [end:corrupt]


def fates(rows: int = 4000, length: int = 512) -> tuple[float, float, float, float]:
    """Share of tokens chosen, and of the chosen ones: masked, replaced by a random token, kept."""
    rng = np.random.default_rng(0)
    tokens = rng.integers(1000, VOCABULARY, (rows, length))
    out, chosen = corrupt(tokens, rng)
    masked, kept = (out == MASK)[chosen].mean(), (out == tokens)[chosen].mean()
    return float(chosen.mean()), float(masked), float(1 - masked - kept), float(kept)


def targets_per_sequence(length: int = 512) -> tuple[float, int]:
    """Positions that yield a loss per sequence: masked language modeling, next-token prediction."""
    return 0.15 * (length - 3), length - 1


def draw() -> None:
    fig, axes = figure.new(1, 2, height=2.9)
    n = 6
    names = ["[CLS]", "the", "[M]", "sat", "down", "[SEP]"]
    for ax, allowed, title in (
        (axes[0], np.ones((n, n), dtype=bool), "BERT：双向 bidirectional"),
        (axes[1], np.tril(np.ones((n, n), dtype=bool)), "GPT：因果 causal"),
    ):
        grid(ax, allowed, names)
        ax.set_title(title)
        ax.set_xlabel("被看的位置 position seen")
    axes[0].set_ylabel("位置 position")
    figure.save(fig, "bert.svg")


def grid(ax: figure.Axes, allowed: Array, names: list[str]) -> None:
    n = len(names)
    for i, j in np.ndindex(n, n):
        color = figure.ORANGE if i == 2 else figure.BLUE
        fill = color if allowed[i, j] else "none"
        ax.add_patch(figure.plt.Rectangle((j - 0.44, i - 0.44), 0.88, 0.88, facecolor=fill, edgecolor=color, lw=1))
    ax.set(xlim=(-0.6, n - 0.4), ylim=(n - 0.4, -0.6), aspect="equal", xticks=range(n), yticks=range(n))
    ax.set_xticklabels(names, fontsize=9)
    ax.set_yticklabels(names, fontsize=9)


if __name__ == "__main__":
    print("            total" + "".join(f"{part:>14}" for part in parameters(12, 768)))
    for name, layers, width in (("base", 12, 768), ("large", 24, 1024)):
        parts = parameters(layers, width)
        print(f"{name:5} {sum(parts.values()):>11,}" + "".join(f"{count:>14,}" for count in parts.values()))
    base = parameters(12, 768)
    words, layer = VOCABULARY * 768, (base["attention"] + base["feed-forward"]) // 12
    print(f"base: word embeddings {words:,} = {words / sum(base.values()):.1%} of all; one layer {layer:,}")
    chosen, masked, random, kept = fates()
    print(f"chosen {chosen:.3f}; of these masked {masked:.2f}, random {random:.2f}, kept {kept:.2f}")
    print(f"of all tokens: [MASK] {chosen * masked:.2f}, random {chosen * random:.3f}")
    masked_targets, next_targets = targets_per_sequence()
    print(f"512 positions give {masked_targets:.0f} targets with masking, {next_targets} with next-token prediction")
    draw()
