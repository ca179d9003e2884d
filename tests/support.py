"""What several tests share: broken copies of the small valid site."""

import shutil
from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"
ROOT = Path(__file__).resolve().parent.parent


def broken_site(edits: list[dict[str, str]], root: Path) -> Path:
    """A copy of `fixtures/base` at `root` with these edits; an edit that finds nothing to change is an error."""
    shutil.copytree(FIXTURES / "base", root)
    for edit in edits:
        match edit:
            case {"in": name, "replace": old, "with": new}:
                text = (root / name).read_text(encoding="utf-8")
                assert old in text, f"{name} has no {old!r}"
                (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")
            case {"copy": name, "to": target}:
                (root / target).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(root / name, root / target)
            case {"delete": name}:
                (root / name).unlink()
            case {"encode": name, "as": encoding}:
                (root / name).write_bytes((root / name).read_text(encoding="utf-8").encode(encoding))
            case _:
                raise AssertionError(f"no such edit: {edit}")
    return root
