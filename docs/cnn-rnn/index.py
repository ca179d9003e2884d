"""Evidence for the topic's map: a timeline of convolutional and recurrent architectures, with their parameters."""

from dataclasses import dataclass

from qa import figure


@dataclass(frozen=True)
class Model:
    """An architecture: year of the first public version, name, parameters in millions (0: its sizes are free), what it brought."""

    year: int
    name: str
    brought: str
    millions: float = 0
    recurrent: bool = False


# Parameters: the page on architectures counts them layer by layer.
MODELS = (
    Model(1990, "Elman RNN", "状态 a state", recurrent=True),
    Model(1997, "LSTM", "加法记忆 additive memory", recurrent=True),
    Model(1998, "LeNet-5", "卷积与下采样 convolution, subsampling", 0.06),
    Model(2012, "AlexNet", "ReLU, GPU", 61.0),
    Model(2014, "GRU", "更少的门 fewer gates", recurrent=True),
    Model(2014, "VGG-16", "只用 3×3 nothing but 3×3", 138.4),
    Model(2014, "GoogLeNet", "1×1 降维 1×1 reduction", 7.0),
    Model(2015, "ResNet-50", "恒等捷径 identity shortcut", 25.6),
    Model(2017, "Transformer", "去掉循环 no recurrence", recurrent=True),
    Model(2022, "ConvNeXt-T", "用 Transformer 的配方 its recipe", 28.6),
)


def draw() -> None:
    fig, ax = figure.blank(4.2, 12, 7)
    ax.plot([6, 6], [0.2, 6.5], color="black", linewidth=1)
    ax.text(6.5, 6.75, "卷积 convolution", color=figure.BLUE, size=10, va="center")
    ax.text(5.5, 6.75, "循环及其后继 recurrence and after", color=figure.ORANGE, size=10, ha="right", va="center")
    for row, model in enumerate(MODELS):
        _mark(ax, model, 6.2 - 0.64 * row)
    figure.save(fig, "index.svg")


def _mark(ax: figure.Axes, model: Model, y: float) -> None:
    """A model on its side of the line, recurrent ones left, with its year on the other side."""
    side = -1 if model.recurrent else 1
    name = f"{model.name}, {model.millions:g} M" if model.millions else model.name
    color = figure.ORANGE if model.recurrent else figure.BLUE
    near, far = ("right", "left") if model.recurrent else ("left", "right")
    ax.plot([6], [y], marker="o", color=color, markersize=6)
    ax.text(6 + 0.35 * side, y + 0.14, name, ha=near, va="center", size=10, color=color)
    ax.text(6 + 0.35 * side, y - 0.16, model.brought, ha=near, va="center", size=9)
    ax.text(6 - 0.35 * side, y, str(model.year), ha=far, va="center", size=9)


if __name__ == "__main__":
    for model in MODELS:
        count = f"{model.millions:6.2f} M parameters" if model.millions else "size by choice"
        print(f"{model.year} {model.name:12} {count}")
    draw()
