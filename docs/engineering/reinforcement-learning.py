"""Evidence for reinforcement-learning: value iteration, exploration, Q-learning against Sarsa, the optimum under a KL."""

from itertools import pairwise

import numpy as np

from qa import figure

Array = np.ndarray
GRID = ("...+", ".#.-", "....", "....")  # + goal, - pit, # wall; the start is the lower left corner
MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))  # up, right, down, left
ARROWS = "↑→↓←"
GAMMA, STEP_REWARD, SLIP = 0.95, -0.04, 0.1
ROWS, COLUMNS = len(GRID), len(GRID[0])
STATES = ROWS * COLUMNS


def target(state: int, move: int) -> int:
    """Where a move leads: walls and borders keep you in place."""
    row, column = divmod(state, COLUMNS)
    r, c = row + MOVES[move][0], column + MOVES[move][1]
    inside = 0 <= r < ROWS and 0 <= c < COLUMNS and GRID[r][c] != "#"
    return r * COLUMNS + c if inside else state


def model() -> tuple[Array, Array]:
    """Transition probabilities P[a, s, s'] and rewards R[a, s]; goal and pit are left for an absorbing end worth 0."""
    p, r = np.zeros((4, STATES, STATES)), np.full((4, STATES), STEP_REWARD)
    for s in range(STATES):
        kind = GRID[s // COLUMNS][s % COLUMNS]
        for a in range(4):
            if kind in "+-#":
                r[a, s] = {"+": 1.0, "-": -1.0, "#": 0.0}[kind]
            else:
                for turn, chance in ((0, 1 - 2 * SLIP), (1, SLIP), (-1, SLIP)):
                    p[a, s, target(s, (a + turn) % 4)] += chance
    return p, r


# --8<-- [start:value-iteration]
def value_iteration(
    p: Array, r: Array, gamma: float, tolerance: float = 1e-8
) -> tuple[Array, Array, list[float]]:
    """V*, π* and the largest change of each sweep; p: (A, S, S), r: (A, S)."""
    v, changes = np.zeros(p.shape[1]), []
    while not changes or changes[-1] > tolerance:
        q = r + gamma * p @ v  # (A, S)
        changes.append(float(np.abs(q.max(axis=0) - v).max()))
        v = q.max(axis=0)
    return v, q.argmax(axis=0), changes
# --8<-- [end:value-iteration]


def bandit(epsilon: float, steps: int = 2000, runs: int = 1000, arms: int = 10) -> tuple[float, float, float]:
    """ε-greedy on Gaussian bandits: share of the best arm and mean reward at the end, median number of arms ever tried."""
    rng = np.random.default_rng(0)
    means, rows = rng.standard_normal((runs, arms)), np.arange(runs)
    estimates, counts = np.zeros((runs, arms)), np.zeros((runs, arms))
    hits, rewards = [], []
    for t in range(steps):
        explore = rng.random(runs) < epsilon
        arm = np.where(explore, rng.integers(0, arms, runs), estimates.argmax(axis=1))
        reward = means[rows, arm] + rng.standard_normal(runs)
        counts[rows, arm] += 1
        estimates[rows, arm] += (reward - estimates[rows, arm]) / counts[rows, arm]
        if t >= steps * 0.9:
            hits.append(np.mean(arm == means.argmax(axis=1)))
            rewards.append(means[rows, arm].mean())
    return float(np.mean(hits)), float(np.mean(rewards)), float(np.median((counts > 0).sum(axis=1)))


def cliff_step(row: int, column: int, move: int) -> tuple[int, int, float, bool]:
    """4×12 cliff: every step costs 1; the bottom row between start and goal costs 100 and sends you back."""
    r, c = min(max(row + MOVES[move][0], 0), 3), min(max(column + MOVES[move][1], 0), 11)
    if r == 3 and 0 < c < 11:
        return 3, 0, -100.0, False
    return r, c, -1.0, (r, c) == (3, 11)


# --8<-- [start:td]
def run(
    off_policy: bool, seed: int, episodes: int = 500,
    alpha: float = 0.5, epsilon: float = 0.1,
) -> tuple[list[float], Array]:
    """Returns while learning, and Q: Q-learning if `off_policy`, else Sarsa."""
    rng, q, returns = np.random.default_rng(seed), np.zeros((4, 12, 4)), []

    def act(r: int, c: int) -> int:
        explore = rng.random() < epsilon
        return int(rng.integers(4)) if explore else int(q[r, c].argmax())

    for _ in range(episodes):
        r, c, done, total = 3, 0, False, 0.0
        a = act(r, c)
        while not done:
            r2, c2, reward, done = cliff_step(r, c, a)
            a2 = act(r2, c2)
            future = q[r2, c2].max() if off_policy else q[r2, c2, a2]
            q[r, c, a] += alpha * (reward + (not done) * future - q[r, c, a])
            r, c, a, total = r2, c2, a2, total + reward
        returns.append(total)
    return returns, q
# --8<-- [end:td]


def greedy_return(q: Array) -> float:
    """Return of the learned policy once exploration is switched off; −inf if it does not arrive in 100 steps."""
    r, c, total = 3, 0, 0.0
    for _ in range(100):
        r, c, reward, done = cliff_step(r, c, int(q[r, c].argmax()))
        total += reward
        if done:
            return total
    return -np.inf


def regularized_optimum(reference: Array, rewards: Array, beta: float) -> tuple[Array, float, float]:
    """argmax of E[r] − β KL(π‖π_ref) over distributions, its mean reward and its KL."""
    pi = reference * np.exp(rewards / beta)
    pi /= pi.sum()
    return pi, float(pi @ rewards), float(pi @ np.log(pi / reference))


def draw(v: Array, policy: Array, curves: dict[str, Array]) -> None:
    fig, (left, right) = figure.new(1, 2, height=3.0, width_ratios=[1, 1.35])
    for s in range(STATES):
        r, c = divmod(s, COLUMNS)
        kind = GRID[r][c]
        color = figure.GREY if kind == "#" else figure.BLUE if v[s] >= 0 else figure.RED
        tint = 0.2 if kind == "#" else round(0.2 * abs(v[s]), 2)
        left.add_patch(figure.plt.Rectangle((c, ROWS - 1 - r), 1, 1, facecolor=color, alpha=tint, lw=0))
        left.add_patch(figure.plt.Rectangle((c, ROWS - 1 - r), 1, 1, facecolor="none", edgecolor=figure.GREY, lw=1))
        label = "" if kind == "#" else f"{v[s]:.2f}" if kind in "+-" else f"{ARROWS[policy[s]]}\n{v[s]:.2f}"
        left.text(c + 0.5, ROWS - 0.5 - r, label, ha="center", va="center", fontsize=9)
    left.set(xlim=(0, COLUMNS), ylim=(0, ROWS), aspect="equal", title="V* · π*")
    left.axis("off")
    for (name, values), color in zip(curves.items(), (figure.ORANGE, figure.BLUE), strict=True):
        smooth = np.convolve(values, np.ones(20) / 20, mode="valid")[::6]
        right.plot(20 + 6 * np.arange(len(smooth)), smooth, color=color, label=name)
    right.set(xlabel="回合 episode", ylabel="每回合回报 return", ylim=(-110, 0))
    right.legend(loc="lower right")
    figure.save(fig, "reinforcement-learning.svg")


if __name__ == "__main__":
    p, r = model()
    v, policy, changes = value_iteration(p, r, GAMMA)
    ratios = [b / a for a, b in pairwise(changes)]
    print(f"{len(changes)} sweeps, each change at most {max(ratios):.2f} of the one before (γ = {GAMMA})")
    for row in range(ROWS):
        cells = [(kind, row * COLUMNS + column) for column, kind in enumerate(GRID[row])]
        words = ["  wall  " if kind == "#" else f"{' ' if kind in '+-' else ARROWS[policy[s]]} {v[s]:6.3f}" for kind, s in cells]
        print("  ".join(words))
    for epsilon in 0.0, 0.01, 0.1, 0.5:
        best, reward, tried = bandit(epsilon)
        print(f"bandit ε={epsilon:<4}: best arm {best:.2f}, mean reward {reward:.2f}, arms ever tried {tried:.0f}")
    curves = {}
    for name, off_policy in (("Q-learning", True), ("Sarsa", False)):
        results = [run(off_policy, seed) for seed in range(20)]
        curves[name] = np.mean([returns for returns, _ in results], axis=0)
        finals = sorted(greedy_return(q) for _, q in results)
        online, median = curves[name][-200:].mean(), finals[len(finals) // 2]
        print(f"{name:10}: while learning {online:.0f}, greedy afterwards {median:.0f} (median)")
    reference, rewards = np.array([0.5, 0.3, 0.15, 0.05]), np.array([0.0, 1.0, 2.0, 3.0])
    for beta in 10.0, 1.0, 0.1:
        pi, mean, kl = regularized_optimum(reference, rewards, beta)
        print(f"β={beta:<4}: π = {' '.join(f'{x:.2f}' for x in pi)}, reward {mean:.2f}, KL {kl:.2f}")
    draw(v, policy, curves)
