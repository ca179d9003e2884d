"""Evidence for the topic's map: the life of a model as a loop, and where the topic's questions stand in it."""

from qa import figure

STAGES = (
    ("问题 problem", "目标、约束、基线\ngoal, limits, baseline"),
    ("数据 data", "结构：向量、图、交互\nvectors, graphs, interaction"),
    ("训练 train", "监督、强化\nsupervised, reinforced"),
    ("评估 evaluate", "指标、阈值\nmetrics, thresholds"),
    ("上线 serve", "延迟、内存、索引\nlatency, memory, index"),
    ("监控 monitor", "漂移、反馈\ndrift, feedback"),
)
CENTRES = ((2, 4.3), (6, 4.3), (10, 4.3), (10, 1.5), (6, 1.5), (2, 1.5))


def draw() -> None:
    fig, ax = figure.blank(3.3, 12, 5.5)
    for (name, note), (x, y) in zip(STAGES, CENTRES, strict=True):
        figure.box(ax, x - 1.5, y - 0.4, 3, 0.8, name, figure.BLUE, size=10)
        ax.text(x, y - 0.95, note, ha="center", va="center", size=9)
    for start, end in (((3.5, 4.3), (4.5, 4.3)), ((7.5, 4.3), (8.5, 4.3)), ((8.5, 1.5), (7.5, 1.5)), ((4.5, 1.5), (3.5, 1.5))):
        figure.arrow(ax, start, end)
    figure.arrow(ax, (11.5, 4.3), (11.5, 1.5), bend=-0.14)
    figure.arrow(ax, (0.5, 1.5), (0.5, 4.3), bend=-0.14)
    figure.save(fig, "index.svg")


if __name__ == "__main__":
    print(" → ".join(name.split()[-1] for name, _ in STAGES), "→ …")
    draw()
