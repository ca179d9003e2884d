"""Validate the site: `python scripts/check.py [root]`. Exit status: 0 clean, 1 problems, 2 wrong use or own failure."""

import argparse
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from qa import unchanged
from qa.issue import InputError, Issue

RESULTS = Path(unchanged.FOLDER) / "checked.pickle"
MANY = 60  # pages from which on a run is remembered


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except InputError as error:
        print(error, file=sys.stderr)
        print(error.issue.remedy, file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get("QA_DEBUG"):
            raise
        print(f"The validator itself failed, with {type(error).__name__}: {error}", file=sys.stderr)
        print("This is its own fault, not your site's. Please report it; QA_DEBUG=1 shows where.", file=sys.stderr)
    return 2


def _run(options: argparse.Namespace) -> int:
    if options.explain:
        return _explain(options.explain)
    if options.accept:
        return _accept(options)
    issues, pages = check(options.root)
    if options.fix:
        from qa import fix

        mended = fix.apply(issues, options.root)
        print(f"{len(mended)} mended." if mended else "Nothing has exactly one remedy.", file=sys.stderr)
        issues, pages = check(options.root)
    if options.since:
        from qa import since

        issues = since.affected(issues, options.root, options.since)
    from qa import report

    report.FORMATS[options.format](issues, options.root, pages)
    return 1 if issues else 0


def check(root: Path) -> tuple[list[Issue], int]:
    """Every problem and the number of pages; what was found before, where nothing has changed."""
    mark = unchanged.site(root)
    stored = unchanged.read(root / RESULTS)
    if isinstance(stored, tuple) and stored[0] == mark:
        return stored[1], stored[2]
    from qa import cache, parallel, report, site

    cache.on_progress(report.progress)
    checked = site.load(root)
    # The rules are read while other processes render, which takes longer; pages that cannot be rendered are told by them.
    parallel.meanwhile(lambda: import_module("qa.rules"))
    with suppress(InputError):
        _ = checked.rendered
    from qa import rules

    issues = rules.check(checked)
    report.progress(0, 0)
    if len(checked.pages) > MANY and not _outside(checked):
        unchanged.write(root / RESULTS, (mark, issues, len(checked.pages)))
    return issues, len(checked.pages)


def _outside(checked: object) -> bool:
    """Whether pages include snippets from outside the documents, which the mark does not cover."""
    docs = f"{checked.settings.docs}/"  # type: ignore[attr-defined]
    return any(not name.startswith(docs) for one in checked.rendered.values() for name in one.snippets)  # type: ignore[attr-defined]


def _explain(name: str) -> int:
    from qa import report, rules

    if name in rules.RULES:
        report.explanation(name, rules.RULES[name].__doc__ or "")
        return 0
    from qa.nearest import did_you_mean

    print(
        f"There is no rule '{name}'. {did_you_mean(name, rules.RULES, 'Rules: ' + ', '.join(sorted(rules.RULES)))}", file=sys.stderr
    )
    return 2


def _accept(options: argparse.Namespace) -> int:
    from qa import parity, site

    recorded, refused = parity.accept(site.load(options.root), options.accept, options.one_sided)
    for name in refused:
        print(f"{name}: there is no such page, or it changed in one language only (--one-sided accepts that).", file=sys.stderr)
    print(f"{len(recorded)} recorded in {parity.FILE}.")
    return 2 if refused else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Validate links, cross-references and languages.")
    home = Path(__file__).resolve().parent.parent
    parser.add_argument("root", nargs="?", type=Path, default=home, help="the folder of mkdocs.yml, qa.yml and the documents")
    parser.add_argument("--format", choices=("human", "github", "json", "sarif"), default="human", help="how problems are printed")
    parser.add_argument("--since", metavar="REV", help="only what the changes since this Git revision could have broken")
    parser.add_argument("--fix", action="store_true", help="mend what has exactly one verified remedy")
    parser.add_argument("--explain", metavar="RULE", help="say what a rule wants, with an example")
    parser.add_argument("--accept", metavar="PAGE", nargs="+", help="record that these pages agree in all languages (`all`)")
    parser.add_argument("--one-sided", action="store_true", help="with --accept: a change in one language needs none in the others")
    return parser


if __name__ == "__main__":
    gc.disable()  # a short run: collecting costs more than it frees
    status = main(sys.argv[1:])
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    os._exit(status)  # and so does taking a large site apart at the end
