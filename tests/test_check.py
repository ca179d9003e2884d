"""The command line: formats, remedies, what changed, results of an unchanged site."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from support import FIXTURES, broken_site

import check
from qa import parallel, rules, site, unchanged

WRONG_CASE = [{"in": "docs/training/dropout.zh.md", "replace": "cnn-rnn/resnet.zh.md", "with": "cnn-rnn/ResNet.zh.md"}]
PLACE = {"path": "docs/training/dropout.zh.md", "line": 39, "column": 10, "rule": "wrong-case"}


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return broken_site(WRONG_CASE, tmp_path / "site")


def test_json_names_place_and_remedy(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main([str(broken), "--format", "json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert PLACE.items() <= problem.items()
    assert problem["fix"]["new"] == "../cnn-rnn/resnet.zh.md#answer"


def test_sarif_has_rule_and_region(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main([str(broken), "--format", "sarif"]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 39, "startColumn": 10}
    assert run["tool"]["driver"]["rules"][0]["id"] == "wrong-case"


def test_github_annotates_the_line(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main([str(broken), "--format", "github"]) == 1
    assert "::error file=docs/training/dropout.zh.md,line=39,col=10,title=wrong-case::" in capsys.readouterr().out


def test_fix_mends_what_has_one_remedy(broken: Path) -> None:
    assert check.main([str(broken), "--fix"]) == 0
    fixed, base = (root / "docs/training/dropout.zh.md" for root in (broken, FIXTURES / "base"))
    assert fixed.read_bytes() == base.read_bytes()


def test_since_reports_what_a_change_could_have_broken(broken: Path) -> None:
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=broken, check=True)
    assert check.main([str(broken), "--since", "HEAD"]) == 0
    twin = broken / "docs/training/dropout.en.md"
    twin.write_text(f"{twin.read_text(encoding='utf-8')}\n", encoding="utf-8")
    assert check.main([str(broken), "--since", "HEAD"]) == 1
    assert check.main([str(broken), "--since", "nowhere"]) == 2


def test_explain_prints_the_rule_or_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["--explain", "wrong-case"]) == 0
    assert "Bad:  `[ResNet](ResNet.en.md)`" in capsys.readouterr().out
    assert check.main(["--explain", "wrong-cas"]) == 2
    assert "Did you mean 'wrong-case'?" in capsys.readouterr().err


def test_the_mark_of_a_site_changes_with_every_file(tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(FIXTURES / "base", root)
    before = unchanged.site(root)
    assert unchanged.site(root) == before
    for name in ("docs/training/dropout.svg", "qa.yml", "mkdocs.yml", "docs/index.en.md"):
        with (root / name).open("a") as file:
            file.write("\n")
        before, after = unchanged.site(root), before
        assert before != after


def test_accept_refuses_a_change_in_one_language(tmp_path: Path) -> None:
    root = broken_site([], tmp_path / "site")
    assert check.main([str(root), "--accept", "all"]) == 0
    page = root / "docs/training/dropout.zh.md"
    page.write_text(page.read_text(encoding="utf-8").replace("以概率", "训练时以概率"), encoding="utf-8")
    assert check.main([str(root)]) == 1
    assert check.main([str(root), "--accept", "training/dropout"]) == 2
    assert check.main([str(root), "--accept", "training/dropout", "--one-sided"]) == 0
    assert check.main([str(root)]) == 0


def test_a_site_without_our_conventions_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = broken_site(WRONG_CASE, tmp_path / "site")
    (root / "qa.yml").unlink()
    assert check.main([str(root)]) == 1
    assert "1 problem in 1 file (wrong-case 1)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"), [(b"\xb2\xe2: 1\n", "1:1: byte 0xb2 is no UTF-8"), (b"a: [b\n", "1:4: no valid YAML")]
)
def test_a_record_of_parity_that_cannot_be_read_is_a_problem_like_any_other(text: bytes, message: str, tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "base", tmp_path / "site")
    (tmp_path / "site/parity.yml").write_bytes(text)
    found = [f"{i.path}:{i.line}:{i.column}: {i.message}" for i in rules.check(site.load(tmp_path / "site"))]
    assert len(found) == 1
    assert found[0].startswith(f"parity.yml:{message}")


def test_processes_share_the_work_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    waited: list[int] = []
    parallel.meanwhile(lambda: waited.append(os.getpid()))

    def work(piece: range) -> tuple[int, list[int]]:
        time.sleep(0.01)
        return os.getpid(), list(piece)

    pieces = parallel.pieces(range(200), 8)
    found = parallel.each(work, pieces, 200)
    assert [number for _, numbers in found for number in numbers] == list(range(200))
    assert len({process for process, _ in found}) == 3
    assert waited == [os.getpid()]
    assert len(parallel.pieces(range(100_000), 8)) <= parallel.MOST


def test_what_a_process_leaves_that_dies_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    home = os.getpid()

    def work(piece: range) -> int:
        time.sleep(0.01)
        return sum(piece) if os.getpid() == home else os._exit(1)

    pieces = parallel.pieces(range(200), 8)
    assert parallel.each(work, pieces, 200) == [sum(piece) for piece in pieces]
