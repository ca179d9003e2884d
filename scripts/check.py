"""Validate the site: `python scripts/check.py [root]`. Exit status: 0 clean, 1 problems, 2 wrong use."""

import argparse
import sys
from pathlib import Path

from qa import report, rules, site
from qa.issue import InputError


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Validate links, cross-references and languages.")
    parser.add_argument(
        "root",
        nargs="?",
        type=Path,
        default=Path(__file__).resolve().parent.parent,
        help="the folder of qa.yml and docs/",
    )
    options = parser.parse_args(arguments)
    try:
        checked = site.load(options.root)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    issues = rules.check(checked)
    report.human(issues, options.root, len(checked.pages))
    return 1 if issues else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
