"""The recorded outputs and drawings are what the evidence produces now, on this machine."""

from pathlib import Path

import pytest
from support import ROOT

from qa import evidence


@pytest.fixture(scope="module")
def outcomes() -> dict[Path, evidence.Outcome]:
    return {outcome.source: outcome for outcome in evidence.run_all(evidence.sources(ROOT / "docs"))}


@pytest.mark.parametrize("source", evidence.sources(ROOT / "docs"), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_evidence_says_what_is_recorded(source: Path, outcomes: dict[Path, evidence.Outcome]) -> None:
    assert outcomes[source].failure == ""
    differences = [
        f"{one.path.name}:{one.line}: expected {one.expected!r}, found {one.found!r}" for one in evidence.compare(outcomes[source])
    ]
    assert differences == []


def test_a_changed_number_a_failure_and_a_stray_file_are_seen(tmp_path: Path) -> None:
    good, bad, stray = (tmp_path / name for name in ("good.py", "bad.py", "stray.py"))
    good.write_text("print('one')\nprint(2)\n", encoding="utf-8")
    bad.write_text("print(1)\nraise SystemExit('no data')\n", encoding="utf-8")
    stray.write_text("print(1)\nopen('notes.txt', 'w').close()\n", encoding="utf-8")
    outcome = evidence.run(good)
    assert [path.name for path in evidence.write(outcome)] == ["good.out"]
    assert list(evidence.compare(outcome)) == []
    (tmp_path / "good.out").write_text("one\n3\n", encoding="utf-8")
    assert list(evidence.compare(outcome)) == [evidence.Difference(tmp_path / "good.out", 2, "2", "3")]
    assert "no data" in evidence.run(bad).failure
    assert "notes.txt" in evidence.run(stray).failure
    assert not (tmp_path / "bad.out").exists()


def test_drawings_may_differ_by_less_than_one_sees(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("<path d='M 1.00 2'/>", encoding="utf-8")
    for moved, same in (
        ("<path d='M 1.05 2'/>", True),
        ("<path d='M 1.5 2'/>", False),
        ("<line d='M 1.00 2'/>", False),
    ):
        outcome = evidence.Outcome(tmp_path / "a.py", "", {"a.svg": moved})
        differences = [one.path.name for one in evidence.compare(outcome)]
        assert ("a.svg" not in differences) is same
