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


def draw() -> None:
    fig, ax = figure.blank(3.3, 12, 5.5)
    figure.cycle(ax, STEPS)
    figure.save(fig, "index.svg")


if __name__ == "__main__":
    print(" → ".join(name.split()[-1] for name, *_ in STEPS), "→ …")
    draw()
