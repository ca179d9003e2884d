"""Compare the validator with its peers: `python scripts/bench_check.py`. Generates sites, runs every tool on them, prints a table.

`--faults N` compares what they find: about N of the faults of tests/faults.yml, evenly taken, one at a time in a small valid
site, and as many of the traps. A tool has found a fault where it says more than of the valid site.

A comparison in one run on one machine, never a test: look at the ratios. Cold is the first run, warm the second, edit the one
after a change in one page. Memory is that of all processes of a tool together, sampled. Linux only, as far as memory goes.
"""

import argparse
import contextlib
import http.server
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from qa import page

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".cache" / "peers"
HASHES = ROOT / "scripts" / "peers.txt"
LINKINATOR = "8.1.0"
EXAMPLE = "training/dropout"
SENTENCE = "Gradient descent updates the parameters along the negative gradient of the loss, and the step is set by the rate. "
CACHES = (".cache", ".lycheecache", ".rumdl_cache", "site")


@dataclass(frozen=True)
class Tool:
    """A tool: its name, its command for a folder, and whether it reads the sources or the built pages."""

    name: str
    command: Callable[[Path], list[str]]
    reads: str
    ours: bool = False

    @property
    def program(self) -> Path:
        return Path(self.command(Path())[0])


@dataclass(frozen=True)
class Run:
    """Seconds, seconds of CPU, megabytes, exit status; `seconds` is infinite where the limit was reached."""

    seconds: float
    cpu: float
    megabytes: float
    status: int


FAST = PEERS / "linkcheckerrc"  # without it, linkchecker asks ten times a second
LINKINATOR_COMMAND = [
    str(PEERS / "node_modules/.bin/linkinator"),
    "--recurse",
    "--silent",
    "--skip",
    r"^https?://(?!localhost|127|\[)",
]
TOOLS = (
    Tool("check.py", lambda root: [sys.executable, str(ROOT / "scripts/check.py"), str(root)], "source", ours=True),
    Tool(
        "mkdocs build --strict",
        lambda root: [sys.executable, "-m", "mkdocs", "build", "-q", "-s", "-f", f"{root}/mkdocs.yml"],
        "source",
    ),
    Tool("rumdl", lambda root: [str(PEERS / "bin/rumdl"), "check", "--silent", f"{root}/docs"], "source"),
    Tool("lychee", lambda root: [*_lychee(root), f"{root}/docs/**/*.md"], "source"),
    Tool("check_built.py", lambda root: [sys.executable, str(ROOT / "scripts/check_built.py"), str(root)], "built", ours=True),
    Tool("lychee", lambda root: [*_lychee(root), "--index-files", "index.html", f"{root}/**/*.html"], "built"),
    Tool("linkinator", lambda root: [*LINKINATOR_COMMAND, str(root)], "built"),
    Tool("linkchecker", lambda root: [str(PEERS / "bin/linkchecker"), "--no-status", "-f", str(FAST), served(root)], "built"),
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Compare the validator with its peers.")
    parser.add_argument("--pages", type=int, nargs="*", default=[1000, 10000], help="Markdown files of the source sites")
    parser.add_argument("--built", type=int, nargs="*", default=[1000, 10000], help="pages of the built sites")
    parser.add_argument("--limit", type=float, default=120, help="seconds for one run")
    parser.add_argument("--only", default="", help="only the tools whose name contains this")
    parser.add_argument("--faults", type=int, default=0, help="compare what the tools find in about so many faults and traps")
    options = parser.parse_args(arguments)
    install()
    if options.faults:
        return detection(options)
    print(
        "| site | tool | cold s | warm s | edit s | CPU s | MB | × ours |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    )
    with tempfile.TemporaryDirectory() as folder:
        sources = (("source", "1 kB", options.pages, small), ("source", "9 kB", options.pages, source))
        kinds = (*sources, ("built", "36 kB", options.built, built))
        for kind, weight, sizes, make in kinds:
            for size in sizes:
                root = Path(folder) / f"{kind}-{weight[0]}-{size}"
                edited = make(root, size)
                for line in rows(kind, f"{size:,} of {weight}", root, edited, options):
                    print(line, flush=True)
                shutil.rmtree(root)
    return 0


def detection(options: argparse.Namespace) -> int:
    """One line for each tool that reads sources: faults found and traps reported."""
    sys.path.insert(0, str(ROOT / "tests"))
    from detection import faults, traps  # the tests' own, needed here alone

    print("| tool | faults found | traps reported |\n| --- | ---: | ---: |")
    for tool in (one for one in TOOLS if one.reads == "source" and (one.ours or options.only in one.name)):
        if not shutil.which(tool.program):
            print(f"| {tool.name} | does not install here | |")
            continue
        cases = [all_[:: max(1, len(all_) // options.faults)] for all_ in (faults(), traps())]
        found = [sum(reports(tool, case) for case in some) for some in cases]
        print(f"| {tool.name} | {found[0]} of {len(cases[0])} | {found[1]} of {len(cases[1])} |", flush=True)
    return 0


def reports(tool: Tool, case: "Case") -> bool:  # noqa: F821 (of the tests)
    """Whether a tool says more of a broken site than of the valid one."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        case.apply(root)
        return lines(tool, root) > said_of_valid(tool, case.base)


@cache
def said_of_valid(tool: Tool, base: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        shutil.copytree(ROOT / "tests/fixtures" / base, root)
        return lines(tool, root)


def lines(tool: Tool, root: Path) -> int:
    """How many lines with a word of complaint or with a path a tool prints; an exit that is not clean counts as one."""
    command = [word for word in tool.command(root) if word not in ("-q", "--silent", "--no-progress")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, errors="replace", env=_environment(), check=False)
    said = re.findall(r"(?im)^.*(?:warning|error|\.md:\d+|\[[A-Z]+\] \S+ \|).*$", done.stdout + done.stderr)
    return len(said) + (done.returncode != 0)


def rows(kind: str, pages: str, root: Path, edited: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of one site; the first tool is ours and the measure of the others."""
    ours = None
    for tool in (one for one in TOOLS if one.reads == kind and (one.ours or options.only in one.name)):
        name = f"| {kind}, {pages} | {tool.name} "
        if not shutil.which(tool.program):
            yield f"{name}| does not install here | | | | | |"
            continue
        clean(root)
        runs = []
        for number in range(3):
            if number == 2:
                edited.write_text(edited.read_text(encoding="utf-8") + "\n", encoding="utf-8")
            runs.append(measured(tool.command(root), root, options.limit))
            if runs[-1].seconds == float("inf"):
                break
        times = [f"{one.seconds:.2f}" if one.seconds < options.limit else f"over {options.limit:.0f}" for one in runs]
        ours = ours or runs[0].seconds
        over = "over " if runs[0].seconds == float("inf") else ""
        ratio = f"{over}{min(runs[0].seconds, options.limit) / ours:.1f}" if ours < options.limit else "–"
        times += ["–"] * (3 - len(times))
        yield f"{name}| {' | '.join(times)} | {runs[0].cpu:.2f} | {max(one.megabytes for one in runs):.0f} | {ratio} |"


def install() -> None:
    """Set the peers up below `.cache/`, once; what cannot be installed is left out and named in the table."""
    wanted, done = HASHES.read_text(encoding="utf-8") + LINKINATOR, PEERS / "done.txt"
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return
    print("Installing the peers below .cache/peers …", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(PEERS)], check=True)
    pip = [str(PEERS / "bin/python"), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", "/dev/stdin"]
    for requirement in HASHES.read_text(encoding="utf-8").replace("\\\n", "").splitlines():
        subprocess.run(pip, input=requirement, text=True, check=False)
    if npm := _npm():
        command = [npm, "install", "--silent", "--ignore-scripts", "--prefix", str(PEERS), f"linkinator@{LINKINATOR}"]
        subprocess.run(command, check=False, env=_environment())
    FAST.write_text("[checking]\nmaxrequestspersecond=100000\n", encoding="utf-8")
    done.write_text(wanted, encoding="utf-8")


def source(root: Path, size: int) -> Path:
    """The project with copies of one question until there are so many Markdown files; returns the file to edit."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("docs", "overrides", "scripts"):
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    for name in ("mkdocs.yml", "qa.yml"):
        shutil.copy(ROOT / name, root)
    (root / "node_modules").symlink_to(ROOT / "node_modules")
    have = sum(1 for _ in (root / "docs").rglob("*.md"))
    copies = max(size - have, 0) // 4 * 2  # in pairs that relate to each other
    for language in ("zh", "en"):
        body = page.blank_front_matter((root / f"docs/{EXAMPLE}.{language}.md").read_text(encoding="utf-8")).lstrip()
        for number in range(copies):
            facts = f"level: mid\nasked: []\nrelated: [copy-{number ^ 1}]\naliases: []\nreviewed: 2026-11-22\n"
            front = f"---\n{facts if language == 'zh' else 'aliases: []' + chr(10)}---\n"
            text = f"{front}{body.replace('# ', f'# {number}: ', 1)}"
            (root / f"docs/training/copy-{number}.{language}.md").write_text(text, encoding="utf-8")
    return root / f"docs/{EXAMPLE}.zh.md"


def small(root: Path, size: int) -> Path:
    """So many pages of 1 kB: copies of a question of the small site that the tests break; returns the file to edit."""
    shutil.copytree(ROOT / "tests/fixtures/base", root)
    have = sum(1 for _ in (root / "docs").rglob("*.md"))
    for language in ("zh", "en"):
        text = (root / f"docs/{EXAMPLE}.{language}.md").read_text(encoding="utf-8")
        for number in range(max(size - have, 0) // 4 * 2):  # in pairs that relate to each other
            copy = re.sub(r"[ （(]+wechat/1[)）]", "", text).replace("asked: [wechat/1]", "asked: []")
            copy = copy.replace("related: [resnet]", f"related: [copy-{number ^ 1}]")
            copy = re.sub(r"aliases: .*", "aliases: []", copy).replace("# ", f"# {number}: ", 1)
            (root / f"docs/training/copy-{number}.{language}.md").write_text(copy, encoding="utf-8")
    return root / f"docs/{EXAMPLE}.zh.md"


def built(root: Path, size: int) -> Path:
    """So many built pages of about 36 kB with 97 links each; returns the page to edit."""
    (root / "assets").mkdir(parents=True)
    for name in ("site.css", "favicon.svg", "site.js", "figure.svg"):
        (root / "assets" / name).write_text("/* nothing */", encoding="utf-8")
    for number in range(size):
        folder = root / f"page-{number}" if number else root
        folder.mkdir(exist_ok=True)
        (folder / "index.html").write_text(_built_page(number, size, "../" if number else ""), encoding="utf-8")
    return root / "page-1/index.html"


def _built_page(number: int, size: int, up: str) -> str:
    def to(other: int) -> str:
        return f"{up}page-{other}/" if other else up or "./"

    links = [to((number * 7 + k * 13) % size) for k in range(50)]
    menu = "".join(
        f'<li class="item"><a href="{link}" class="link"><span>Question {k}</span></a></li>\n' for k, link in enumerate(links)
    )
    sections = "".join(
        f'<h2 id="section-{k}">Section {k}<a class="headerlink" href="#section-{k}" title="¶">¶</a></h2>\n'
        f'<p>{SENTENCE * 13}<a href="{to((number + k + 1) % size)}#section-{k}">see</a></p>\n'
        for k in range(20)
    )
    assets = (
        f'<link rel="stylesheet" href="{up}assets/site.css"><link rel="icon" href="{up}assets/favicon.svg">'
        f'<script src="{up}assets/site.js"></script>'
        f'<link rel="canonical" href="https://site.example/{to(number).lstrip("./")}">'
        f'<link rel="prev" href="{to((number - 1) % size)}">'
    )
    figure = f'<img src="{up}assets/figure.svg" alt="a figure" width="3" height="4"><a href="https://example.org/x">elsewhere</a>'
    head = f'<meta charset="utf-8"><title>Page {number}</title>{assets}'
    main = f'<main><h1 id="title">Page {number}</h1>\n{figure}{sections}</main>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n<nav><ul>{menu}</ul></nav>{main}</body></html>\n'


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A host that says nothing."""

    def log_message(self, *_: object) -> None:
        pass


@cache
def served(root: Path) -> str:
    """The address of a folder, for a tool that asks a host and not the disk."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/"


def clean(root: Path) -> None:
    """Take away what tools remember about a site."""
    for name in CACHES:
        shutil.rmtree(root / name, ignore_errors=True)
        (root / name).unlink(missing_ok=True)


def measured(command: list[str], folder: Path, limit: float) -> Run:
    """Run a command in a folder, quietly, no longer than a limit."""
    before, start = os.times(), time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment(), start_new_session=True
    )
    peak, stop = [0.0], threading.Event()
    sampler = threading.Thread(target=partial(_sample, process.pid, peak, stop), daemon=True)
    sampler.start()
    try:
        status = process.wait(limit)
        seconds = time.perf_counter() - start
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        status, seconds = process.wait(), float("inf")
    stop.set()
    sampler.join()
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(seconds, cpu, peak[0], status)


def _sample(process: int, peak: list[float], stop: threading.Event) -> None:
    while not stop.wait(0.03):
        peak[0] = max(peak[0], sum(_memory(one) for one in _family(process)))


def _family(process: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield process
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))


def _memory(process: int) -> float:
    """Megabytes of a process, pages shared with others counted in part."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _lychee(root: Path) -> list[str]:
    return [str(PEERS / "bin/lychee"), "--offline", "--no-progress", "--include-fragments", "--root-dir", str(root)]


def _npm() -> str | None:
    here = Path(sys.executable).parent / "npm"
    return str(here) if here.exists() else shutil.which("npm")


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "NO_MKDOCS_2_WARNING": "1"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
