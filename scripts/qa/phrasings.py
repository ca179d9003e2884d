"""`docs/<topic>/phrasings.yml`: what people type when a question is what they look for, in words that it may not use itself.

They are sought and never shown. Adding the queries that a document answers to its index is Nogueira, Yang, Lin, Cho 2019,
"Document expansion by query prediction"; here people write them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import yaml

from qa.issue import Issue
from qa.nodes import broken, compose, doubled

NAME = "phrasings.yml"
RULE = "broken-phrasings"


@dataclass(frozen=True)
class Phrasing:
    """One of them: the page that answers it (`training/dropout`), its language, and where it stands."""

    page: str
    language: str
    text: str
    path: PurePosixPath
    line: int
    column: int
    under: tuple[int, int]  # line and column of the slug that it stands under


def parse(path: PurePosixPath, text: str, languages: Iterable[str]) -> tuple[list[Phrasing], list[Issue]]:
    """The phrasings of a topic in the order of its file, and what makes the file unusable."""
    try:
        root = compose(text)
    except yaml.YAMLError as error:
        return [], [broken(path, RULE, error)]
    if root is None:
        return [], []
    if not isinstance(root, yaml.MappingNode):
        return [], [Issue(path, 1, 1, RULE, "the file is no list of `slug:` entries", "Write one entry a question, by its slug.")]
    issues = [*doubled(path, RULE, root), *_problems(path, root, list(languages))]
    return ([] if issues else list(_phrasings(path, root))), issues


def _problems(path: PurePosixPath, root: yaml.MappingNode, languages: list[str]) -> Iterator[Issue]:
    for slug, entry in root.value:
        if not isinstance(entry, yaml.MappingNode):
            yield _at(path, slug, f"'{slug.value}' has no languages", f"Languages: {', '.join(languages)}.")
            continue
        for language, listed in entry.value:
            if language.value not in languages:
                yield _at(path, language, f"unknown language '{language.value}'", f"Languages: {', '.join(languages)}.")
            elif not isinstance(listed, yaml.SequenceNode):
                yield _at(path, language, f"'{language.value}' holds no list", "Write one phrasing a line, after a hyphen.")
            else:
                for one in listed.value:
                    if not isinstance(one, yaml.ScalarNode) or one.tag != "tag:yaml.org,2002:str" or not one.value.strip():
                        yield _at(path, one, "a phrasing is no text", "Quote what YAML would read as something else.")


def _phrasings(path: PurePosixPath, root: yaml.MappingNode) -> Iterator[Phrasing]:
    topic = path.parent.name
    for slug, entry in root.value:
        for language, listed in entry.value:
            for one in listed.value:
                mark = one.start_mark
                under = slug.start_mark.line + 1, slug.start_mark.column + 1
                yield Phrasing(f"{topic}/{slug.value}", language.value, one.value, path, mark.line + 1, mark.column + 1, under)


def _at(path: PurePosixPath, node: yaml.Node, message: str, remedy: str) -> Issue:
    return Issue(path, node.start_mark.line + 1, node.start_mark.column + 1, RULE, message, remedy)
