"""Evidence for computational-graph: reverse mode on a small graph, paths against edges, what tracing bakes in."""

from collections.abc import Callable
from dataclasses import dataclass, field

from qa import figure


# --8<-- [start:node]
@dataclass(eq=False)
class Node:
    value: float
    parents: tuple[tuple["Node", float], ...] = ()  # with ∂self/∂parent
    grad: float = 0.0

    def __add__(self, o: "Node") -> "Node":
        return Node(self.value + o.value, ((self, 1.0), (o, 1.0)))

    def __sub__(self, o: "Node") -> "Node":
        return Node(self.value - o.value, ((self, 1.0), (o, -1.0)))

    def __mul__(self, o: "Node") -> "Node":
        return Node(self.value * o.value, ((self, o.value), (o, self.value)))


def backward(loss: Node) -> None:
    """Fill in `grad` of everything that `loss` depends on."""
    loss.grad = 1.0
    for node in reversed(ordered(loss)):
        for parent, local in node.parents:
            parent.grad += node.grad * local
# --8<-- [end:node]


def ordered(loss: Node) -> list[Node]:
    """Every node after its parents (a topological order)."""
    found: list[Node] = []
    seen: set[int] = set()

    def visit(node: Node) -> None:
        if id(node) not in seen:
            seen.add(id(node))
            for parent, _ in node.parents:
                visit(parent)
            found.append(node)

    visit(loss)
    return found


def ridge(w: Node, x: Node, y: Node) -> dict[str, Node]:
    """The graph of L = (wx − y)² + ½w², by the names of its nodes."""
    p = w * x
    r = p - y
    s = r * r
    q = w * w
    t = Node(0.5) * q
    return {"w": w, "x": x, "y": y, "p": p, "r": r, "s": s, "q": q, "t": t, "L": s + t}


def show_graph() -> None:
    """Values forward, adjoints backward, and a central difference as a check."""
    nodes = ridge(Node(2.0), Node(3.0), Node(5.0))
    backward(nodes["L"])
    print("node    " + "".join(f"{name:>5}" for name in nodes))
    print("value   " + "".join(f"{node.value:5.0f}" for node in nodes.values()))
    print("adjoint " + "".join(f"{node.grad:5.1f}" for node in nodes.values()))
    high, low = (ridge(Node(2.0 + e), Node(3.0), Node(5.0))["L"].value for e in (1e-4, -1e-4))
    print(f"central difference for w: {(high - low) / 2e-4:.3f}")


def show_paths(n: int = 30) -> None:
    """v ← v + v, n times: the number of paths doubles, the number of edges grows by two."""
    x = Node(1.0)
    v, paths = x, 1
    for _ in range(n):
        v, paths = v + v, 2 * paths
    backward(v)
    edges = sum(len(node.parents) for node in ordered(v))
    print(f"n = {n}: paths {paths:,}, edges {edges}, derivative {x.grad:,.0f}")


Step = tuple[str, int, int]
OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "neg": lambda a, b: -a,
}


@dataclass
class Trace:
    """A recorded program: value 0 is the input, step k computes value k + 1; guards are the branches taken."""

    steps: list[Step] = field(default_factory=list)
    guards: list[tuple[int, float, bool]] = field(default_factory=list)
    result: int = 0

    def values(self, x: float) -> list[float]:
        found = [x]
        for name, a, b in self.steps:
            found.append(OPERATIONS[name](found[a], found[b]))
        return found

    def run(self, x: float) -> float:
        return self.values(x)[self.result]

    def holds(self, x: float) -> bool:
        values = self.values(x)
        return all((values[index] > limit) == outcome for index, limit, outcome in self.guards)


@dataclass
class Proxy:
    """Stands for a number while a function is traced and records what is done to it."""

    trace: Trace
    index: int
    value: float

    def record(self, name: str, other: "Proxy") -> "Proxy":
        self.trace.steps.append((name, self.index, other.index))
        return Proxy(self.trace, len(self.trace.steps), OPERATIONS[name](self.value, other.value))

    def __add__(self, other: "Proxy") -> "Proxy":
        return self.record("add", other)

    def __mul__(self, other: "Proxy") -> "Proxy":
        return self.record("mul", other)

    def __neg__(self) -> "Proxy":
        return self.record("neg", self)

    def __gt__(self, limit: float) -> bool:
        outcome = self.value > limit
        self.trace.guards.append((self.index, limit, outcome))
        return outcome


# --8<-- [start:trace]
def branchy(x: "Proxy") -> "Proxy":
    return x * x if x > 0 else -x


def trace(function: Callable[["Proxy"], "Proxy"], example: float) -> Trace:
    """Run once on an example; keep the operations and the branches taken."""
    recorded = Trace()
    recorded.result = function(Proxy(recorded, 0, example)).index
    return recorded


def compiled(
    function: Callable[["Proxy"], "Proxy"], x: float, cache: list[Trace]
) -> float:
    """Reuse a trace whose guards hold for x, otherwise trace again."""
    for known in cache:
        if known.holds(x):
            return known.run(x)
    cache.append(trace(function, x))
    return cache[-1].run(x)
# --8<-- [end:trace]


def show_trace() -> None:
    """A trace repeats its branch for every input; guards notice and trace anew."""
    recorded = trace(branchy, 3.0)
    print(f"traced at 3: {[name for name, _, _ in recorded.steps]}; replayed at -2: {recorded.run(-2.0):.0f}, right: 2")
    cache: list[Trace] = []
    for x in 3.0, -2.0, 5.0, -7.0:
        print(f"with guards: f({x:.0f}) = {compiled(branchy, x, cache):.0f}, graphs {len(cache)}")


def wasteful(x: Proxy) -> Proxy:
    """2x² + x², with a repeated product and a result that nobody uses."""
    _ = x * x * x
    square = x * x
    return (x * x + square) + square


def optimized(old: Trace) -> Trace:
    """Common subexpressions once, then only what the result needs."""
    place, merged, known = [0], [], {}
    for name, a, b in old.steps:
        step = (name, place[a], place[b])
        if step not in known:
            merged.append(step)
            known[step] = len(merged)
        place.append(known[step])
    needed = {place[old.result]}
    for index in range(len(merged), 0, -1):
        if index in needed:
            needed |= {merged[index - 1][1], merged[index - 1][2]}
    kept = sorted(needed | {0})
    number = {index: k for k, index in enumerate(kept)}
    steps = [(merged[i - 1][0], number[merged[i - 1][1]], number[merged[i - 1][2]]) for i in kept if i]
    return Trace(steps, [], number[place[old.result]])


def show_optimized() -> None:
    before = trace(wasteful, 3.0)
    after = optimized(before)
    print(f"operations before {len(before.steps)}, after {len(after.steps)}; same result: {before.run(4.0) == after.run(4.0)}")


PLACES = {
    "x": (0.2, 4.0, "x = 3"),
    "w": (0.2, 1.9, "w = 2"),
    "y": (2.9, 4.6, "y = 5"),
    "p": (2.9, 2.9, "p = wx = 6"),
    "q": (2.9, 0.6, "q = w² = 4"),
    "r": (5.3, 3.7, "r = p − y = 1"),
    "t": (6.4, 0.6, "t = ½q = 2"),
    "s": (7.7, 3.7, "s = r² = 1"),
    "L": (10.1, 1.9, "L = s + t = 3"),
}
EDGES = ("xp", "wp", "wq", "yr", "pr", "rs", "qt", "sL", "tL")


def draw() -> None:
    """The graph of L: values in the boxes, adjoints below them."""
    nodes = ridge(Node(2.0), Node(3.0), Node(5.0))
    backward(nodes["L"])
    fig, ax = figure.blank(3.4, 12.2, 5.7)
    w, h = 1.95, 0.62
    for name, (x, y, text) in PLACES.items():
        leaf = name in "xyw"
        figure.box(ax, x, y, w, h, text, figure.BLUE if leaf else "black", fontsize=10)
        sums = "6 + 2 = 8" if name == "w" else f"{nodes[name].grad:g}".replace("-", "−")
        ax.text(x + w / 2, y - 0.26, f"∂L/∂{name} = {sums}", ha="center", va="center", fontsize=9, color=figure.ORANGE)
    for start, end in EDGES:
        (x0, y0, _), (x1, y1, _) = PLACES[start], PLACES[end]
        target = (x1 + w / 2, y1 + h) if start + end == "sL" else (x1, y1 + h / 2)
        figure.arrow(ax, (x0 + w, y0 + h / 2), target, figure.GREY)
    figure.save(fig, "computational-graph.svg")


if __name__ == "__main__":
    show_graph()
    show_paths()
    show_trace()
    show_optimized()
    draw()
