"""The built site: a small valid one is quiet, broken in each way it is named at its place."""

import shutil
from pathlib import Path

import pytest
from conftest import Built

import check_built
from qa import built

HEAD = '<!doctype html><html><head><title>T</title><link rel="stylesheet" href="{}style.css"></head><body>\n'
INDEX = '<link rel="canonical" href="https://site.example/p/">\n<h1 id="start">T</h1>\n<a href="page/#two">two</a>\n</body></html>'
PAGE = '<h2 id="one">1</h2>\n<h2 id="two">2</h2>\n<h2 id="简">3</h2>\n<a href="../">home</a>\n</body></html>'
FAULTS = {  # what is put at line 2 of page/index.html → rule, column, words of the message
    '<a href="../nowhere/">x</a>': ("built-missing-target", 4, "there is no nowhere/"),
    '<a href="../Image.svg">x</a>': ("built-missing-target", 4, "letter case matters: image.svg"),
    '<a href="../imgae.svg">x</a>': ("built-missing-target", 4, "image.svg"),
    '<a href="../page.en.md">x</a>': ("built-missing-target", 4, "not rewritten from .md"),
    '<a href="../empty/">x</a>': ("built-missing-target", 4, "no index.html"),
    '<a href="../../../x">x</a>': ("built-missing-target", 4, "out of the site's folder"),
    '<a href="/page/">x</a>': ("built-missing-target", 4, "below /p/"),
    '<a href="https://site.example/p/nowhere/">x</a>': ("built-missing-target", 4, "there is no nowhere/"),
    '<a href="..\\image.svg">x</a>': ("built-bad-address", 4, "backslash"),
    '<a href="javascript:go()">x</a>': ("built-bad-address", 4, "javascript"),
    '<a href="file:///etc/x">x</a>': ("built-bad-address", 4, "file:"),
    '<a href="">x</a>': ("built-empty-address", 4, "href is empty"),
    '<a href=" ">x</a>': ("built-empty-address", 4, "href is empty"),
    '<a href="#none">x</a>': ("built-missing-anchor", 4, "no id 'none'"),
    '<a href="#One">x</a>': ("built-missing-anchor", 4, "did you mean 'one'"),
    '<a href="../#strat">x</a>': ("built-missing-anchor", 4, "index.html has no id 'strat'; did you mean 'start'"),
    '<a href="../?q=1#strat">x</a>': ("built-missing-anchor", 4, "'strat'"),
    '<a href="https://site.example/p/#none">x</a>': ("built-missing-anchor", 4, "'none'"),
    '<svg><use href="../image.svg#none"/></svg>': ("built-missing-anchor", 11, "'none'"),
    '<svg><use xlink:href="#none"/></svg>': ("built-missing-anchor", 11, "'none'"),
    '<label for="nothing">x</label>': ("built-missing-anchor", 8, "'nothing'"),
    '<input list="nothing">': ("built-missing-anchor", 8, "'nothing'"),
    '<img src="../image.svg" usemap="#m" alt="">': ("built-missing-anchor", 25, "'#m'"),
    '<p id="two">x</p>': ("built-doubled-id", 0, "stands 2 times"),
    '<p id="">x</p>': ("built-doubled-id", 4, "empty"),
    '<a href="../"></a>': ("built-silent-link", 4, "no text"),
    '<img src="../gone.png" alt="">': ("built-missing-target", 6, "gone.png"),
    '<img src="../image.svg" srcset="../image.svg 1x, ../2.svg 2x" alt="">': ("built-missing-target", 50, "2.svg"),
    '<video poster="../gone.png"></video>': ("built-missing-target", 8, "gone.png"),
    '<source src="../gone.mp4">': ("built-missing-target", 9, "gone.mp4"),
    '<object data="../gone.pdf"></object>': ("built-missing-target", 9, "gone.pdf"),
    '<iframe src="gone/"></iframe>': ("built-missing-target", 9, "page/gone/"),
    '<form action="../send"></form>': ("built-missing-target", 7, "send"),
    '<p style="background: url(../gone.png)">x</p>': ("built-missing-target", 27, "gone.png"),
    '<style>p { background: url("../gone.png") }</style>': ("built-missing-target", 29, "gone.png"),
    '<meta http-equiv="refresh" content="0; url=../gone/">': ("built-missing-target", 44, "gone/"),
    '<meta http-equiv="refresh" content="0; url=./">': ("built-redirect-loop", 0, "circle"),
    '<a href="../a%20c.svg">x</a>': ("built-missing-target", 4, "a c.svg"),
    '<a href="../?a=1&amp;b=2#nö">x</a>': ("built-missing-anchor", 4, "'nö'"),
}
TRAPS = (
    '<a href="#">x</a><a href="#top">x</a><a href="#Top">x</a><a href="#one:~:text=1">x</a><a href="#:~:text=1">x</a>',
    '<a href="#%E7%AE%80">x</a><a href="#简">x</a><a href="../page/#one">x</a><a href="./#one">x</a><a href="index.html#two">x</a>',
    '<a href="..">x</a><a href="../page">x</a><a href="../a%20b.svg">x</a><a href=" ../image.svg ">x</a>',
    '<a href="https://elsewhere.example/x#y">x</a><a href="//elsewhere.example/">x</a><a href="mailto:a@b.example">x</a>',
    '<a href="https://site.example/p/page/#one">x</a><a href="/p/page/">x</a><a href="https://site.example/other/">x</a>',
    '<a href="../paper.pdf#page=3">x</a><svg><use href="../image.svg#dot"/></svg><a href="../?q=1#start">x</a>',
    '<a name="old"></a><a href="#old">x</a><a href="../" aria-label="home"></a><a href="../"><img src="../image.svg" alt="x"></a>',
    '<!-- <a href="gone">x</a> --><script>var a = \'<a href="gone">\'</script><template><p id="one"></p></template>',
    '<img src="data:image/gif;base64,R0,lG" srcset="data:image/gif;base64,R0,lG 1x, ../image.svg 2x" alt="">',
    '<form action=""></form><label for="f">f</label><input id="f"><map name="m"></map><img src="../image.svg" usemap="#m" alt="">',
    '<meta http-equiv="refresh" content="0; url=../"><link rel="preconnect" href="nowhere">',
    '<style>@font-face { src: url(../image.svg) format("a"), url(../gone.woff) format("b") } /* url(gone) */</style>',
)


def small(folder: Path, extra: str = "") -> Path:
    """A valid built site of two pages with `extra` at line 2 of the second."""
    for below in ("page", "empty"):
        (folder / below).mkdir(parents=True)
    (folder / "index.html").write_text(HEAD.format("") + INDEX, encoding="utf-8")
    (folder / "page/index.html").write_text(HEAD.format("../") + f"{extra}\n" + PAGE, encoding="utf-8")
    sheet = "p { background: url(image.svg) } a { b: url(data:x) } @import 'style.css';"
    (folder / "style.css").write_text(sheet, encoding="utf-8")
    for name in ("image.svg", "a b.svg", "paper.pdf", "empty/x.txt"):
        (folder / name).write_text('<svg xmlns="http://www.w3.org/2000/svg"><g id="dot"/></svg>', encoding="utf-8")
    return folder


def said(folder: Path, **options: int) -> list[str]:
    return [f"{i.path}:{i.line}:{i.column} {i.rule} {i.message} {i.remedy}" for i in built.check(folder, **options)[0]]


def test_a_valid_site_is_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_built.main([str(small(tmp_path / "site"))]) == 0
    assert capsys.readouterr().out == "2 built pages checked: every address leads somewhere.\n"


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named_at_its_place(tmp_path: Path, fault: str) -> None:
    rule, column, words = FAULTS[fault]
    found = said(small(tmp_path / "site", fault))
    assert len(found) == 1, found
    assert f" {rule} " in found[0] and words in found[0]
    assert found[0].startswith(f"page/index.html:2:{column} " if column else "page/index.html:"), found


@pytest.mark.parametrize("trap", TRAPS)
def test_no_trap_is_reported(tmp_path: Path, trap: str) -> None:
    assert said(small(tmp_path / "site", trap)) == []


def test_style_sheets_are_checked(tmp_path: Path) -> None:
    folder = small(tmp_path / "site")
    (folder / "style.css").write_text("a {}\np { b: url(gone.png) }", encoding="utf-8")
    assert said(folder)[0].startswith("style.css:2:12 built-missing-target there is no gone.png")


def test_pages_that_forward_in_a_circle(tmp_path: Path) -> None:
    folder = small(tmp_path / "site", '<meta http-equiv="refresh" content="0; url=../empty/">')
    (folder / "empty/index.html").write_text('<meta http-equiv="refresh" content="0; url=../page/">', encoding="utf-8")
    assert [line.partition(" ")[0] for line in said(folder)] == ["empty/index.html:1:1", "page/index.html:1:1"]


def test_base_and_bytes_that_are_no_utf_8(tmp_path: Path) -> None:
    folder = small(tmp_path / "site")
    (folder / "page/index.html").write_bytes(b'<base href="../">\xff<p id="two"><a href="image.svg">x</a><a href="gone">x</a>')
    assert [line.partition(" Did")[0] for line in said(folder)] == ["page/index.html:1:59 built-missing-target there is no gone "]


def test_several_processes_say_the_same(tmp_path: Path) -> None:
    folder = small(tmp_path / "site", '<a href="../#none">x</a><a href="gone">y</a>')
    for i in range(120):
        shutil.copytree(folder / "page", folder / f"page-{i}")
    assert said(folder, processes=2) == said(folder, processes=1)
    assert len(said(folder, processes=2)) == 242


def test_wrong_use(tmp_path: Path) -> None:
    assert check_built.main([str(tmp_path / "nothing")]) == check_built.main([str(tmp_path)]) == 2


def test_the_real_site_holds(built: Built) -> None:
    assert said(built.folder) == []
