"""Evidence for ab-testing: sample size, peeking by integration and simulation, trust, variance, interference."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import integrate, optimize, stats

from qa import figure

Array = np.ndarray
LOOKS = 14
Z_SUM = float(stats.norm.ppf(0.975) + stats.norm.ppf(0.8))
DRIFT = Z_SUM / LOOKS**0.5  # per look, so that one test at the end has 80% power


# --8<-- [start:size]
def users_per_arm(base: float, lift: float, power: float = 0.8) -> float:
    """For a relative lift of a conversion rate, two-sided test at 5%."""
    new = base * (1 + lift)
    variance = base * (1 - base) + new * (1 - new)
    z = stats.norm.ppf(0.975) + stats.norm.ppf(power)
    return float(z**2 * variance / (new - base) ** 2)
# --8<-- [end:size]


def z_score(a: Array, b: Array, n: float) -> Array:
    """Two-proportion z of b conversions against a, n users in each arm."""
    pooled = (a + b) / (2 * n)
    return (b - a) / n / np.sqrt(2 * pooled * (1 - pooled) / n)


def show_size(base: float = 0.05) -> None:
    """Sizes for several lifts, the power that a simulation finds, and one p-value twice."""
    for lift in 0.10, 0.05, 0.02, 0.01:
        print(f"lift {lift:4.0%}: {users_per_arm(base, lift):11,.0f} users per arm")
    n, rng = round(users_per_arm(base, 0.05)), np.random.default_rng(0)
    a, b = rng.binomial(n, base, 100_000), rng.binomial(n, base * 1.05, 100_000)
    print(f"simulated power at {n:,}: {(np.abs(z_score(a, b, n)) > 1.96).mean():.2f}")
    p = 2 * stats.norm.sf(abs(z_score(np.array(500.0), np.array(570.0), 10_000)))
    check = stats.chi2_contingency([[500, 9500], [570, 9430]], correction=False).pvalue
    print(f"500 against 570 of 10,000: p {p:.4f}   scipy chi2_contingency {check:.4f}")


# --8<-- [start:crossing]
def crossing(bounds: Array, drift: float = 0.0, points: int = 151) -> Array:
    """Chance that |z| has left its bound by look 1, 2, …; drift per look."""
    density, old, crossed = np.ones(1), np.zeros(1), []
    for k, bound in enumerate(bounds, 1):
        sums = np.linspace(-bound, bound, points) * k**0.5
        steps = stats.norm.pdf(sums[:, None] - old[None, :] - drift)
        carried = integrate.simpson(steps * density, x=old) if k > 1 else steps[:, 0]
        density, old = carried, sums
        crossed.append(1 - integrate.simpson(density, x=sums))
    return np.array(crossed)
# --8<-- [end:crossing]


def simulated(bound: float, looks: list[int], runs: int = 50_000) -> list[float]:
    """The same for a constant bound without drift, from random walks."""
    walks = np.random.default_rng(1).standard_normal((runs, max(looks))).cumsum(1)
    out = np.abs(walks) > bound * np.sqrt(np.arange(1, max(looks) + 1))
    return [float(out[:, :k].any(1).mean()) for k in looks]


def five_by_scipy() -> float:
    """Five looks at 1.96: one minus the mass of a five-dimensional normal in a cube."""
    k = np.arange(1, 6)
    covariance = np.sqrt(np.minimum.outer(k, k) / np.maximum.outer(k, k))
    normal = stats.multivariate_normal(np.zeros(5), covariance, seed=0)
    return float(1 - normal.cdf(np.full(5, 1.96), lower_limit=np.full(5, -1.96)))


def show_peeking() -> None:
    looks = [1, 2, 5, 10, 14, 28]
    exact = crossing(np.full(28, 1.96))
    print("looks at 5%:     ", *(f"{k:5}" for k in looks))
    print("by integration:  ", *(f"{exact[k - 1]:5.2f}" for k in looks))
    print("by simulation:   ", *(f"{value:5.2f}" for value in simulated(1.96, looks)))
    print(f"five looks: integration {exact[4]:.4f}, scipy multivariate_normal {five_by_scipy():.4f}")


@dataclass(frozen=True)
class Rule:
    """A way to look every day: the bound of |z| at each look."""

    name: str
    label: str
    bounds: Array
    color: str


def solve(shape: Array) -> Array:
    """The shape scaled so that its overall false positive rate is 5%."""
    scale = optimize.brentq(lambda c: crossing(c * shape)[-1] - 0.05, 1.5, 4.0, xtol=1e-6)
    return scale * shape


# --8<-- [start:always]
def always_valid(looks: int, v: float, level: float = 0.05) -> Array:
    """Bounds of |z| from the mixture likelihood ratio; v is the prior variance
    of the effect over the variance of its estimate after one look."""
    kv = np.arange(1, looks + 1) * v
    return np.sqrt((1 + kv) / kv * (2 * np.log(1 / level) + np.log(1 + kv)))
# --8<-- [end:always]


def rules() -> tuple[Rule, ...]:
    k = np.arange(1, LOOKS + 1)
    return (
        Rule("every look at 1.96", "1.96", np.full(LOOKS, 1.96), figure.RED),
        Rule("Pocock", "Pocock", solve(np.ones(LOOKS)), figure.ORANGE),
        Rule("O'Brien-Fleming", "O'Brien–Fleming", solve(np.sqrt(LOOKS / k)), figure.GREEN),
        Rule("always valid", "mSPRT", always_valid(LOOKS, DRIFT**2), figure.BLUE),
    )


def show_rules(found: tuple[Rule, ...]) -> None:
    """What each rule costs and saves over 14 looks, with the effect the test was planned for."""
    print(f"{'one look at the end':20} false 0.05  power {crossing(np.array([1.96]), Z_SUM)[0]:.2f}  data 1.00")
    for rule in found:
        false, hit = crossing(rule.bounds), crossing(rule.bounds, DRIFT)
        used = (1 + (1 - hit[:-1]).sum()) / LOOKS
        ends = f"bound {rule.bounds[0]:.2f} to {rule.bounds[-1]:.2f}"
        print(f"{rule.name:20} false {false[-1]:.2f}  power {hit[-1]:.2f}  data {used:.2f}  {ends}")


def show_exaggeration() -> None:
    """How much a significant estimate overstates the effect, by power: formula and simulation."""
    for power in 0.2, 0.8:
        effect = 1.96 + stats.norm.ppf(power)
        formula = 1 + stats.norm.pdf(1.96 - effect) / power / effect
        z = np.random.default_rng(2).normal(effect, 1, 400_000)
        check = z[z > 1.96].mean() / effect
        print(f"power {power}: significant gains overstate by {formula:.2f} (simulated {check:.2f})")


def show_mismatch(a: int = 50_600, b: int = 49_400) -> None:
    """Sample ratio mismatch: chi-square from its definition and from SciPy."""
    expected = (a + b) / 2
    statistic = (a - expected) ** 2 / expected + (b - expected) ** 2 / expected
    p, check = stats.chi2.sf(statistic, 1), stats.chisquare([a, b]).pvalue
    print(f"{a:,} to {b:,}: chi-square {statistic:.1f}, p {p:.1e}   scipy chisquare {check:.1e}")


def show_guardrail(n: int = 122_000, base: float = 0.002, margin: float = 0.1) -> None:
    """Half the 95% interval of a rare rate, relative to it, and how often a harmless model clears the margin."""
    error = (2 * (1 - base) / base / n) ** 0.5
    passes = f"harmless passes {margin:.0%} margin: {stats.norm.cdf(margin / error - 1.96):.2f}"
    print(f"crash rate {base:.1%}, {n:,} per arm: ±{1.96 * error:.0%}, {passes}")


def adjusted(y: Array, x: Array, arm: Array) -> tuple[float, float]:
    """Difference of arms after subtracting theta·(x − mean), and the variance kept."""
    theta = np.cov(x, y)[0, 1] / x.var(ddof=1)
    z = y - theta * (x - x.mean())
    return float(z[arm == 1].mean() - z[arm == 0].mean()), float(z.var() / y.var())


def show_cuped(n: int = 400_000, effect: float = 0.1) -> None:
    """Adjustment by a covariate from before the experiment, and by one that the treatment has moved."""
    rng = np.random.default_rng(3)
    arm, before = np.arange(n) % 2, rng.standard_normal(n)
    y = 0.7 * before + (1 - 0.49) ** 0.5 * rng.standard_normal(n) + effect * arm
    good, kept = adjusted(y, before, arm)
    during = y + 0.5 * rng.standard_normal(n)
    bad, _ = adjusted(y, during, arm)
    print(f"true effect {effect:.2f}, covariate from before: {good:.2f}, variance kept {kept:.2f}")
    print(f"covariate from during the experiment:     {bad:.2f}")


def show_unit(users: int = 1000, runs: int = 800) -> None:
    """A/A tests of a click rate per page view: views treated as independent, and the delta method by user."""
    rng, wrong = np.random.default_rng(4), np.zeros(2)
    for _ in range(runs):
        views = rng.geometric(0.1, (2, users))
        clicks = rng.binomial(views, rng.beta(1, 9, (2, users)))
        rate = clicks.sum(1) / views.sum(1)
        naive = (rate * (1 - rate) / views.sum(1)).sum()
        by_user = ((clicks - rate[:, None] * views).var(axis=1) / users / views.mean(1) ** 2).sum()
        wrong += abs(rate[0] - rate[1]) > 1.96 * np.sqrt([naive, by_user])
    print("A/A tests that 'find' something: views as units {:.2f}, users as units {:.2f}".format(*wrong / runs))


# --8<-- [start:market]
def market(supply: int, share: float, rng: np.random.Generator) -> Array:
    """Bookings per user of control and treatment; all draw on one stock."""
    treated = rng.random(10_000) < share
    wants = np.flatnonzero(rng.random(10_000) < np.where(treated, 0.12, 0.10))
    served = rng.permutation(wants)[:supply]
    counts = np.bincount(treated[served], minlength=2)
    return counts / np.maximum(np.bincount(treated, minlength=2), 1)
# --8<-- [end:market]


def show_market() -> None:
    """The mean lift that A/B tests report, and that of a launch: 1,200 users who want to book against 1,000."""
    rng = np.random.default_rng(5)
    for supply in 2000, 1100, 600:
        control, treatment = np.mean([market(supply, 0.5, rng) for _ in range(1000)], axis=0)
        launch = min(supply, 1200) / min(supply, 1000) - 1
        print(f"stock {supply:4}: A/B test reports {treatment / control - 1:+.0%}, launch brings {launch:+.0%}")


def draw(found: tuple[Rule, ...]) -> None:
    """Left: A/A paths and the bounds. Right: false positives by day."""
    fig, (left, right) = figure.new(1, 2, height=3.3)
    days = np.arange(1, LOOKS + 1)
    walks = np.random.default_rng(14).standard_normal((5, LOOKS)).cumsum(1) / np.sqrt(days)
    for walk in walks:
        left.plot(days, walk, color=figure.GREY, linewidth=1)
    handles = []
    for rule in found:
        handles += left.plot(days, rule.bounds, color=rule.color, label=rule.label)
        left.plot(days, -rule.bounds, color=rule.color)
        right.plot(days, crossing(rule.bounds), color=rule.color)
    left.set(ylim=(-5, 5), xlabel="天 day", ylabel="z", xticks=[1, 7, 14])
    right.axhline(0.05, color=figure.GREY, linewidth=1, linestyle=":")
    right.set(ylim=(0, 0.25), xlabel="天 day", ylabel="误报率 false positives", xticks=[1, 7, 14])
    fig.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=9)
    figure.save(fig, "ab-testing.svg")


SHOW: tuple[Callable[[], None], ...] = (
    show_exaggeration, show_mismatch, show_guardrail, show_cuped, show_unit, show_market,
)  # fmt: skip

if __name__ == "__main__":
    show_size()
    show_peeking()
    found = rules()
    show_rules(found)
    for show in SHOW:
        show()
    draw(found)
