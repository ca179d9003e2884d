"""The validator sees what it must and nothing else: each fault by its rule, at its place in every language, each trap quiet."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from detection import Case, faults, named, placed, traps, wants_place
from support import FIXTURES

from qa import judged, parallel, quick, rules, sentinel, settings, site
from qa.issue import InputError

NAMED, PLACED = 0.96, 0.95
FEWEST_FAULTS, FEWEST_TRAPS = 250, 76


def test_there_are_enough_faults_and_traps() -> None:
    assert len(faults()) >= FEWEST_FAULTS
    assert len(traps()) >= FEWEST_TRAPS


def test_faults_are_named_and_placed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def seen_by(case: Case) -> tuple[bool, bool, str]:
        issues, places = case.run(tmp_path / case.name)
        return named(case, issues), placed(case, issues, places), _told(case, issues)

    seen_all = _each(seen_by, faults())
    missed = [told for is_named, _, told in seen_all if not is_named]
    misplaced = [told for is_named, is_placed, told in seen_all if is_named and not is_placed]
    total, seen = len(faults()), len(faults()) - len(missed)
    marked = sum(wants_place(case) for case in faults())
    with capsys.disabled():
        print(f"\n{total} faults: {seen} named ({seen / total:.1%}), {marked - len(misplaced)} of {marked} with a place at it")
    assert seen >= NAMED * total, "\n".join(missed)
    assert marked - len(misplaced) >= PLACED * marked, "\n".join(misplaced)
    assert missed + misplaced == []


def test_traps_are_quiet(tmp_path: Path) -> None:
    def reported(case: Case) -> list[str]:
        return [f"{i.path}:{i.line}:{i.column} {i.message} ({i.rule})" for i in case.run(tmp_path / case.name)[0]]

    found = zip(traps(), _each(reported, traps()), strict=True)
    assert {case.name: issues for case, issues in found if issues} == {}


def _each(function: Callable[[Case], Any], cases: list[Case]) -> list[Any]:
    """`function` of each case, on every processor."""
    pieces = parallel.each(lambda piece: [function(case) for case in piece], parallel.pieces(cases, 20), len(cases))
    return [result for piece in pieces for result in piece]


def _told(case: Case, issues: list) -> str:
    return f"{case.name} wants {' or '.join(case.rules)}: " + (
        "; ".join(f"{i.path}:{i.line}:{i.column} {i.rule}" for i in issues) or "nothing"
    )


@pytest.mark.parametrize("base", ["base", "plain"])
def test_python_markdown_in_haste_says_what_it_says_at_leisure(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page of every fault and trap becomes the same with and without the processors and patterns that are passed over."""
    pages, root = set(), tmp_path / "site"
    for case in [one for one in [*faults(), *traps()] if one.base == base]:
        with suppress(InputError):
            case.apply(root)
            pages |= {(page.path, page.body) for page in site.load(root).pages}
        shutil.rmtree(root)
    shutil.copytree(FIXTURES / base, root)
    configuration = settings.load(root)
    quick_one = sentinel.Renderer(configuration, root)
    monkeypatch.setattr(quick, "hasten", lambda md: None)
    slow_one = sentinel.Renderer(configuration, root)
    assert len(pages) > 600
    assert [path for path, body in pages if quick_one.render(body, path) != slow_one.render(body, path)] == []


@pytest.mark.parametrize("base", ["base", "plain"])
def test_a_run_after_an_edit_says_what_a_run_from_nothing_says(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages whose surroundings did not change keep what was said of them; every third fault and trap, on a run before it."""
    monkeypatch.setattr(judged, "MANY", 0)
    before = tmp_path / "before"
    shutil.copytree(FIXTURES / base, before)
    rules.check(site.load(before))
    kept, different = 0, []
    for number, case in enumerate([one for one in [*faults(), *traps()] if one.base == base][::3]):
        root = tmp_path / str(number)
        case.apply(root)
        cold = rules.check(site.load(root))
        (root / ".cache" / judged.FILE).unlink(missing_ok=True)
        shutil.copytree(before / ".cache", root / ".cache", dirs_exist_ok=True)
        warm = site.load(root)
        with suppress(InputError):
            kept += len(judged.known(warm)[1])
        different += [case.name] if rules.check(warm) != cold else []
    assert different == []
    assert kept > 100  # else nothing was kept, and the comparison says nothing


def test_a_template_that_goes_away_is_missed_on_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates stand outside of the documents, so that no page's mark changes with them."""
    monkeypatch.setattr(judged, "MANY", 0)
    root = tmp_path / "site"
    shutil.copytree(FIXTURES / "plain", root)
    page = root / "docs/guide/install.en.md"
    page.write_text(page.read_text(encoding="utf-8").replace("---\n", "---\ntemplate: landing.html\n", 1), encoding="utf-8")
    template = root / "overrides/landing.html"
    template.write_text('{% extends "main.html" %}\n', encoding="utf-8")
    assert rules.check(site.load(root)) == []
    template.unlink()
    assert [issue.rule for issue in rules.check(site.load(root))] == ["unknown-template"]
