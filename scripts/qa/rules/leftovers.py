"""Markup that would reach the reader as it stands."""

import re
from collections.abc import Iterator

from qa import markup
from qa.issue import Issue
from qa.page import blank_front_matter
from qa.rules import rule
from qa.site import Site


@rule
def unclosed_fence(site: Site) -> Iterator[Issue]:
    """A fence that opens is closed; otherwise the rest of the page becomes code.

    Bad:  three back-ticks, code, and the page goes on
    Good: the same number of back-ticks after the code
    """
    for page in site.pages:
        left = re.search(r"^ *(```+|~~~+)", markup.prose(blank_front_matter(page.text)), re.M)
        if left:
            line = page.text.count("\n", 0, left.start(1)) + 1
            column = left.start(1) - page.text.rfind("\n", 0, left.start(1))
            message = "this fence is never closed"
            yield Issue(page.path, line, column, "unclosed-fence", message, f"End the code with a line of {left[1]}.")
