"""Check external links: `python scripts/links.py [root]`. Exit status: 0, with --strict 1 where one is broken, 2 wrong use."""

import argparse
import json
import sys
import time
from pathlib import Path

from qa import external, outbound, site
from qa.external import Cache, Checker, Gate, Manners
from qa.issue import InputError
from qa.judge import BROKEN
from qa.visit import Limits


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check the external links of the pages and the bibliography.")
    default = Path(__file__).resolve().parent.parent
    parser.add_argument("root", nargs="?", type=Path, default=default, help="the folder of qa.yml and docs/")
    parser.add_argument("--format", choices=["human", "json"], default="human")
    parser.add_argument("--all", action="store_true", help="list the links that are ok, too")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a link is broken")
    parser.add_argument("--fresh", action="store_true", help="ask again for what is remembered")
    parser.add_argument("--cache", type=Path, metavar="FILE", help="where results are remembered; default .cache/links.json")
    parser.add_argument("--timeout", type=float, default=Limits.total, metavar="SECONDS", help="for one answer")
    parser.add_argument("--delay", type=float, default=Manners.delay, metavar="SECONDS", help="between two requests to a host")
    parser.add_argument("--only", default="", metavar="TEXT", help="only the addresses that contain this")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    chosen = options(arguments)
    try:
        places = outbound.collect(site.load(chosen.root))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    places = {address: where for address, where in places.items() if chosen.only in address}
    cache = Cache(chosen.cache or chosen.root / ".cache" / "links.json")
    if chosen.fresh:
        cache.known = {link: result for link, result in cache.known.items() if link not in places}
    limits = Limits(connect=min(Limits.connect, chosen.timeout), total=chosen.timeout)
    checker = Checker(cache, limits, Gate(Manners(delay=chosen.delay)), progress)
    results = checker.check(list(places))
    if chosen.format == "json":
        print(json.dumps(external.document(results, places, time.time()), ensure_ascii=False, indent=2))
    else:
        print(external.table(results, places, time.time(), chosen.all))
    return int(chosen.strict and any(result.judgement.verdict == BROKEN for result in results))


def progress(done: int, total: int) -> None:
    """One line that counts, on a terminal; a line now and then elsewhere."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total} pages asked for", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done % 50 == 0:
        print(f"{done} of {total} pages asked for", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nBroken off; what was found is remembered.", file=sys.stderr)
        sys.exit(2)
