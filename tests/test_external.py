"""External links: the right verdict on a server that misbehaves in every way, politely, remembered, found where they stand."""

import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from misbehaving import WAYS, Server, Way, page, reply, to
from support import FIXTURES, broken_site
from web import first, second, third

import links as command
from qa import external, outbound, site
from qa.external import Cache, Checker, Gate, Manners, Result
from qa.judge import Judgement
from qa.outbound import Place
from qa.visit import Limits

LIMITS = Limits(connect=3, total=3, body=100_000)  # patient: a busy machine stands still for a second
DAY = 86400.0


class Time:
    """A clock that runs only when someone sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 1_800_000_000.0, [0.0]

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


def checker(time: Time, cache: Path | None = None, **manners: float) -> Checker:
    return Checker(Cache(cache, time), LIMITS, Gate(Manners(**manners), time, time.sleep))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture(scope="module")
def judged(server: Server) -> dict[str, Result]:
    """Every way, asked for in one run."""
    links = list(dict.fromkeys(f"http://127.0.0.1:{server.port}/{way.name}{way.asked}" for way in WAYS))
    return {result.address: result for result in checker(Time(), per_host=16, weary=99).check(links)}


def one(link: str, time: Time | None = None) -> Judgement:
    return checker(time or Time()).check([link])[0].judgement


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name + way.asked)
def test_each_way_has_its_verdict(server: Server, judged: dict[str, Result], way: Way) -> None:
    base = f"http://127.0.0.1:{server.port}"
    found = judged[f"{base}/{way.name}{way.asked}"].judgement
    assert (found.verdict, found.moved_to) == (way.verdict, base + way.moved if way.moved else ""), found
    assert way.says in found.reason
    assert found.reason or found.verdict == "ok"


@pytest.fixture(scope="module", params=[first, second, third], ids=["first", "second", "third"])
def miniature(request: pytest.FixtureRequest) -> Iterator[tuple[str, tuple[Way, ...], dict[str, Result]]]:
    """A web in miniature, every page asked for in one run: where it stands, its ways, and what the checker says."""
    running = Server(ways=request.param.WAYS)
    base = f"http://127.0.0.1:{running.port}"
    links = [f"{base}/{way.name}{way.asked}" for way in request.param.WAYS]
    yield base, request.param.WAYS, {one.address: one for one in checker(Time(), per_host=16, weary=99).check(links)}
    running.close()


def test_a_web_in_miniature(miniature: tuple[str, tuple[Way, ...], dict[str, Result]]) -> None:
    base, ways, results = miniature
    wrong = {}
    for way in ways:
        found = results[f"{base}/{way.name}{way.asked}"].judgement
        if (found.verdict, found.moved_to) != (way.verdict, base + way.moved if way.moved else ""):
            wrong[way.name + way.asked] = found
    assert wrong == {}
    assert len(ways) > 100


def test_hosts_and_connections(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = unused.getsockname()[1]
    assert one(f"http://127.0.0.1:{closed}/").verdict == "broken"
    assert one(f"https://127.0.0.1:{server.port}/fine").verdict == "inconclusive"
    assert one("http://127.0.0.1:99999/").reason.startswith("no valid address")
    assert one("http:///nothing").verdict == one("http://a b/").verdict == "broken"
    known = {"xn--fsqu00a.xn--0zwm56d": "127.0.0.1"}
    monkeypatch.setattr(socket, "getaddrinfo", resolver(known))
    assert one(f"http://例子.测试:{server.port}/fine").verdict == "ok"
    assert f"xn--fsqu00a.xn--0zwm56d:{server.port}" in server.seen.hosts
    assert one("http://no-such-host.invalid/") == Judgement("broken", "there is no such host")
    assert one("http://flaky-names.example/").verdict == "inconclusive"


def resolver(known: dict[str, str]):  # noqa: ANN201
    """A `getaddrinfo` that knows these names; "flaky" ones fail for now, others do not exist."""
    real = socket.getaddrinfo

    def look_up(host: str, *rest: object, **more: object) -> object:
        if host == "127.0.0.1" or host in known:
            return real(known.get(host, host), *rest, **more)
        raise socket.gaierror(socket.EAI_AGAIN if "flaky" in host else socket.EAI_NONAME, "unknown")

    return look_up


def test_without_a_network_nothing_is_called_broken(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver({}))
    links = ["https://a.example.org/", "https://b.example.org/", "https://c.example.org/x", f"http://127.0.0.1:{server.port}/fine"]
    run = checker(Time())
    assert [r.judgement.verdict for r in run.check(links)] == ["inconclusive"] * 3 + ["ok"]
    assert list(run.cache.known) == links[3:]
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"c.example.org": "127.0.0.1"}))
    links[2] = f"http://c.example.org:{server.port}/fine"
    assert [r.judgement.verdict for r in checker(Time()).check(links)] == ["broken", "broken", "ok", "ok"]


def test_an_invalid_certificate_is_inconclusive() -> None:
    secure = Server(FIXTURES / "tls")
    found = one(f"https://127.0.0.1:{secure.port}/fine")
    secure.close()
    assert found.verdict == "inconclusive"
    assert "certificate" in found.reason


def test_http_to_https_is_moved_with_the_new_address(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    secure = Server(FIXTURES / "tls")
    trusting = ssl.create_default_context(cafile=FIXTURES / "tls/certificate.pem")
    trusting.check_hostname = False
    monkeypatch.setattr("qa.visit._tls", lambda: trusting)
    server.ways["/upgrade"] = to(f"https://127.0.0.1:{secure.port}/fine", 301)
    found = one(f"http://127.0.0.1:{server.port}/upgrade")
    secure.close()
    assert (found.verdict, found.moved_to) == ("moved", f"https://127.0.0.1:{secure.port}/fine")


def test_an_identifier_stays_the_address(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"doi.org": "127.0.0.1"}))
    server.ways["/10.1/abc"] = to(f"http://127.0.0.1:{server.port}/fine", 301)
    assert one(f"http://doi.org:{server.port}/10.1/abc").verdict == "ok"


def test_a_page_is_asked_for_once_for_all_its_fragments() -> None:
    running = Server()
    base = f"http://127.0.0.1:{running.port}/toc"
    results = checker(Time()).check([f"{base}#start", f"{base}#old", base, f"{base}#none"])
    running.close()
    assert [r.judgement.verdict for r in results] == ["ok", "ok", "ok", "broken"]
    assert running.seen.paths == {"/toc": 1}


def test_requests_to_one_host_keep_their_distance(server: Server) -> None:
    time = Time()
    checker(time, delay=3.0).check([f"http://127.0.0.1:{server.port}/fine?{i}" for i in range(4)])
    assert sum(time.slept) >= 9


def test_it_waits_as_long_as_the_server_asks(server: Server) -> None:
    time = Time()
    server.ways["/wait"] = lambda request: reply(body=page()) if request.count else reply(503, Retry_After="17")
    assert one(f"http://127.0.0.1:{server.port}/wait", time).verdict == "ok"
    assert 17 in time.slept
    assert external.retry_after("Fri, 15 Jan 2027 08:00:10 GMT", 1_800_000_000) == pytest.approx(10)
    assert external.retry_after("soon", 0) == external.retry_after("", 0) == 0


def test_it_does_not_wait_for_an_hour_and_asks_less_and_less_often(server: Server) -> None:
    time, base = Time(), f"http://127.0.0.1:{server.port}"
    assert one(f"{base}/busy-for-an-hour", time).verdict == "inconclusive"
    assert sum(time.slept) == 0
    assert one(f"{base}/failing-500", time).verdict == "inconclusive"
    assert [pause for pause in time.slept if pause >= 1] == [1, 2]


def test_a_host_that_limits_us_is_left_alone() -> None:
    running = Server()
    running.ways["/limited"] = reply(429)
    links = [f"http://127.0.0.1:{running.port}/limited?{i}" for i in range(20)]
    results = checker(Time(), connections=1, weary=3).check(links)
    running.close()
    assert {r.judgement.verdict for r in results} == {"inconclusive"}
    assert sum(running.seen.paths.values()) <= 4


def test_results_are_remembered_for_a_while(tmp_path: Path) -> None:
    running, time, file = Server(), Time(), tmp_path / "cache/links.json"
    links = [f"http://127.0.0.1:{running.port}/{name}" for name in ("fine", "moved-301", "gone-410", "forbidden-403")]
    fresh = checker(time, file).check(links)
    asked = sum(running.seen.paths.values())
    time.now += 60
    again = checker(time, file).check(links)
    assert [r.judgement.verdict for r in again] == ["ok", "moved", "broken", "inconclusive"]
    assert all(r.cached for r in again) and not any(r.cached for r in fresh)
    assert sum(running.seen.paths.values()) == asked
    time.now += 2 * DAY
    assert [r.cached for r in checker(time, file).check(links)] == [True, True, False, False]
    running.close()
    file.write_text("{broken", encoding="utf-8")
    assert Cache(file).known == {}


@pytest.mark.parametrize("text", ["", "[]", '{"format": 1, "links": {"a": {"verdict": "fine", "checked": 1}}}', '{"format": 0}'])
def test_a_damaged_memory_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "links.json").write_text(text, encoding="utf-8")
    assert Cache(tmp_path / "links.json").known == {}


SOURCE = """---
level: junior
---
# A https://plain.example/no

[a](https://a.example/x_(y) "t"), <https://auto.example/>, ![b](//b.example/i.png) and `https://code.example`.
中文[链接](https://c.example/路径#节)，[d][d] <!-- [no](https://comment.example) -->
<a href='https://e.example/?a=1&amp;b=2'>e</a> <img srcset="https://f.example/1.png 1x, https://f.example/2.png 2x">

```
[no](https://fence.example)
```

[d]: <https://d.example/a b>
"""
PLACES = [
    ("https://a.example/x_(y)", 6, 5),
    ("https://auto.example/", 6, 36),
    ("https://b.example/i.png", 6, 65),
    ("https://c.example/路径#节", 7, 8),
    ("https://e.example/?a=1&b=2", 8, 10),
    ("https://f.example/1.png", 8, 61),
    ("https://f.example/2.png", 8, 89),
    ("https://d.example/a b", 14, 7),
]


def test_addresses_are_found_where_they_stand(tmp_path: Path) -> None:
    root = broken_site([], tmp_path / "site")
    (root / "docs/training/dropout.zh.md").write_text(SOURCE, encoding="utf-8")
    entry = "% https://no.example\n@misc{a,\n  url = {https://g.example/a\\_b},\n}\n"
    (root / "docs/references.bib").write_text(entry, encoding="utf-8")
    found = outbound.collect(site.load(root))
    path = PurePosixPath("docs/training/dropout.zh.md")
    assert [(a, p.line, p.column) for a, places in found.items() for p in places if p.path == path] == PLACES
    assert found["https://g.example/a_b"] == [Place(PurePosixPath("docs/references.bib"), 3, 10)]
    assert not [address for address in found if "no.example" in address or "code" in address or "fence" in address]


def test_the_command(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, base = broken_site([], tmp_path / "site"), f"http://127.0.0.1:{server.port}"
    (root / "docs/references.bib").unlink()
    (root / "docs/index.zh.md").write_text(f"# T\n\n[a]({base}/fine) [b]({base}/gone-410)\n", encoding="utf-8")
    arguments = [str(root), "--delay", "0", "--timeout", "5", "--only", base]
    assert command.main(arguments) == 0
    said = capsys.readouterr().out
    assert f"broken       {base}/gone-410\n" in said
    assert "docs/index.zh.md:3:" in said and "1 ok, 1 broken" in said
    assert command.main([*arguments, "--strict", "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["summary"] == {"ok": 1, "moved": 0, "broken": 1, "inconclusive": 0}
    assert data["links"][1]["places"] == [{"path": "docs/index.zh.md", "line": 3, "column": len(f"[a]({base}/fine) [b](") + 1}]
    assert data["links"][1]["cached"] and (root / ".cache/links.json").is_file()
    assert command.main([str(tmp_path)]) == 2
