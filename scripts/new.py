"""Start a question: `python scripts/new.py training/my-slug` writes both languages and the evidence, and overwrites nothing."""

import argparse
import datetime
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qa import conventions, site
from qa.rules.structure import SLUG

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).resolve().parent / "template"


def main(arguments: list[str], root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description="Create the files of a new question from the template.")
    parser.add_argument("page", metavar="topic/slug")
    page = parser.parse_args(arguments).page
    topic, _, slug = page.partition("/")
    read = site.load(root)
    if problem := _problem(topic, slug, read):
        print(problem, file=sys.stderr)
        return 2
    for path, text in _files(topic, slug, read.conventions).items():
        (root / "docs" / path).parent.mkdir(exist_ok=True)
        (root / "docs" / path).write_text(text, encoding="utf-8")
        print(f"docs/{path}")
    print("Write the evidence, then `make evidence`, then the pages; `make check` says what is missing.")
    return 0


def _problem(topic: str, slug: str, read: site.Site) -> str:
    """Why this page cannot be created, or nothing."""
    if topic not in read.conventions.topics:
        return f"'{topic}' is no topic. Topics: {', '.join(read.conventions.topics)}."
    if not SLUG.fullmatch(slug) or slug == "index":
        return f"'{slug}' is no slug. Use lower-case English words joined by hyphens."
    if taken := [str(page.path) for page in read.pages if page.slug == slug]:
        return f"The slug '{slug}' is taken by {', '.join(taken)}; slugs are unique over all topics."
    return ""


def _files(topic: str, slug: str, house: conventions.Conventions) -> dict[str, str]:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True
    )
    values = {"id": f"{topic}/{slug}", "slug": slug, "sections": house.sections, "today": datetime.date.today()}
    name = slug.replace("-", " ")
    texts = {f"{topic}/{slug}.py": environment.get_template("page.py.jinja").render(values)}
    for language in house.languages:
        texts[f"{topic}/{slug}.{language}.md"] = environment.get_template(f"page.{language}.md.jinja").render(values, name=name)
    return texts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
