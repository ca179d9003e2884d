"""Evidence for the topic's map: attention from the recurrent form of 2014 to today, as a timeline."""

from qa import figure

# Year of the first public version, what came, what it changed.
STEPS = (
    (2014, "加性注意力\nadditive attention", "RNN 不再只靠一个向量\nno single summary vector"),
    (2015, "点积注意力\ndot product", "打分变成矩阵乘法\nscores by a matrix product"),
    (2017, "Transformer", "去掉循环，多头\nno recurrence, many heads"),
    (2018, "BERT", "双向预训练再微调\npre-train both ways, fine-tune"),
    (2022, "FlashAttention", "不存注意力矩阵，结果不变\nexact, never stores the map"),
    (2023, "GQA", "多个头共用键和值\nheads share keys and values"),
)


def draw() -> None:
    fig, ax = figure.blank(3.9, 12, 6.5)
    ax.plot([1.3, 1.3], [0.3, 6.2], color="black", linewidth=1.2)
    for row, (year, name, change) in enumerate(STEPS):
        y = 5.9 - 1.07 * row
        ax.plot([1.3], [y], marker="o", color=figure.BLUE, markersize=7)
        ax.text(1.0, y, str(year), ha="right", va="center", size=10)
        ax.text(1.7, y, name, va="center", size=10, color=figure.BLUE)
        ax.text(5.2, y, change, va="center", size=9)
    figure.save(fig, "index.svg")


if __name__ == "__main__":
    for year, name, change in STEPS:
        print(year, name.split("\n")[-1], "-", change.split("\n")[-1])
    draw()
