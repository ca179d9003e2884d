"""Find a Chromium for the tests: the one on the PATH, else Debian's package (as root on Debian or Ubuntu), else Playwright's.

`python scripts/browser.py` prints its path; `--install` installs one where there is none.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a browser, or nothing: Playwright then uses its own."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Install what is missing: a browser, and on Debian a font that has Chinese."""
    if os.geteuid() == 0 and Path("/etc/debian_version").exists():
        packages = [] if find() else ["chromium"]
        packages += [] if list(Path("/usr/share/fonts").rglob("NotoSansCJK*")) else ["fonts-noto-cjk"]
        if packages:
            _run("apt-get", "update", "-qq")
            _run("apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages)
    elif not find():
        _run(sys.executable, "-m", "playwright", "install", "chromium")


def _run(*command: str) -> None:
    print("Installing a browser for the tests:", *command, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    if "--install" in sys.argv[1:]:
        install()
    print(find() or "Playwright's own browser")
