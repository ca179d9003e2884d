"""Evidence for the topic's map: one step of training as a loop, and which questions ask about each part of it."""

from qa import figure

STEPS = (
    ("数据 data", "规范化、增强、取样\nnormalize, augment, sample", figure.BLUE),
    ("前向 forward", "初始化、归一化、丢弃\ninit, norm, dropout", figure.BLUE),
    ("损失 loss", "目标、标签、多任务\ntarget, labels, tasks", figure.ORANGE),
    ("反向 backward", "消失、爆炸\nvanish, explode", figure.ORANGE),
    ("更新 update", "学习率、批大小\nlearning rate, batch", figure.GREEN),
    ("验证 validate", "早停、集成\nstop early, ensemble", figure.GREEN),
)
CENTRES = ((2, 4.3), (6, 4.3), (10, 4.3), (10, 1.5), (6, 1.5), (2, 1.5))
TURNS = (((3.5, 4.3), (4.5, 4.3)), ((7.5, 4.3), (8.5, 4.3)), ((8.5, 1.5), (7.5, 1.5)), ((4.5, 1.5), (3.5, 1.5)))


def draw() -> None:
    fig, ax = figure.blank(3.3, 12, 5.5)
    for (name, note, color), (x, y) in zip(STEPS, CENTRES, strict=True):
        figure.box(ax, x - 1.5, y - 0.4, 3, 0.8, name, color, size=10)
        ax.text(x, y - 0.95, note, ha="center", va="center", size=9)
    for start, end in TURNS:
        figure.arrow(ax, start, end)
    figure.arrow(ax, (11.5, 4.3), (11.5, 1.5), bend=-0.14)
    figure.arrow(ax, (0.5, 1.5), (0.5, 4.3), bend=-0.14)
    figure.save(fig, "index.svg")


if __name__ == "__main__":
    print(" → ".join(name.split()[-1] for name, *_ in STEPS), "→ …")
    draw()
