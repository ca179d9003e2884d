"""A run over what did not change gives what it gave before: marks of content and code, and values kept in `.cache/`.

Nothing heavy is imported here, so that an unchanged site is answered in the time that Python needs to start.
"""

import datetime
import hashlib
import os
import pickle
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = ".cache"
CONFIGURATION = ("mkdocs.yml", "qa.yml", "parity.yml")


def digest(raw: bytes) -> str:
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def content(path: Path) -> str:
    """A mark of what a file holds, or nothing where there is none."""
    return digest(path.read_bytes()) if path.is_file() else ""


@cache
def code() -> str:
    """A mark of everything that computes: this package, Python, the installed packages."""
    here = Path(__file__).resolve().parent
    own = b"".join(path.read_bytes() for path in sorted(here.rglob("*")) if path.suffix in {".py", ".txt"})
    packages = next((path for path in sys.path if path.endswith("site-packages")), "")
    return digest(own + sys.version.encode() + (str(Path(packages).stat().st_mtime_ns).encode() if packages else b""))


def site(root: Path) -> str:
    """A mark of everything that a run looks at: documents, configuration, templates, code, and the day."""
    mark = hashlib.blake2b(f"{code()}{datetime.date.today()}".encode(), digest_size=16)
    configuration = root / "mkdocs.yml"
    text = configuration.read_text(encoding="utf-8", errors="replace") if configuration.is_file() else ""
    folders = [
        match[1] if (match := re.search(rf"^\s*{key}: *['\"]?([^'\"\s]+)", text, re.M)) else None
        for key in ("docs_dir", "custom_dir")
    ]
    for folder in (folders[0] or "docs", folders[1]):
        for parent, names, files in os.walk(root / folder) if folder else ():
            names.sort()
            for name in sorted(files):
                path = Path(parent, name)
                mark.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    for name in CONFIGURATION:
        mark.update(name.encode() + ((root / name).read_bytes() if (root / name).is_file() else b"\0"))
    return mark.hexdigest()


def read(path: Path) -> Any:
    """A stored value, or nothing where there is none that can be read."""
    try:
        return pickle.loads(path.read_bytes())
    except Exception:  # a cache that cannot be read is no cache, whatever the reason
        return None


def write(path: Path, value: object) -> None:
    """Store a value in one step; a folder that cannot be written is no reason to fail."""
    try:
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_bytes(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL))
        partial.replace(path)
    except OSError:
        pass
