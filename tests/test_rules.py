"""Every rule finds its fault: each fixture breaks a copy of the small valid site and states exactly what is reported."""

from pathlib import Path

import pytest
import yaml
from detection import faults
from support import FIXTURES, ROOT, broken_site

import check
from qa import rules, site

FILES = sorted((FIXTURES / "rules").glob("*.yml"))
CASES = [
    pytest.param(case, id=f"{path.stem}-{number}")
    for path in FILES
    for number, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1)
]


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_reported_at_its_place_and_nothing_else_is(case: dict, tmp_path: Path) -> None:
    root = broken_site(case["edits"], tmp_path / "site")
    found = [f"{i.path}:{i.line}:{i.column}: {i.message} ({i.rule})" for i in rules.check(site.load(root))]
    assert found == case["expected"]


def test_every_rule_has_a_fixture_or_a_fault_that_it_reports() -> None:
    reported = {line.rpartition("(")[2].rstrip(")") for p in CASES for line in p.values[0]["expected"]}
    assert set(rules.RULES) <= reported | {name for fault in faults() for name in fault.rules}
    assert {path.stem for path in FILES} <= reported


def test_every_rule_says_what_is_true_with_a_bad_and_a_good_example() -> None:
    lacking = [name for name, rule in rules.RULES.items() if not {"Bad: ", "Good:"} <= set(_markers(rule.__doc__ or ""))]
    assert lacking == []


def test_the_small_valid_site_has_no_problem() -> None:
    assert rules.check(site.load(FIXTURES / "base")) == []


def test_the_command_line_says_what_to_do_and_exits_with_1_or_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edits = [{"in": "docs/training/dropout.zh.md", "replace": "level: junior", "with": "level: middle"}]
    assert check.main([str(broken_site(edits, tmp_path / "site"))]) == 1
    assert "    level: middle\n           ^\n  → Levels: junior, mid, senior." in capsys.readouterr().out
    assert check.main([str(tmp_path)]) == 2
    assert "qa.yml:1:1: there is no such file" in capsys.readouterr().err
    assert check.main([str(FIXTURES / "base")]) == 0


def test_the_real_site_has_no_problem() -> None:
    assert [str(issue) for issue in rules.check(site.load(ROOT))] == []


def _markers(text: str) -> list[str]:
    return [line.strip()[:5] for line in text.splitlines()]
