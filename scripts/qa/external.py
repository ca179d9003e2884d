"""Check external links: few requests per host, patiently, remembered between runs.

A page is asked for once however many links lead to it. What fails is asked for again after a pause, because a link is
called broken only when it stays broken. Results live in a file with the time when they were found.
"""

import contextlib
import email.utils
import ipaddress
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, zip_longest
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

from qa.judge import BROKEN, INCONCLUSIVE, MOVED, OK, Judgement, judge
from qa.outbound import Place
from qa.visit import Browser, Limits, TroubleError, Visit

HOUR, DAY = 3600, 86400
FRESH = {OK: 14 * DAY, MOVED: 14 * DAY, BROKEN: DAY, INCONCLUSIVE: HOUR}  # how long a verdict is believed
FORGOTTEN = 90 * DAY
TRIES = {BROKEN: 2, INCONCLUSIVE: 3}
RESERVED = (".invalid", ".example", ".test", ".localhost")  # names that no resolver will ever find
FORMAT = 1


@dataclass(frozen=True)
class Manners:
    """How politely: connections in all and per host, seconds between two requests to a host, the longest wait."""

    connections: int = 16
    per_host: int = 2
    delay: float = 0.5
    pause: float = 1.0
    longest_wait: float = 30.0
    weary: int = 5  # a host that limits us at so many addresses in a row is left alone


@dataclass(frozen=True)
class Result:
    """The judgement on one address, when it was found, and whether it was remembered."""

    address: str
    judgement: Judgement
    checked: float
    cached: bool = False


class Gate:
    """Lets requests to a host through one after the other, a delay apart, and holds a host that asks for patience."""

    def __init__(
        self, manners: Manners, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.manners, self.clock, self.sleep = manners, clock, sleep
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}
        self._places: dict[str, threading.Semaphore] = {}
        self._limited: dict[str, int] = {}

    @contextlib.contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait for a free connection and for the delay to pass."""
        with self._lock:
            places = self._places.setdefault(host, threading.Semaphore(self.manners.per_host))
        with places:
            with self._lock:
                now = self.clock()
                start = max(now, self._next.get(host, now))
                self._next[host] = start + self.manners.delay
            if start > now:
                self.sleep(start - now)
            yield

    def hold(self, host: str, seconds: float) -> None:
        """Ask this host for nothing before so many seconds have passed."""
        with self._lock:
            self._next[host] = max(self._next.get(host, 0.0), self.clock() + seconds)

    def heard(self, host: str, limited: bool) -> None:
        """Count how often in a row a host put us off."""
        with self._lock:
            self._limited[host] = self._limited.get(host, 0) + 1 if limited else 0

    def is_weary(self, host: str) -> bool:
        return self._limited.get(host, 0) >= self.manners.weary


@dataclass
class Cache:
    """Judgements by address in a JSON file; a file that cannot be read counts as empty."""

    path: Path | None = None
    now: Callable[[], float] = time.time
    known: dict[str, Result] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            data = json.loads(self.path.read_text(encoding="utf-8")) if self.path else {}
            if data.get("format") == FORMAT:
                self.known = {link: _remembered(link, entry) for link, entry in data["links"].items()}

    def get(self, link: str) -> Result | None:
        """What was found not too long ago."""
        result = self.known.get(link)
        return result if result and 0 <= self.now() - result.checked < FRESH[result.judgement.verdict] else None

    def put(self, result: Result) -> None:
        self.known[result.address] = result

    def save(self) -> None:
        """Write the file as a whole or not at all."""
        if not self.path:
            return
        kept = {link: r for link, r in sorted(self.known.items()) if self.now() - r.checked < FORGOTTEN}
        entries = {link: asdict(r.judgement) | {"checked": int(r.checked)} for link, r in kept.items()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps({"format": FORMAT, "links": entries}, ensure_ascii=False, indent=1), encoding="utf-8")
        partial.replace(self.path)


@dataclass
class Checker:
    """Everything that one run needs."""

    cache: Cache = field(default_factory=Cache)
    limits: Limits = field(default_factory=Limits)
    gate: Gate = field(default_factory=lambda: Gate(Manners()))
    progress: Callable[[int, int], None] = lambda done, total: None

    def __post_init__(self) -> None:
        self.browser = Browser(self.limits, self.gate.turn)
        self.nameless: dict[str, TroubleError] = {}

    def check(self, links: list[str]) -> list[Result]:
        """A result for every address in its order; what was found is remembered even when the run is broken off."""
        known = {link: result for link in links if (result := self.cache.get(link))}
        groups = _by_page([link for link in links if link not in known])
        found = {link: replace(result, cached=True) for link, result in known.items()}
        pool = ThreadPoolExecutor(self.gate.manners.connections, thread_name_prefix="link")
        try:
            running = [pool.submit(self._page, page, groups[page]) for page in _in_turn(list(groups))]
            for done, future in enumerate(as_completed(running), 1):
                found |= {result.address: result for result in future.result()}
                self.progress(done, len(running))
            found = _unless_offline(found)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for result in found.values():
                if not result.cached and result.judgement.reason != OFFLINE:
                    self.cache.put(result)
            self.cache.save()
        return [found[link] for link in links]

    def _page(self, page: str, links: list[str]) -> list[Result]:
        """Ask for one page, again where that may tell more, and judge every link that leads to it."""
        gate, host, tries = self.gate, urlsplit(page).netloc, 0
        while True:
            if gate.is_weary(host):
                judged = dict.fromkeys(links, Judgement(INCONCLUSIVE, "not asked: its host limits how often we ask"))
                break
            visit, tries = self._visit(page, host), tries + 1
            judged = {link: judge(link, visit, self.browser.visit) for link in links}
            gate.heard(host, bool(visit.answer) and visit.answer.status == 429)
            wait = self._wait(visit, tries)
            most = 2 if visit.trouble and visit.trouble.kind == "timeout" else 3
            if wait is None or not any(one.again and tries < min(most, TRIES.get(one.verdict, 1)) for one in judged.values()):
                break
            self._pause(visit, host, wait)
        return [Result(link, judgement, self.cache.now()) for link, judgement in judged.items()]

    def _visit(self, page: str, host: str) -> Visit:
        """A visit, unless another link has shown already that the host does not exist."""
        if host in self.nameless:
            return Visit(page, trouble=self.nameless[host])
        visit = self.browser.visit(page)
        if visit.trouble and visit.trouble.kind == "name" and not visit.hops:
            self.nameless[host] = visit.trouble
        return visit

    def _wait(self, visit: Visit, tries: int) -> float | None:
        """Seconds until the next try: what the server asks for, else longer each time; nothing where that is too long."""
        asked = retry_after(visit.answer.headers.get("retry-after", "") if visit.answer else "", self.cache.now())
        if asked > self.gate.manners.longest_wait:
            return None
        return max(asked, self.gate.manners.pause * 2 ** (tries - 1))

    def _pause(self, visit: Visit, host: str, seconds: float) -> None:
        if visit.answer and visit.answer.status == 429:
            self.gate.hold(host, seconds)
        else:
            self.gate.sleep(seconds)


OFFLINE = "no host name could be looked up in this run: is this machine online?"


def retry_after(value: str, now: float) -> float:
    """The seconds that a `Retry-After` header asks for, given as a number or as a date."""
    value = value.strip()
    if value.isdecimal():
        return float(value)
    with contextlib.suppress(TypeError, ValueError):
        return max(email.utils.parsedate_to_datetime(value).timestamp() - now, 0.0)
    return 0.0


def is_local(host: str) -> bool:
    """Whether a host is found without asking the network: an address in numbers, or this machine."""
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return host == "localhost"


def counts(results: list[Result]) -> dict[str, int]:
    """How many addresses have each verdict."""
    return {verdict: sum(r.judgement.verdict == verdict for r in results) for verdict in (OK, MOVED, BROKEN, INCONCLUSIVE)}


def table(results: list[Result], places: Mapping[str, list[Place]], now: float, everything: bool = False) -> str:
    """The results for people: what is broken first, each with every place, then what one may look at; a summary."""
    lines: list[str] = []
    for verdict in (BROKEN, MOVED, INCONCLUSIVE, *((OK,) if everything else ())):
        for one in (r for r in results if r.judgement.verdict == verdict):
            seen = f"  [{age(now - one.checked)}]" if one.cached else ""
            lines += [f"{verdict:<13}{one.address}{seen}"]
            lines += [f"{'':13}{one.judgement.reason}"] if one.judgement.reason else []
            lines += [f"{'':13}  {place}" for place in places.get(one.address, [])]
    return "\n".join([*lines, *([""] if lines else []), summary(results, places, now)])


def summary(results: list[Result], places: Mapping[str, list[Place]], now: float) -> str:
    number = counts(results)
    said = ", ".join(f"{count} {verdict}" for verdict, count in number.items() if count) or "nothing to ask for"
    remembered = [r for r in results if r.cached]
    known = f"; {len(remembered)} remembered, the oldest {age(now - min(r.checked for r in remembered))}" if remembered else ""
    good = " Every external link holds." if results and number[OK] == len(results) else ""
    stand = sum(len(places.get(r.address, [])) for r in results)
    return f"{len(results)} external addresses in {stand} places: {said}{known}.{good}"


def document(results: list[Result], places: Mapping[str, list[Place]], now: float) -> dict[str, object]:
    """The results for machines."""
    links = [
        {
            "address": one.address,
            **{key: value for key, value in asdict(one.judgement).items() if key != "again"},
            "checked": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(one.checked)),
            "age_seconds": max(round(now - one.checked), 0),
            "cached": one.cached,
            "places": [{"path": str(p.path), "line": p.line, "column": p.column} for p in places.get(one.address, [])],
        }
        for one in results
    ]
    return {"summary": counts(results), "links": links}


def age(seconds: float) -> str:
    """How long ago, in the largest unit that fits."""
    for name, size in (("day", DAY), ("hour", HOUR), ("minute", 60)):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {name}{'s' if number > 1 else ''} ago"
    return "just now"


def _remembered(link: str, entry: dict[str, object]) -> Result:
    checked = float(str(entry.pop("checked")))
    judgement = Judgement(**entry)  # type: ignore[arg-type]
    return Result(link, replace(judgement, verdict={v: v for v in FRESH}[judgement.verdict]), checked)


def _by_page(links: list[str]) -> dict[str, list[str]]:
    """Links by the page that they lead to, fragments aside."""
    groups: dict[str, list[str]] = {}
    for link in links:
        groups.setdefault(urldefrag(link).url, []).append(link)
    return groups


def _in_turn(pages: list[str]) -> list[str]:
    """Pages ordered so that hosts take turns."""
    hosts: dict[str, list[str]] = {}
    for page in pages:
        hosts.setdefault(page.split("/")[2:3][0] if page.count("/") > 1 else "", []).append(page)
    return [page for page in chain.from_iterable(zip_longest(*hosts.values())) if page is not None]


def _unless_offline(found: dict[str, Result]) -> dict[str, Result]:
    """Where no name at all could be looked up, the network is missing and not the hosts."""
    asked = {link: urlsplit(link).hostname or "" for link, r in found.items() if not r.cached and "//" in link}
    unknown = {link for link in asked if found[link].judgement.reason.endswith("there is no such host")}
    names = {host for host in asked.values() if not is_local(host) and not host.endswith(RESERVED)}
    missing = {asked[link] for link in unknown} & names
    if len(missing) < 3 or missing != names:
        return found
    lost = {link for link in unknown if asked[link] in missing}
    return {link: replace(r, judgement=Judgement(INCONCLUSIVE, OFFLINE)) if link in lost else r for link, r in found.items()}
