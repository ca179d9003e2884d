"""The rules: each is one generator function, named for the fault it finds; its docstring says what is true, Bad and Good."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator

from qa.issue import Issue
from qa.site import Site

Rule = Callable[[Site], Iterator[Issue]]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Register a rule under its function's name, in kebab case."""
    RULES[function.__name__.replace("_", "-")] = function
    return function


def check(site: Site) -> list[Issue]:
    """Every problem of a site, by path, line and column; files that cannot be read come with the rest."""
    found = {issue for function in RULES.values() for issue in function(site)}
    return sorted(found | set(site.unreadable))


for module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{module.name}")
