"""Evidence for frameworks: a tracer in a few lines, what it optimizes and what it silently freezes; the timeline."""

from collections.abc import Callable

from qa import figure

Step = tuple[str, int | float, int | float]  # operation and operands: an int is a slot, a float a constant
OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    ">": lambda a, b: float(a > b),
}


# --8<-- [start:tracer]
class Traced:
    """A number that writes down what is done to it (slot 0: the input)."""

    def __init__(
        self, value: float, tape: list[Step], slot: int = 0
    ) -> None:
        self.value, self.tape, self.slot = value, tape, slot

    def apply(self, name: str, other: "Traced | float") -> "Traced":
        known = isinstance(other, Traced)
        b = other.value if known else float(other)
        self.tape.append((name, self.slot, other.slot if known else b))
        value = OPERATIONS[name](self.value, b)
        return Traced(value, self.tape, len(self.tape))

    def __bool__(self) -> bool:  # an `if` looks at the example
        return bool(self.value)
# --8<-- [end:tracer]

    def __add__(self, other: "Traced | float") -> "Traced":
        return self.apply("+", other)

    def __mul__(self, other: "Traced | float") -> "Traced":
        return self.apply("*", other)

    def __gt__(self, other: "Traced | float") -> "Traced":
        return self.apply(">", other)


Number = Traced | float
CALLS = [0]


# --8<-- [start:functions]
def branching(x: Number) -> Number:
    CALLS[0] += 1  # a side effect, such as print or a counter
    return x * 2 if x > 0 else x * -1


def selecting(x: Number) -> Number:  # the branch as data
    positive = x > 0
    return positive * (x * 2) + (positive * -1 + 1) * (x * -1)


def wasteful(x: Number) -> Number:
    unused = x * 5 + 1
    return (x * 3 + 1) * (x * 3 + 1) if unused is not None else x
# --8<-- [end:functions]


def trace(f: Callable[[Number], Number], example: float) -> tuple[list[Step], int]:
    """The recorded steps and the slot of the result."""
    tape: list[Step] = []
    result = f(Traced(example, tape))
    assert isinstance(result, Traced)
    return tape, result.slot


def replay(tape: list[Step], slot: int, x: float) -> float:
    """Run the steps on a new input; the Python function is not called."""
    slots = [x]
    for name, a, b in tape:
        left, right = (slots[v] if isinstance(v, int) else v for v in (a, b))
        slots.append(OPERATIONS[name](left, right))
    return slots[slot]


def optimize(tape: list[Step], slot: int) -> tuple[list[Step], int]:
    """Merge equal steps, then drop those that the result does not need."""
    place, seen, merged = {0: 0}, {}, []
    for i, (name, a, b) in enumerate(tape, 1):
        step = (name, *(place[v] if isinstance(v, int) else v for v in (a, b)))
        if step not in seen:
            merged.append(step)
            seen[step] = len(merged)
        place[i] = seen[step]
    return prune(merged, place[slot])


def prune(tape: list[Step], slot: int) -> tuple[list[Step], int]:
    needed = {slot}
    for i in range(len(tape), 0, -1):
        if i in needed:
            needed |= {v for v in tape[i - 1][1:] if isinstance(v, int)}
    new = {old: k for k, old in enumerate(sorted(needed | {0}))}
    rest = [step for i, step in enumerate(tape, 1) if i in needed]
    return [(n, *(new[v] if isinstance(v, int) else v for v in ab)) for n, *ab in rest], new[slot]


FRAMEWORKS = (  # name, first public year, last year of active development (None: active)
    ("Torch7", 2011, 2017),
    ("Caffe", 2013, 2018),
    ("CNTK", 2015, 2019),
    ("Chainer", 2015, 2019),
    ("MXNet", 2015, 2023),
    ("Keras", 2015, None),
    ("TensorFlow", 2015, None),
    ("PaddlePaddle", 2016, None),
    ("PyTorch", 2016, None),
    ("JAX", 2018, None),
    ("MindSpore", 2020, None),
)


def draw() -> None:
    fig, ax = figure.new(height=3.3)
    for i, (name, first, last) in enumerate(FRAMEWORKS):
        color, end = (figure.GREY, last) if last else (figure.GREEN, 2026.9)
        ax.barh(-i, end - first, left=first, height=0.55, color=color)
        ax.text(first - 0.15, -i, name, ha="right", va="center", color="black")
    ax.set(xlim=(2008.5, 2027), yticks=[], xticks=range(2010, 2027, 4))
    ax.spines["left"].set_visible(False)
    figure.save(fig, "frameworks.svg")


if __name__ == "__main__":
    print(f"eager          f(3) = {branching(3.0):g}   f(-1) = {branching(-1.0):g}")
    CALLS[0] = 0
    for name, f in (("trace, if", branching), ("trace, select", selecting)):
        recorded = trace(f, 3.0)
        print(f"{name:15}f(3) = {replay(*recorded, 3.0):g}   f(-1) = {replay(*recorded, -1.0):g}")
    print(f"Python body of the traced branch ran {CALLS[0]} time for 2 results")
    before = trace(wasteful, 2.0)
    after = optimize(*before)
    assert all(replay(*before, v) == replay(*after, v) for v in (-2.0, 0.5, 7.0))
    print(f"graph of {len(before[0])} operations, optimized {len(after[0])}:", *(step[0] for step in after[0]))
    draw()
