"""YAML with the place of everything in it."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import yaml

from qa.issue import Issue

OPEN = ("while parsing a flow sequence", "while parsing a flow mapping")


def compose(text: str) -> yaml.Node | None:
    """The nodes of a text, read by libyaml; what it refuses is read again by PyYAML, which explains it better."""
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def broken(path: PurePosixPath, rule: str, error: yaml.YAMLError) -> Issue:
    """The problem of a file that is no YAML."""
    line, column, problem = position(error)
    return Issue(path, line, column, rule, f"no valid YAML: {problem}", "Mend the YAML.")


def position(error: yaml.YAMLError) -> tuple[int, int, str]:
    """Line and column, from 1, of what is to be mended, and what is wrong: the bracket that is never closed, not what follows."""
    unclosed = str(getattr(error, "context", None) or "") in OPEN
    mark = getattr(error, "context_mark" if unclosed else "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = getattr(error, "problem", None) or str(error)
    return line, column, f"the bracket that opens here is not closed ({problem})" if unclosed else problem


def doubled(path: PurePosixPath, rule: str, node: yaml.MappingNode) -> Iterator[Issue]:
    """Keys that stand twice in a mapping or in one below it."""
    seen: dict[str, int] = {}
    for key, value in node.value:
        line, column = key.start_mark.line + 1, key.start_mark.column + 1
        if key.value in seen:
            message = f"'{key.value}' stands twice, first on line {seen[key.value]}"
            yield Issue(path, line, column, rule, message, "Keep one of them.")
        seen.setdefault(key.value, line)
        if isinstance(value, yaml.MappingNode):
            yield from doubled(path, rule, value)
