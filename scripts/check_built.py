"""Check a built site's links, anchors and ids: `python scripts/check_built.py [folder]`. Exit status as of check.py."""

import argparse
import sys
from pathlib import Path

from qa import built, report


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Check the links, anchors and ids of a built site.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent / "site")
    parser.add_argument("--address", default="", help="where it will be hosted; else the front page's canonical link says it")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        print(f"{options.folder} is no folder; build the site first.", file=sys.stderr)
        return 2
    issues, pages = built.check(options.folder, options.address)
    if not pages:
        print(f"{options.folder} holds no HTML pages; build the site first.", file=sys.stderr)
        return 2
    if issues:
        report.human(issues, options.folder, pages)
    else:
        print(f"{pages} built pages checked: every address leads somewhere.")
    return 1 if issues else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
