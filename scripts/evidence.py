"""Run the evidence: `python scripts/evidence.py [--check] [topic/slug …]`.

Without options it writes the `.out` and `.svg` files that changed. With `--check` it writes nothing and says where a
recorded file differs. Exit status: 0 all is well, 1 a difference or a failure, 2 wrong use.
"""

import argparse
import sys
from pathlib import Path

from qa import evidence

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Run the evidence files and write or compare what they print and draw.")
    parser.add_argument("pages", nargs="*", metavar="topic/slug", help="only these (default: all)")
    parser.add_argument("--check", action="store_true", help="compare with the recorded files and write nothing")
    options = parser.parse_args(arguments)
    docs = ROOT / "docs"
    files = [docs / f"{page}.py" for page in options.pages] or evidence.sources(docs)
    if missing := [str(file) for file in files if not file.exists()]:
        parser.error(f"no such evidence: {', '.join(missing)}")
    bad = 0
    for number, outcome in enumerate(evidence.run_all(files), 1):
        bad += _report(outcome, options.check, f"[{number}/{len(files)}] {outcome.source.relative_to(ROOT)}")
    return 1 if bad else 0


def _report(outcome: evidence.Outcome, check: bool, title: str) -> bool:
    """Print how one file did; true when something is wrong."""
    if outcome.failure:
        print(f"{title}: {outcome.failure}")
        return True
    if check:
        differences = list(evidence.compare(outcome))
        print(title, "differs" if differences else "agrees")
        for one in differences:
            print(f"{one.path.relative_to(ROOT)}:{one.line}: the recorded line differs (evidence-differs)")
            print(f"  the evidence now says: {one.expected}\n  the file says:         {one.found}")
        return bool(differences)
    written = evidence.write(outcome)
    print(title, "→ " + ", ".join(path.name for path in written) if written else "unchanged")
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
