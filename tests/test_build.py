"""A wrong edit ends the build with one clear message that names file and line, and leaves the site as it was."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT, broken_site

DROPOUT = "docs/training/dropout.zh.md"
FAULTS = {
    "broken YAML": ("level: junior", "level: [junior", f"{DROPOUT}:2:8: the front matter is no valid YAML"),
    "unknown key": ("level: junior", "level: junior\nlevle: mid", f"{DROPOUT}:3:1: unknown key 'levle'; did you mean 'level'?"),
    "unclosed fence": ("(1 - p)\n```", "(1 - p)", f"{DROPOUT}:29:1: this fence is never closed"),
    "unknown citation": ("@srivastava2014dropout", "@srivastava2041dropout", f"{DROPOUT}:23:13: no entry 'srivastava2041dropout'"),
    "missing snippet": ("y = x * mask / (1 - p)", '--8<-- "training/no.py"', "training/no.py"),
}


def project(edits: list[dict[str, str]], folder: Path) -> Path:
    """The project around a (broken) copy of the small valid site."""
    broken_site(edits, folder)
    for name in ("scripts", "overrides", "docs/assets"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", folder)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"}
    command = [sys.executable, "scripts/build.py"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_valid_site_is_built_and_replaces_the_one_before(tmp_path: Path) -> None:
    folder = project([], tmp_path / "site")
    (folder / "site").mkdir()
    (folder / "site" / "old.html").write_text("old", encoding="utf-8")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "site/en/training/dropout/index.html").is_file()
    assert not (folder / "site/old.html").exists()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_and_the_site_is_left_alone(fault: str, tmp_path: Path) -> None:
    old, new, message = FAULTS[fault]
    _refused(project([{"in": DROPOUT, "replace": old, "with": new}], tmp_path / "site"), message)


def test_wrong_encoding_is_named(tmp_path: Path) -> None:
    folder = project([{"encode": DROPOUT, "as": "gb18030"}], tmp_path / "site")
    _refused(folder, f"{DROPOUT}:5:11: byte 0xcb is no UTF-8")


def test_a_duplicate_slug_is_named(tmp_path: Path) -> None:
    copies = [{"copy": f"docs/training/dropout.{x}.md", "to": f"docs/cnn-rnn/dropout.{x}.md"} for x in ("zh", "en")]
    _refused(project(copies, tmp_path / "site"), "docs/training/dropout.en.md:1:1: the slug 'dropout' is taken by docs/cnn-rnn/")


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\frca{m", rf"{DROPOUT}:26:5: KaTeX has no command '\frca'"),  # the validator knows every command
        (r"\textcolor{4z}{x} \frac{m", f"{DROPOUT}:26:1: KaTeX refuses 'y = "),
    ],
)
def test_tex_that_katex_refuses_is_named(tex: str, message: str, tmp_path: Path) -> None:
    edits = [{"in": f"docs/training/dropout.{x}.md", "replace": r"\frac{m", "with": tex} for x in ("zh", "en")]
    _refused(project(edits, tmp_path / "site"), message)


def _refused(folder: Path, message: str) -> None:
    """The build fails with this message, without a traceback, and the site that was there stays."""
    (folder / "site").mkdir()
    (folder / "site" / "old.html").write_text("old", encoding="utf-8")
    done = build(folder)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert message in said
    assert "Traceback" not in said
    assert [path.name for path in (folder / "site").iterdir()] == ["old.html"]
