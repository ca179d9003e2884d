"""Evidence for the topic's map: what each family of generative models can do, drawn as a table of circles."""

from dataclasses import dataclass

from matplotlib.patches import Circle, Wedge

from qa import figure

ABILITIES = ("采样\nsample", "一次前向\none pass", "似然\nlikelihood", "编码\nencode")


@dataclass(frozen=True)
class Family:
    """A family of models and how far it has each ability: 1 yes, ½ in part, 0 no."""

    name: str
    can: tuple[float, float, float, float]


# In part: an RBM samples by a Markov chain and knows its likelihood up to a constant; VAE and diffusion bound it.
FAMILIES = (
    Family("自编码器 autoencoder", (0, 0, 0, 1)),
    Family("变分自编码器 VAE", (1, 1, 0.5, 1)),
    Family("受限玻尔兹曼机 RBM", (0.5, 0, 0.5, 1)),
    Family("生成对抗网络 GAN", (1, 1, 0, 0)),
    Family("自回归 autoregressive", (1, 0, 1, 0)),
    Family("归一化流 normalizing flow", (1, 1, 1, 1)),
    Family("扩散 diffusion", (1, 0, 0.5, 0)),
)


def draw() -> None:
    fig, ax = figure.blank(3.4, 12, 5.6)
    for column, name in enumerate(ABILITIES):
        ax.text(5.6 + 1.9 * column, 5.1, name, ha="center", va="center", size=9)
    for row, family in enumerate(FAMILIES):
        y = 4.2 - 0.65 * row
        ax.text(0.2, y, family.name, va="center", size=10)
        for column, degree in enumerate(family.can):
            _circle(ax, 5.6 + 1.9 * column, y, degree)
    figure.save(fig, "index.svg")


def _circle(ax: figure.Axes, x: float, y: float, degree: float) -> None:
    """An empty, half or full circle."""
    ax.add_patch(Circle((x, y), 0.2, facecolor="none", edgecolor=figure.BLUE, linewidth=1.2))
    if degree:
        ax.add_patch(Wedge((x, y), 0.2, -90, 270 if degree == 1 else 90, facecolor=figure.BLUE, edgecolor="none"))


if __name__ == "__main__":
    for family in FAMILIES:
        print(f"{family.name.split()[-1]:15}", *(f"{degree:3g}" for degree in family.can))
    draw()
