"""What an edit could have broken: problems in what changed, in its twins, and in what refers to it."""

import subprocess
from pathlib import Path, PurePosixPath

from qa import links, site
from qa.issue import InputError, Issue

EVERYWHERE = {"qa.yml", "mkdocs.yml", "parity.yml", "docs/references.bib"}


def affected(issues: list[Issue], root: Path, revision: str) -> list[Issue]:
    """The problems that changes since `revision` could have caused."""
    changed = _changed(root, revision)
    if EVERYWHERE & changed:
        return issues
    checked = site.load(root)
    where = links.of(checked)
    docs = str(checked.settings.docs)
    near = set(changed)
    for page in checked.pages:
        twins = {str(page.path.with_name(f"{page.slug}.{one}.md")) for one in checked.conventions.languages}
        if twins & changed:
            near |= twins
    slugs = {PurePosixPath(path).name.partition(".")[0] for path in changed}
    near |= {str(page.path) for page in checked.questions if slugs & {str(s) for s in page.meta.get("related") or ()}}
    near |= {str(link.page.path) for link in where.links if f"{docs}/{link.path}" in changed}
    near |= {str(path) for path, one in checked.rendered.items() if set(one.snippets) & changed}
    return [issue for issue in issues if str(issue.path) in near]


def _changed(root: Path, revision: str) -> set[str]:
    """Files that differ from a revision, new and removed ones included, relative to the site's root."""
    names: set[str] = set()
    for command in (("diff", "--name-only", "--relative", revision, "--"), ("ls-files", "--others", "--exclude-standard")):
        done = subprocess.run(["git", "-c", "core.quotepath=off", *command], cwd=root, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["git failed"])[0]
            raise InputError(Issue(PurePosixPath("."), 1, 1, "since", f"git: {reason}", "Give a revision of this repository."))
        names |= set(done.stdout.splitlines())
    return names
