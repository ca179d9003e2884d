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


def draw() -> None:
    fig, ax = figure.blank(3.3, 12, 5.5)
    figure.cycle(ax, [(name, note, figure.BLUE) for name, note in STAGES])
    figure.save(fig, "index.svg")


if __name__ == "__main__":
    print(" → ".join(name.split()[-1] for name, _ in STAGES), "→ …")
    draw()
