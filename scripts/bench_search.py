"""Measure the search beside others: `make bench-search`. Prints one table for each thing that is measured.

The same pages, the same queries, the same browser, one after the other: this search; Material's own, as it comes and with
jieba; Pagefind; MiniSearch with our fields, weights, phrasings and terms, so that only the ranking differs. Queries are typed
into the search box; what counts is the list that the reader sees. Pagefind and MiniSearch have no place in Material's box, so
their scripts are asked on a page of their own.
"""

import argparse
import functools
import gzip
import http.server
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from playwright.sync_api import Browser, Page, Response, sync_playwright

import browser as browsers
from qa import search, site
from qa.search import Document

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "bench"
FLAGS = ["--no-sandbox", "--disable-background-networking"]
SIZES = (100, 600, 3000)
BYTES_A_SECOND, ROUND_TRIP = 500_000, 0.1  # 4 Mbit/s, 100 ms

# Type a query, wait for the answer of the worker and for the next frame: [milliseconds, addresses of the pages found].
SPY = """
  window.results = 0;
  const Native = window.Worker;
  window.Worker = class extends Native {
    constructor(...all) {
      super(...all);
      this.addEventListener("message", ({data}) => { if (data.type === 3 && !data.data.late) window.results++; });
    }
  };
"""
TYPE = """async (query) => {
  const box = document.querySelector("[data-md-component=search-query]");
  const press = async (text) => {
    const before = results, start = performance.now();
    box.value = text;
    box.dispatchEvent(new KeyboardEvent("keyup", {bubbles: true}));
    while (results === before && performance.now() - start < 5000) await new Promise(done => setTimeout(done, 1));
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
  };
  box.focus();
  if (box.value) await press("");
  const took = await press(query);
  const list = [...document.querySelectorAll(".md-search-result__item > a:first-child")].map(a => a.pathname);
  return [took, list];
}"""
ASK_PAGEFIND = """async (query) => {
  window.pagefind ??= await import("/pagefind/pagefind.js");
  const start = performance.now();
  const found = (await pagefind.search(query)).results.slice(0, 10);
  const list = (await Promise.all(found.map(one => one.data()))).map(one => new URL(one.url, location).pathname);
  return [performance.now() - start, list];
}"""

ASK_MINISEARCH = """async (query) => {
  window.mini ??= (async () => {
    const language = document.documentElement.lang.slice(0, 2);
    const {default: MiniSearch} = await import("/minisearch/index.js");
    const {folder, terms} = await import("/assets/search/text.js");
    const documents = await (await fetch(`/minisearch/${language}.json`)).json();
    const same = folder(), latin = (term) => /^[a-z]{4}/.test(term);
    const engine = new MiniSearch({
      fields: ["title", "aliases", "asked", "other", "short", "headings", "text"],
      tokenize: (text) => Array.from(terms(same(text), true), ({term}) => term),
      processTerm: (term) => term,
      searchOptions: {
        boost: {title: 6, aliases: 4, asked: 2, other: 2.5, short: 2, headings: 2.5, text: 1},
        prefix: latin, fuzzy: (term) => latin(term) && 0.2,
      },
    });
    engine.addAll(documents);
    return engine;
  })();
  const engine = await mini, start = performance.now();
  const list = engine.search(query).slice(0, 10).map(({id}) => id);
  return [performance.now() - start, list];
}"""


@dataclass(frozen=True)
class Query:
    """What someone types, the questions that answer it, the kind of query, and whether the search was frozen before."""

    text: str
    language: str
    pages: tuple[str, ...]
    kind: str
    blind: bool


@dataclass(frozen=True)
class Answer:
    """What one system answered: the ids of the pages in order, how many of another language, milliseconds."""

    query: Query
    pages: tuple[str, ...]
    foreign: int
    took: float


@dataclass(frozen=True)
class System:
    """One way to search: its name, how its site is made, what is evaluated in the page for a query."""

    name: str
    make: Callable[[Path], None]
    script: str = TYPE


def queries(language: str) -> list[Query]:
    """The judged queries of a language."""
    entries = yaml.safe_load((ROOT / f"tests/queries/{language}.yml").read_text(encoding="utf-8"))
    return [Query(e["q"], language, tuple(e["page"].split()), e["kind"], e.get("blind", False)) for e in entries]


# ── The sites ────────────────────────────────────────────────────────────────────────────────────────────────────────


def build_ours(folder: Path) -> None:
    _mkdocs(ROOT / "mkdocs.yml", folder)


def build_material(folder: Path, extra: str = "") -> None:
    """The same site with Material's search instead of ours."""
    templates = CACHE / "overrides"
    shutil.rmtree(templates, ignore_errors=True)
    shutil.copytree(ROOT / "overrides", templates)
    (templates / "partials/search.html").unlink()
    (templates / "partials/alternate.html").unlink()
    without = CACHE / "without"  # an installed jieba would be used without a word
    without.mkdir(exist_ok=True)
    (without / "jieba.py").write_text("raise ImportError", encoding="utf-8")
    config = ROOT / ".bench.yml"  # hooks take the folder of the configuration for the root
    config.write_text(_MATERIAL.format(templates=templates.relative_to(ROOT).as_posix()), encoding="utf-8")
    try:
        _mkdocs(config, folder, extra or str(without))
    finally:
        config.unlink()


_MATERIAL = """
INHERIT: mkdocs.yml
theme: {{custom_dir: {templates}}}
plugins: {{search: {{}}}}
extra: {{alternate: false}}
"""


def build_jieba(folder: Path) -> None:
    build_material(folder, extra=_bench_packages())


def build_pagefind(folder: Path) -> None:
    build_ours(folder)
    environment = os.environ | {"PYTHONPATH": _bench_packages()}
    _run([sys.executable, "-m", "pagefind", "--site", str(folder), "--root-selector", "article"], environment)


def build_minisearch(folder: Path) -> None:
    """Our site with MiniSearch and what it indexes: the fields of our own index, as text."""
    build_ours(folder)
    home = folder / "minisearch"
    home.mkdir()
    shutil.copy(ROOT / "node_modules/minisearch/dist/es/index.js", home)
    whole = site.load(ROOT)
    for language in ("zh", "en"):
        entries = [_fields(one) for one in search.documents(whole, language)]
        (home / f"{language}.json").write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")


def _fields(one: Document) -> dict[str, str]:
    """A question as MiniSearch takes it, under its address."""
    lists = {"aliases": one.aliases, "asked": one.asked, "other": one.other}
    headings, texts = "\n".join(title for _, title, _ in one.sections), "\n".join(text for _, _, text in one.sections)
    joined = {name: "\n".join(entries) for name, entries in lists.items()}
    return {"id": f"/{one.url}", "title": one.title, "short": one.short, "headings": headings, "text": texts, **joined}


def _bench_packages() -> str:
    """Where `make bench-search` installed what only the benchmark needs."""
    return os.environ.get("BENCH_PACKAGES", "")


def _mkdocs(config: Path, folder: Path, extra: str = "") -> None:
    paths = os.pathsep.join(filter(None, [extra, os.environ.get("PYTHONPATH", "")]))
    environment = os.environ | {"STRICT": "false", "PYTHONPATH": paths, "SITE_URL": "http://localhost/"}
    _run([sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(config), "--site-dir", str(folder)], environment)


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


SYSTEMS = (
    System("this search", build_ours),
    System("Material", build_material),
    System("Material + jieba", build_jieba),
    System("Pagefind", build_pagefind, ASK_PAGEFIND),
    System("MiniSearch", build_minisearch, ASK_MINISEARCH),
)


# ── A server, fast or as slow as a telephone ─────────────────────────────────────────────────────────────────────────


class Handler(http.server.SimpleHTTPRequestHandler):
    """Compresses as hosts do; a slow server shares one line among all requests."""

    protocol_version = "HTTP/1.1"
    line = threading.Lock()

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body = gzip.compress(path.read_bytes(), 6)
        self._wait(len(body))
        self.send_response(200)
        headers = {"Content-Type": self.guess_type(str(path)), "Content-Encoding": "gzip", "Content-Length": str(len(body))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):  # the page went away
            self.wfile.write(body)

    def _wait(self, size: int) -> None:
        if self.server.slow:
            time.sleep(ROUND_TRIP)
            with self.line:
                time.sleep(size / BYTES_A_SECOND)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path, slow: bool = False) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    server.slow = slow
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


# ── Quality and latency ──────────────────────────────────────────────────────────────────────────────────────────────


def ask_all(system: System, folder: Path, asked: list[Query], known: set[str], browser: Browser) -> list[Answer]:
    """Every query in the browser, each language on its own home page; what is no question is left out of the lists."""
    answers = []
    with served(folder) as address:
        for language, home in (("zh", ""), ("en", "en/")):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.add_init_script(SPY)
            page.goto(address + home, wait_until="networkidle")
            page.evaluate(system.script, "dropout")  # loads the index
            page.wait_for_timeout(800)
            answers += [_answer(page.evaluate(system.script, one.text), one, known) for one in asked if one.language == language]
            page.close()
    return answers


def _answer(raw: tuple[float, list[str]], query: Query, known: set[str]) -> Answer:
    paths = [path.strip("/") for path in raw[1] if path.strip("/").removeprefix("en/") in known]
    languages = ["en" if path.startswith("en/") else "zh" for path in paths]
    pages = tuple(path.removeprefix("en/") if lang == query.language else "" for path, lang in zip(paths, languages, strict=True))
    return Answer(query, pages, sum(lang != query.language for lang in languages), raw[0])


def figures(answers: list[Answer]) -> str:
    """One row of the table."""
    places = [next((n for n, page in enumerate(a.pages, 1) if page in a.query.pages), 0) for a in answers]
    total = len(answers) or 1
    shown = sum(len(a.pages) for a in answers) or 1
    took = sorted(a.took for a in answers) or [0.0]
    values = (
        sum(p == 1 for p in places) / total,
        sum(0 < p <= 5 for p in places) / total,
        sum(1 / p for p in places if p) / total,
        sum(not a.pages for a in answers) / total,
        sum(a.foreign for a in answers) / shown,
    )
    return " ".join(f"{value:6.3f}" for value in values) + f" {statistics.median(took):6.0f} {took[int(len(took) * 0.95)]:6.0f}"


def print_quality(results: dict[str, list[Answer]]) -> None:
    print(f"\n{'':42}      n    R@1    S@5    MRR   none  wrong    p50    p95 ms")
    everything = next(iter(results.values()))
    kinds = sorted({a.query.kind for a in everything})
    for language in ("zh", "en"):
        groups: list[tuple[str, Callable[[Query], bool]]] = [
            ("all", lambda q: True),
            ("written before the search was frozen", lambda q: not q.blind),
            ("written after", lambda q: q.blind),
            *((kind, functools.partial(lambda kind, q: q.kind == kind, kind)) for kind in kinds),
        ]
        for label, wanted in groups:
            for name, answers in results.items():
                chosen = [a for a in answers if a.query.language == language and wanted(a.query)]
                if chosen:
                    print(f"{language} {label[:22]:22} {name:16} {len(chosen):6} {figures(chosen)}")


# ── Bytes, index size, time ──────────────────────────────────────────────────────────────────────────────────────────


def first_search(system: System, folder: Path, browser: Browser, slow: bool = False) -> tuple[int, float]:
    """Bytes on the wire (compressed) for what serves the search alone, and seconds from the touch to the first result."""
    sizes: list[int] = []

    def note(response: Response) -> None:
        if re.search(r"search|pagefind|lunr", response.url):
            sizes.append(int(response.headers.get("content-length", 0)))

    with served(folder, slow) as address:
        context = browser.new_context()
        page = context.new_page()
        page.add_init_script(SPY)
        context.on("response", note)
        page.goto(address, wait_until="load" if slow else "networkidle")
        page.wait_for_timeout(1500 if slow else 0)
        start = time.perf_counter()
        _first(page, system)
        took = time.perf_counter() - start
        page.wait_for_timeout(300 if slow else 1000)
        context.close()
    return sum(sizes), took


def _first(page: Page, system: System) -> None:
    if system.script != TYPE:
        page.evaluate(system.script, "梯度消失")
        return
    page.fill("[data-md-component=search-query]", "梯度消失")
    page.dispatch_event("[data-md-component=search-query]", "keyup")
    page.wait_for_selector(".md-search-result__item", timeout=60_000)


def distractors(documents: list[Document], size: int, language: str) -> list[Document]:
    """As many documents as wanted: the real ones, then mixtures of sentences of several real ones under changed names."""
    rng = random.Random(size)
    sentences = [part for one in documents for _, _, text in one.sections for part in re.split(r"(?<=[。.!?！？])", text) if part]
    made = list(documents)
    while len(made) < size:
        model = documents[len(made) % len(documents)]
        made.append(_mixture(model, documents, sentences, f"generated/{len(made)}", language, rng))
    return made


def _mixture(
    model: Document, documents: list[Document], sentences: list[str], name: str, language: str, rng: random.Random
) -> Document:
    def fill(length: int) -> str:
        text = ""
        while len(text) < length:
            text += rng.choice(sentences)
        return text[:length]

    sections = tuple((anchor, fill(len(title)), fill(len(text))) for anchor, title, text in model.sections)
    aliases = tuple(rng.choice(rng.choice(documents).aliases or ("?",)) + str(rng.randrange(999)) for _ in model.aliases)
    url = f"{'' if language == 'zh' else language + '/'}{name}/"
    changed = replace(model, id=name, url=url, title=fill(len(model.title)), aliases=aliases, short=fill(len(model.short)))
    asked = tuple(fill(len(one)) for one in model.asked)
    return replace(changed, sections=sections, other=tuple(fill(12) for _ in model.other), asked=asked)


def print_sizes(sites: dict[str, Path], browser: Browser) -> None:
    """This search against Material's index of the same documents, and the first result on a slow line."""
    whole = site.load(ROOT)
    print("\nzh pages   names kB   text kB   build s   first search kB   Material's kB   first result s (4 Mbit/s, 100 ms)")
    documents = search.documents(whole, "zh")
    for size in SIZES:
        made = distractors(documents, size, "zh")
        start = time.perf_counter()
        files = search.index(made, search.groups(whole, "zh"), "zh")
        took = time.perf_counter() - start
        folder = _with_index(sites["this search"], files)
        first, slow = first_search(SYSTEMS[0], folder, browser)[0], first_search(SYSTEMS[0], folder, browser, slow=True)[1]
        names, text = (len(gzip.compress(files[name].encode(), 6)) / 1000 for name in ("zh.json", "zh.text.json"))
        material = _material_bytes(sites["Material"], made) / 1000
        print(f"{size:8} {names:10.0f} {text:9.0f} {took:9.1f} {first / 1000:17.0f} {material:15.0f} {slow:16.2f}", flush=True)


def _with_index(folder: Path, files: dict[str, str]) -> Path:
    """A copy of the site with another index; fragments of generated pages lead nowhere, their texts are there."""
    copy = CACHE / "scaled"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy, ignore=lambda _, names: [name for name in names if name == "search"] if _ == str(folder) else [])
    for name, content in files.items():
        (copy / "search" / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / "search" / name).write_text(content, encoding="utf-8")
    return copy


def _material_bytes(folder: Path, documents: list[Document]) -> int:
    """Material's index of these documents in this language alone, compressed, with its worker; in truth it holds both."""
    real = json.loads((folder / "search/search_index.json").read_text(encoding="utf-8"))
    entries = [{"location": f"{d.url}#{a}", "title": t, "text": f"<p>{x}</p>"} for d in documents for a, t, x in d.sections]
    heads = [{"location": d.url, "title": d.title, "text": ""} for d in documents]
    worker = next((folder / "assets/javascripts/workers").glob("search.*.js"))
    index = json.dumps({"config": real["config"], "docs": heads + entries}, ensure_ascii=False, separators=(",", ":"))
    return len(gzip.compress(index.encode(), 6)) + len(gzip.compress(worker.read_bytes(), 6))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Measure the search beside others.")
    parser.add_argument("--only", choices=("quality", "sizes"), help="measure one part")
    options = parser.parse_args(arguments)
    CACHE.mkdir(parents=True, exist_ok=True)
    sites = {}
    for system in SYSTEMS:
        start = time.perf_counter()
        sites[system.name] = CACHE / system.name.replace(" ", "-")
        shutil.rmtree(sites[system.name], ignore_errors=True)
        system.make(sites[system.name])
        print(f"{system.name}: site built in {time.perf_counter() - start:.1f} s", flush=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.find(), args=FLAGS)
        if options.only != "sizes":
            quality(sites, browser)
        if options.only != "quality":
            print_sizes(sites, browser)
        browser.close()
    return 0


def quality(sites: dict[str, Path], browser: Browser) -> None:
    known = {page.id for page in site.load(ROOT).questions}
    every = [query for language in ("zh", "en") for query in queries(language)]
    asked = [query for query in every if known & set(query.pages)]
    print(f"{len(asked)} queries; {len(every) - len(asked)} skipped: the page that answers them is not written yet")
    results = {}
    for system in SYSTEMS:
        size, _ = first_search(system, sites[system.name], browser)
        results[system.name] = ask_all(system, sites[system.name], asked, known, browser)
        print(f"{system.name}: first search {size / 1000:.0f} kB", flush=True)
    print_quality(results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
