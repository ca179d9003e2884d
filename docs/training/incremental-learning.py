"""Evidence for incremental-learning: three scenarios of split digits; plain training, EWC, replay, frozen features."""

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits

from qa import figure

Array = np.ndarray
TASKS, SEEDS, HIDDEN, STEPS, BATCH, RATE = 5, 5, 32, 100, 32, 0.1


def digits() -> tuple[Array, Array]:
    x, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    return np.hstack([x / 16 - 0.3, np.ones((len(x), 1))])[order], labels[order]


X, Y = digits()
TRAIN, TEST = np.arange(1200), np.arange(1200, len(X))


@dataclass(frozen=True)
class Scenario:
    """`targets` numbers the outputs; with `known`, the two outputs of the sample's task compete, otherwise all do."""

    name: str
    targets: Array
    outputs: int
    known: bool

    def allowed(self, rows: Array) -> Array:
        """0 where an output takes part, −∞-like where it does not."""
        if not self.known:
            return np.zeros((*rows.shape, self.outputs))
        return np.where(np.arange(self.outputs) // 2 == (Y[rows] // 2)[..., None], 0.0, -1e9)


SCENARIOS = (Scenario("task", Y, 10, True), Scenario("domain", Y % 2, 2, False), Scenario("class", Y, 10, False))


def of_task(rows: Array, task: int) -> Array:
    return rows[Y[rows] // 2 == task]


def forward(weights: list[Array], scenario: Scenario, rows: Array) -> tuple[Array, Array]:
    h = np.maximum(X[rows] @ weights[0], 0)
    z = h @ weights[1] + scenario.allowed(rows)
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    return h, p / p.sum(axis=-1, keepdims=True)


def gradient(weights: list[Array], scenario: Scenario, rows: Array) -> list[Array]:
    """Of the mean cross-entropy, for all seeds at once; `rows` is (seeds, batch)."""
    h, p = forward(weights, scenario, rows)
    delta = (p - np.eye(scenario.outputs)[scenario.targets[rows]]) / rows.shape[1]
    back = (delta @ weights[1].swapaxes(1, 2)) * (h > 0)
    return [X[rows].swapaxes(1, 2) @ back, h.swapaxes(1, 2) @ delta]


def fisher(weights: list[Array], scenario: Scenario, rows: Array) -> list[Array]:
    """Diagonal of the Fisher information, labels drawn from the model: mean squared gradient of single samples."""
    h, p = forward(weights, scenario, np.tile(rows, (SEEDS, 1)))
    drawn = (p.cumsum(axis=-1) > np.random.default_rng(7).random((*p.shape[:2], 1))).argmax(axis=-1)
    delta = p - np.eye(scenario.outputs)[drawn]
    back = (delta @ weights[1].swapaxes(1, 2)) * (h > 0)
    return [(X[rows] ** 2).T @ back**2 / len(rows), (h**2).swapaxes(1, 2) @ delta**2 / len(rows)]


# --8<-- [start:ewc]
@dataclass
class Anchor:
    """What EWC remembers of the tasks so far: a point and a stiffness."""

    strength: float
    point: list[Array]
    stiffness: list[Array]

    def pull(self, weights: list[Array], grads: list[Array]) -> list[Array]:
        pulled = []
        parts = weights, grads, self.point, self.stiffness
        for w, g, p, f in zip(*parts, strict=True):
            k = self.strength * f
            pulled.append((g + k * (w - p)) / (1 + RATE * k))  # implicit
        return pulled
# --8<-- [end:ewc]

    def update(self, weights: list[Array], information: list[Array]) -> None:
        self.point = weights
        self.stiffness = [f + g for f, g in zip(self.stiffness, information, strict=True)]


@dataclass(frozen=True)
class Method:
    name: str
    strength: float = 0.0  # EWC
    kept: int = 0  # samples a class in the memory
    frozen: bool = False  # features fixed after the first task
    joint: bool = False  # all data so far


def batch(rng: np.random.Generator, pool: Array, memory: Array) -> Array:
    """Half of the batch from the memory, once there is one."""
    if not len(memory):
        return rng.choice(pool, (SEEDS, BATCH))
    return np.hstack([rng.choice(pool, (SEEDS, BATCH // 2)), rng.choice(memory, (SEEDS, BATCH // 2))])


def accuracy(weights: list[Array], scenario: Scenario, rows: Array) -> float:
    p = forward(weights, scenario, np.tile(rows, (SEEDS, 1)))[1]
    return float((p.argmax(axis=-1) == scenario.targets[rows]).mean())


def initial(scenario: Scenario, rng: np.random.Generator) -> list[Array]:
    shapes = ((65, HIDDEN), (HIDDEN, scenario.outputs))
    return [rng.standard_normal((SEEDS, *s)) * np.sqrt(2 / s[0]) for s in shapes]


def train(method: Method, scenario: Scenario) -> list[list[Array]]:
    """The weights after each task."""
    rng = np.random.default_rng(1)
    weights, after, memory = initial(scenario, rng), [], np.array([], dtype=int)
    anchor = Anchor(method.strength, weights, [np.zeros_like(w) for w in weights])
    for task in range(TASKS):
        own = of_task(TRAIN, task)
        pool = TRAIN[Y[TRAIN] // 2 <= task] if method.joint else own
        for _ in range(STEPS):
            grads = anchor.pull(weights, gradient(weights, scenario, batch(rng, pool, memory)))
            still = 0.0 if method.frozen and task else 1.0
            weights = [weights[0] - RATE * still * grads[0], weights[1] - RATE * grads[1]]
        if method.strength:
            anchor.update(weights, fisher(weights, scenario, own))
        kept = [own[Y[own] == c][: method.kept] for c in (2 * task, 2 * task + 1)]
        memory = np.concatenate([memory, *kept]) if method.kept else memory
        after.append(weights)
    return after


def run(method: Method, scenario: Scenario) -> Array:
    """R[i, j]: accuracy on task j after training on tasks 0 … i, mean of the seeds."""
    after = train(method, scenario)
    return np.array([[accuracy(w, scenario, of_task(TEST, j)) for j in range(TASKS)] for w in after])


METHODS = (
    Method("plain"),
    Method("frozen", frozen=True),
    Method("EWC 1", strength=1.0),
    Method("EWC 100", strength=100.0),
    Method("EWC 1000", strength=1000.0),
    Method("replay 2", kept=2),
    Method("replay 10", kept=10),
    Method("joint", joint=True),
)


# --8<-- [start:metrics]
def average_and_forgetting(r: Array) -> tuple[float, float]:
    """Mean accuracy at the end, and mean loss since each task was best."""
    lost = r[:-1, :-1].max(axis=0) - r[-1, :-1]
    return float(r[-1].mean()), float(lost.mean())
# --8<-- [end:metrics]


def inspect_heads() -> None:
    """One network trained without any remedy, one output for each of the ten digits, judged in two ways."""
    weights = train(Method("plain"), SCENARIOS[2])[-1]
    old = TEST[Y[TEST] < 8]
    p = forward(weights, SCENARIOS[2], np.tile(old, (SEEDS, 1)))[1]
    print(f"old digits called 8 or 9: {(p.argmax(axis=-1) >= 8).mean():.2f}")
    for scenario in SCENARIOS[2], SCENARIOS[0]:
        print(f"right on old digits, judged as {scenario.name}: {accuracy(weights, scenario, old):.2f}")


def draw(results: dict[tuple[str, str], Array]) -> None:
    fig, axes = figure.new(1, 2, height=3.0, sharey=True)
    colors = {"joint": figure.GREY, "replay 10": figure.BLUE, "EWC 100": figure.ORANGE, "plain": figure.RED}
    for name, color in colors.items():
        for ax, scenario in zip(axes, ("class", "domain"), strict=True):
            r = results[name, scenario][:, 0]
            ax.plot(range(1, TASKS + 1), r, color=color, label=name, marker="o", markersize=4)
    for ax, title in zip(axes, ("类别增量 class", "域增量 domain"), strict=True):
        ax.set(xlabel="i", title=title, ylim=(-0.03, 1.05), xticks=range(1, TASKS + 1))
    axes[0].set_ylabel("R[i, 1]")
    axes[1].legend(fontsize=9, loc="lower left")
    figure.save(fig, "incremental-learning.svg")


def table() -> dict[tuple[str, str], Array]:
    print("          " + "".join(f"{s.name:>18}" for s in SCENARIOS))
    results = {}
    for method in METHODS:
        cells = []
        for scenario in SCENARIOS:
            r = results[method.name, scenario.name] = run(method, scenario)
            a, f = average_and_forgetting(r)
            cells.append(f"{a:.2f} (lost {round(f, 2) + 0.0:.2f})")
        print(f"{method.name:10}" + "".join(f"{c:>18}" for c in cells))
    return results


if __name__ == "__main__":
    results = table()
    inspect_heads()
    plain = results["plain", "class"]
    print(f"plain, class: each task when just learned {np.diag(plain).mean():.2f}, at the end {plain[-1].mean():.2f}")
    draw(results)
