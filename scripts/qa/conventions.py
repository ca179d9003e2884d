"""The conventions of a site, read from its `qa.yml`: languages, topics, sections, keys, sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from qa.issue import InputError, Issue
from qa.nodes import broken
from qa.text import read

FILE = "qa.yml"
Names = Mapping[str, str]  # language → text


@dataclass(frozen=True)
class Source:
    """A list of questions that circulates; `numbers` are those it really has."""

    id: str
    title: str
    publisher: Names
    numbers: tuple[int, ...]
    url: str = ""
    complete: bool = False


@dataclass(frozen=True)
class Conventions:
    """What `qa.yml` says. All mappings keep the order of the file, and that order means something."""

    languages: Mapping[str, Names]
    levels: Mapping[str, Names]
    sections: Mapping[str, Names]
    generated: Mapping[str, Names]
    front_matter: Mapping[str, list[str]]
    locators: Mapping[str, Names]
    topics: Mapping[str, Names]
    pages: Mapping[str, Names]
    sources: Mapping[str, Source]

    @cached_property
    def default_language(self) -> str:
        return next(iter(self.languages))

    def address(self, path: str, language: str) -> str:
        """Where a page stands on the site: `training/` in Chinese, `en/training/` in English."""
        return path if language == self.default_language else f"{language}/{path}"


def load(root: Path, languages: tuple[str, ...] = ()) -> Conventions:
    """Read `qa.yml` below `root`; an `InputError` names the line that cannot be used.

    A site without one has the `languages` of its `mkdocs.yml`, and nothing in it is a question.
    """
    path = root / FILE
    if languages and not path.exists():
        return Conventions({one: {"name": one} for one in languages}, {}, {}, {}, {}, {}, {}, {}, {})
    try:
        data = yaml.load(read(root, PurePosixPath(FILE)), yaml.CSafeLoader)
        sources = {key: _source(key, value) for key, value in data.pop("sources").items()}
        return Conventions(sources=sources, **data)
    except FileNotFoundError:
        raise _error(1, "there is no such file", f"Give the folder that holds {FILE} and docs/.") from None
    except yaml.YAMLError as error:
        raise InputError(broken(PurePosixPath(FILE), "conventions", error)) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _error(1, f"not the expected structure: {error}") from None


def _error(line: int, message: str, remedy: str = "") -> InputError:
    return InputError(Issue(PurePosixPath(FILE), line, 1, "conventions", message, remedy))


def _source(key: str, value: dict[str, Any]) -> Source:
    return Source(
        key, value["title"], value["publisher"], _numbers(str(value["numbers"])), value.get("url", ""), bool(value.get("complete"))
    )


def _numbers(text: str) -> tuple[int, ...]:
    """`1-3, 7` is 1, 2, 3, 7."""
    ranges = ([int(n) for n in part.split("-")] for part in text.split(","))
    return tuple(n for bounds in ranges for n in range(bounds[0], bounds[-1] + 1))
