"""Write the site to `site/`: validate, build strictly beside it, and put the whole in place only when all went well."""

import shutil
import subprocess
import sys
from pathlib import Path

import check

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    if status := check.main([]):
        return status
    target, partial, old = (ROOT / name for name in ("site", ".cache/site", ".cache/site-before"))
    for folder in (partial, old):
        shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(partial)]
    if status := subprocess.run(command, cwd=ROOT, check=False).returncode:
        print("Nothing in site/ was changed.", file=sys.stderr)
        return status
    if target.exists():
        target.rename(old)
    partial.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    print(f"The site is in {target.relative_to(ROOT)}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
