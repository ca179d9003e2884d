"""`docs/glossary.yml`: terms in every language with their synonyms; they feed the search and the hover text on pages."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import yaml

from qa.issue import Issue
from qa.nodes import broken, compose, doubled

PATH = PurePosixPath("docs/glossary.yml")
RULE = "broken-glossary"
KEYS = {"page": False, "shares": False, "everyday": False}  # of a term, next to its languages → required?
WORD_KEYS = {"term": True, "also": False, "means": True}  # of one language of a term


@dataclass(frozen=True)
class Wording:
    """A term in one language: its name, what else it is called, what it means; `places` says where each name stands."""

    term: str
    means: str
    also: tuple[str, ...] = ()
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    meaning_place: tuple[int, int] = (1, 1)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.term, *self.also)


@dataclass(frozen=True, eq=False)  # equal only to itself, so that a glossary can be the key of a cache
class Term:
    """One entry: the page that explains it, its wording by language, and what it says of its names.

    `page_place` says where that page is named. It `shares` some names with other terms; `everyday` ones are plain words, too:
    they are sought, and never marked on a page.
    """

    id: str
    line: int
    page: str
    page_place: tuple[int, int]
    shares: tuple[str, ...]
    everyday: tuple[str, ...]
    words: Mapping[str, Wording]

    @property
    def names(self) -> tuple[str, ...]:
        """All names in all languages, each once."""
        return tuple(dict.fromkeys(name for wording in self.words.values() for name in wording.names))


def parse(text: str, languages: list[str]) -> tuple[tuple[Term, ...], list[Issue]]:
    """All terms in the order of the file, and what makes the file unusable."""
    try:
        root = compose(text)
    except yaml.YAMLError as error:
        return (), [broken(PATH, RULE, error)]
    if root is None:
        return (), []
    if not isinstance(root, yaml.MappingNode):
        return (), [Issue(PATH, 1, 1, RULE, "the file is no list of `id:` entries", "Write one entry a term, by its id.")]
    issues = list(doubled(PATH, RULE, root)) + [issue for key, node in root.value for issue in _entry_issues(key, node, languages)]
    return (() if issues else tuple(_term(key, node, languages) for key, node in root.value)), issues


def _at(node: yaml.Node, message: str, remedy: str) -> Issue:
    return Issue(PATH, node.start_mark.line + 1, node.start_mark.column + 1, RULE, message, remedy)


def _entry_issues(key: yaml.Node, node: yaml.Node, languages: list[str]) -> Iterator[Issue]:
    yield from _keys(key, node, KEYS | dict.fromkeys(languages, True))
    for name, value in node.value if isinstance(node, yaml.MappingNode) else []:
        match name.value:
            case "page":
                yield from _text(value, "page")
            case "shares" | "everyday":
                yield from _texts(value, name.value)
            case language if language in languages:
                yield from _wording_issues(name, value)


def _wording_issues(name: yaml.Node, node: yaml.Node) -> Iterator[Issue]:
    yield from _keys(name, node, WORD_KEYS)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else []:
        if key.value in WORD_KEYS:
            yield from (_texts if key.value == "also" else _text)(value, key.value)


def _keys(key: yaml.Node, node: yaml.Node, table: Mapping[str, bool]) -> Iterator[Issue]:
    """A closed list of keys, and the required ones all there."""
    if not isinstance(node, yaml.MappingNode):
        yield _at(key, f"'{key.value}' holds no `key: value` lines", f"Keys: {', '.join(table)}.")
        return
    present = {name.value for name, _ in node.value}
    for name, _ in node.value:
        if name.value not in table:
            close = difflib.get_close_matches(str(name.value), list(table), 1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            yield _at(name, f"unknown key '{name.value}' in '{key.value}'", f"Keys: {', '.join(table)}.{hint}")
    for name, required in table.items():
        if required and name not in present:
            yield _at(key, f"'{key.value}' has no '{name}'", f"Add `{name}:`.")


def _text(node: yaml.Node, name: str) -> Iterator[Issue]:
    if not (isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str" and node.value.strip()):
        yield _at(node, f"'{name}' is no text", "Write a text; quote what YAML would read as a number or as true/false.")


def _texts(node: yaml.Node, name: str) -> Iterator[Issue]:
    if not isinstance(node, yaml.SequenceNode):
        yield _at(node, f"'{name}' is no list of words", "Write [one, two].")
        return
    for one in node.value:
        yield from _text(one, name)


def _term(key: yaml.Node, node: yaml.MappingNode, languages: list[str]) -> Term:
    values = {name.value: value for name, value in node.value}
    shares, everyday = (tuple(one.value for one in values[name].value) if name in values else () for name in ("shares", "everyday"))
    page = values["page"].value if "page" in values else ""
    place = _place(values.get("page", key))
    words = {one: _wording(values[one]) for one in languages}
    return Term(key.value, key.start_mark.line + 1, page, place, shares, everyday, words)


def _wording(node: yaml.MappingNode) -> Wording:
    values = {name.value: value for name, value in node.value}
    also = values["also"].value if "also" in values else []
    places = {one.value: _place(one) for one in [*reversed(also), values["term"]]}
    return Wording(values["term"].value, values["means"].value, tuple(one.value for one in also), places, _place(values["means"]))


def _place(node: yaml.Node) -> tuple[int, int]:
    """Line and column, from 1."""
    return node.start_mark.line + 1, node.start_mark.column + 1
