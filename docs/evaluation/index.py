"""Evidence for the topic's map: from the task and what an error costs to the metric."""

from dataclasses import dataclass

from qa import figure


@dataclass(frozen=True)
class Row:
    """A task, what matters about its errors, and the metric that follows; an empty task continues the one above."""

    task: str
    cost: str
    metric: str


ROWS = (
    Row("分类\nclassification", "各类差不多多，错误同价\nbalanced, equal costs", "准确率 accuracy"),
    Row("", "漏报与误报不同价\nmisses ≠ false alarms", "精确率、召回率 P, R, Fβ"),
    Row("", "只看排序；正类稀少\norder only; rare positives", "ROC-AUC; PR, AP"),
    Row("", "概率要拿来用\nprobabilities are used", "log loss, Brier, ECE"),
    Row("回归\nregression", "大误差更糟 / 一样糟\nlarge errors worse / alike", "RMSE / MAE"),
    Row("检测\ndetection", "框得准不准\nhow well boxes fit", "mAP (IoU)"),
    Row("检索\nranking", "只看前 k 个\nonly the first k count", "recall@k, NDCG"),
    Row("生成\ngeneration", "没有唯一答案\nno single right answer", "ppl, BLEU, FID, 人评 people"),
)
STEP = 1.15


def draw() -> None:
    height = STEP * len(ROWS) + 0.6
    fig, ax = figure.blank(5.6, 12, height)
    for number, row in enumerate(ROWS):
        y = height - 0.3 - STEP * (number + 1) + 0.1
        if row.task:
            span = 1 + len(_continued(number))
            figure.box(ax, 0.1, y - STEP * (span - 1), 2.1, STEP * span - 0.25, row.task, figure.BLUE, size=10)
        ax.text(4.6, y + 0.45, row.cost, ha="center", va="center", size=9)
        figure.arrow(ax, (6.9, y + 0.45), (7.7, y + 0.45))
        figure.box(ax, 7.8, y, 4.1, STEP - 0.25, row.metric, figure.ORANGE, size=9.5)
    figure.save(fig, "index.svg")


def _continued(number: int) -> list[Row]:
    """The rows of the same task that follow."""
    following = []
    for row in ROWS[number + 1 :]:
        if row.task:
            break
        following.append(row)
    return following


if __name__ == "__main__":
    for row in ROWS:
        print(f"{row.task.partition(chr(10))[2] or '':15} {row.cost.partition(chr(10))[2]:28} {row.metric}")
    draw()
