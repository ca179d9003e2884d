"""Evidence: each `docs/<topic>/<slug>.py` runs by itself; what it prints is `<slug>.out`, what it draws is `<slug>.svg`.

Every run gets an empty folder, one core, fixed seeds for hashing and a fixed set of CPU kernels, so that the same
numbers come out on any machine. Nothing is written before a run has ended well.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
TIMEOUT = 120  # seconds; the house asks for "a few", a busy machine gets patience
DRAWING_TOLERANCE = 0.11  # points (1/72 inch): less than a reader can see, more than fonts and processors differ by

# One thread, because sums depend on their order; a fixed kernel set, because OpenBLAS otherwise picks one per processor.
SURROUNDINGS = {
    "PYTHONPATH": str(SCRIPTS),
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLBACKEND": "agg",
    "OPENBLAS_CORETYPE": "Haswell",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
}


@dataclass(frozen=True)
class Outcome:
    """What one evidence file produced: its printed text, its drawings by file name, and why it failed if it did."""

    source: Path
    printed: str
    drawings: dict[str, str]
    failure: str = ""


@dataclass(frozen=True)
class Difference:
    """A recorded file that no longer says what its evidence says; lines count from 1, empty text is a missing line."""

    path: Path
    line: int
    expected: str
    found: str


def sources(docs: Path) -> list[Path]:
    """All evidence files below `docs`, sorted."""
    return sorted(docs.glob("*/*.py"))


def run(source: Path) -> Outcome:
    """Run one evidence file and collect what it prints and draws."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-W", "error::RuntimeWarning", str(source.resolve())]
        environment = os.environ | SURROUNDINGS
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome(source, "", {}, f"did not end within {TIMEOUT} s")
        drawings = {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(folder).iterdir())}
        return Outcome(source, done.stdout, drawings, _failure(source, done, drawings))


def run_all(files: list[Path]) -> Iterator[Outcome]:
    """Run the files in parallel, one process per core, and yield each outcome when it is ready."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for future in as_completed([pool.submit(run, file) for file in files]):
            yield future.result()


def write(outcome: Outcome) -> list[Path]:
    """Write what changed beside the evidence, each file whole or not at all; return the files written."""
    wanted = {outcome.source.with_suffix(".out"): outcome.printed}
    wanted |= {outcome.source.with_name(name): text for name, text in outcome.drawings.items()}
    changed = [path for path, text in wanted.items() if not path.exists() or not _same(path, _read(path), text)]
    for path in changed:
        partial = path.with_name(path.name + ".partial")
        partial.write_text(wanted[path], encoding="utf-8", newline="\n")
        partial.replace(path)
    return changed


def compare(outcome: Outcome) -> Iterator[Difference]:
    """The first difference of each recorded file, expected being what the evidence says now."""
    wanted = {outcome.source.with_suffix(".out"): outcome.printed}
    wanted |= {outcome.source.with_name(name): text for name, text in outcome.drawings.items()}
    for path, text in wanted.items():
        recorded = _read(path) if path.exists() else ""
        if not _same(path, recorded, text):
            yield _first_difference(path, text, recorded)
    for path in _drawings(outcome.source):
        if path not in wanted:
            yield Difference(path, 1, "", "a drawing that no evidence draws")


def _drawings(source: Path) -> list[Path]:
    """The recorded drawings of one evidence file; one whose name starts with a longer slug belongs to that slug."""
    others = [path.stem for path in source.parent.glob(f"{source.stem}-*.py")]
    found = source.parent.glob(f"{source.stem}*.svg")
    own = [path for path in found if path.stem == source.stem or path.stem.startswith(f"{source.stem}-")]
    return [path for path in own if not any(path.stem == s or path.stem.startswith(f"{s}-") for s in others)]


def _failure(source: Path, done: subprocess.CompletedProcess[str], drawings: dict[str, str]) -> str:
    if done.returncode:
        return f"exit status {done.returncode}\n{done.stderr.rstrip()}"
    if not done.stdout.strip():
        return "printed nothing"
    wrong = [name for name in drawings if not re.fullmatch(rf"{re.escape(source.stem)}(-[a-z0-9-]+)?\.svg", name)]
    return f"left files that are not {source.stem}.svg or {source.stem}-*.svg: {', '.join(wrong)}" if wrong else ""


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _same(path: Path, recorded: str, now: str) -> bool:
    if path.suffix != ".svg":
        return recorded == now
    number = re.compile(r"-?\d+(?:\.\d+)?")
    if number.split(recorded) != number.split(now):
        return False
    pairs = zip(number.findall(recorded), number.findall(now), strict=True)
    return all(abs(float(a) - float(b)) <= DRAWING_TOLERANCE for a, b in pairs)


def _first_difference(path: Path, expected: str, found: str) -> Difference:
    lines = enumerate(zip_longest(expected.splitlines(), found.splitlines(), fillvalue=""), 1)
    number, (want, have) = next(((n, pair) for n, pair in lines if pair[0] != pair[1]), (1, (expected, found)))
    return Difference(path, number, want, have)
