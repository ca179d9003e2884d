"""More of the web in miniature, written by someone else who had not seen the checker."""

# ruff: noqa: E501 (one way a line, in the words of real pages)

import gzip
from collections.abc import Iterator
from itertools import count

from misbehaving import PAUSE, PDF, Reply, Request, Way, chunked, drip, first, huge, needs_cookie, only_get, page, reply, to

EN = (
    "The transformer replaces recurrence by attention: every position looks at every other position and takes from it "
    "what it needs. We derive the gradient, count the operations, and compare with convolutional networks. "
) * 8
ZH = (
    "注意力机制让模型在处理每个词的时候都能参考整句话的信息。本文从梯度下降讲起，推导反向传播的公式，并给出完整的代码和实验结果，"
    "最后讨论学习率、批量大小和正则化对训练的影响。"
) * 10
SESSIONS = count(1)
PLAIN = "text/plain; charset=utf-8"
AS_PDF = "application/pdf"


def en(title: str, body: str = "", head: str = "") -> bytes:
    return page(f"<h1>{title}</h1>{body}<p>{EN}</p>", title, head)


def zh(title: str, body: str = "", head: str = "") -> bytes:
    return page(f"<h1>{title}</h1>{body}<p>{ZH}</p>", title, head)


def bare(title: str, body: str, head: str = "") -> bytes:
    """A page with nothing but what it says."""
    return page(f"<h1>{title}</h1><p>{body}</p>", title, head)


def raw(head: str, body: bytes) -> bytes:
    return head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body


def absolute(path: str, status: int) -> Reply:
    """A redirect with scheme, host and port."""
    return lambda request: to(f"http://127.0.0.1:{request.port}{path}", status)


def by_method(get: bytes, other: bytes) -> Reply:
    return lambda request: get if request.method == "GET" else other


def head_hangs(request: Request) -> Iterator[bytes | float | None]:
    if request.method != "GET":
        yield PAUSE
    yield reply(body=en("Lecture 7: Optimization"))


def head_resets(request: Request) -> Iterator[bytes | float | None]:
    if request.method != "GET":
        yield None
    yield reply(body=zh("第三讲 反向传播"))


def browsers_only(request: Request) -> bytes:
    good = "mozilla/" in request.headers.get("user-agent", "").lower()
    return reply(body=en("Proceedings of the workshop")) if good else reply(403, bare("Forbidden", "No robots."))


def two_cookies(request: Request) -> bytes:
    """Two cookies on two redirects; without a path on the first, with an expiry that holds a comma on the second."""
    cookie = request.headers.get("cookie", "")
    here = request.path
    if "JSESSIONID=A1.node0" not in cookie:
        return to(here, Set_Cookie="JSESSIONID=A1.node0; HttpOnly")
    if "support=1" not in cookie:
        return to(here, Set_Cookie="support=1; Expires=Wed, 01 Jan 2098 00:00:00 GMT; Path=/")
    return reply(body=en("Layer-wise relevance propagation"))


def fresh_session(_: Request) -> bytes:
    """A new session at each visit, though the old one came along."""
    return to("/library/fulltext", Set_Cookie=f"sid={next(SESSIONS)}; Path=/")


def endless(request: Request) -> bytes:
    number = request.path.rstrip("/").rpartition("/")[2]
    return to(f"/calendar/{int(number) + 1 if number.isdigit() else 1}")


def twenty(request: Request) -> bytes:
    number = request.path.rstrip("/").rpartition("/")[2]
    at = int(number) if number.isdigit() else 0
    return to(f"/hops/{at + 1}") if at < 20 else reply(body=en("After twenty hops"))


def nine_permanent(request: Request) -> bytes:
    number = request.path.rstrip("/").rpartition("/")[2]
    at = int(number) if number.isdigit() else 0
    return to(f"/history/{at + 1}", 301) if at < 9 else reply(body=en("A repository often renamed"))


def reset(_: Request) -> Iterator[bytes | None]:
    yield None


def reset_once(request: Request) -> Iterator[bytes | None]:
    if request.count == 0:
        yield None
    yield reply(body=en("The forum of the framework"))


def silent_once(request: Request) -> Iterator[bytes | float]:
    if request.count == 0:
        yield PAUSE
    yield reply(body=en("Woken from sleep"))


def stalls(_: Request) -> Iterator[bytes | float]:
    """Headers, a piece of the page, then nothing more."""
    yield reply(body=en("Statistical learning"))[:700]
    yield PAUSE


def big_pdf(_: Request) -> bytes:
    return reply(body=PDF[:9] + b"% filling\n" * 60_000 + PDF[9:], kind=AS_PDF)


SPA = b"""<!doctype html><html><head><meta charset="utf-8"><title>Playground</title>
<script type="module" src="/assets/index-4f2a.js"></script></head>
<body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div></body></html>"""
SPA_LOST = SPA.replace(b"Playground", b"404: Page not found")
PASSWORD = '<form method="post"><input name="user"><input type="password" name="pass"><button>{}</button></form>'
LOGIN = bare("Sign in", "Please sign in to your account." + PASSWORD.format("Sign in"))
LOST = bare("Page not found", "Sorry, the page you are looking for does not exist. It may have been moved or deleted.")
LOST_ZH = bare("页面不存在", "抱歉，您访问的页面不存在或已被删除。<a href='/'>返回首页</a>")
GBK_LOST = LOST_ZH.decode().replace("<head>", '<head><meta charset="gb2312">').encode("gbk")
HOME = page(
    f"<h1>Institute of Machine Learning</h1><ul><li><a href='/news'>News</a><li><a href='/people'>People</a></ul>{EN}",
    "Institute of Machine Learning",
)
LONG = "<p>" + EN + "</p>"
FAR_BELOW = page(LONG + "<h2 id='near'>Near</h2>" + LONG * 150 + "<h2 id='far'>Far</h2>" + LONG, "A very long page")

WAYS = (
    # Plain good answers: the home page, papers, code, blogs, universities in both languages
    Way("", reply(body=HOME), "ok"),
    Way("papers/1706.03762v7.pdf", reply(body=PDF, kind=AS_PDF), "ok"),
    Way("abs/1412.6980", reply(body=en("Adam: a method for stochastic optimization")), "ok"),
    Way("wiki/深度学习", reply(body=zh("深度学习")), "ok"),
    Way("wiki/Attention_(machine_learning)", reply(body=en("Attention (machine learning)")), "ok"),
    # Pages that talk about errors, walls and sales, and are themselves fine (near misses)
    Way("docs/Web/HTTP/Status/404", reply(body=en("404 Not Found - HTTP status codes", "<p>The page cannot be found.")), "ok"),
    Way("blog/wo-de-404", reply(body=zh("404 Not Found 错误的原因及解决办法", "<p>浏览器提示“页面不存在”怎么办？")), "ok"),
    Way("forum/t/1182", reply(body=en("ModuleNotFoundError: module 'torch' not found", "<pre>Error: file not found</pre>")), "ok"),
    Way("math/limits.html", reply(body=zh("极限不存在的判定", "<p>若左右极限不相等，则极限不存在。")), "ok"),
    Way("essays/captcha", reply(body=en("How CAPTCHAs work", "<p>“Please verify that you are human.”")), "ok"),
    Way("posts/domain", reply(body=en("Why I bought a domain that was for sale", "<p>“This domain is for sale.”")), "ok"),
    Way(
        "docs/2.1/optim.html",
        reply(body=en("Optimizers", "<div class=warning>You are reading an old version; this module is deprecated.</div>")),
        "ok",
    ),
    # Good pages with a way to log in, a cookie banner, an abstract before a purchase (near misses)
    Way(
        "thread-88-1-1.html",
        reply(body=zh("Transformer 学习笔记", "<form><input name=u><input type=password name=p><button>登录</button></form>")),
        "ok",
    ),
    Way(
        "news/2023/gpt.html",
        reply(
            body=en(
                "A new language model",
                "<div id=cookie-banner>We use cookies. <button>Accept all</button><button>Reject</button></div>",
            )
        ),
        "ok",
    ),
    Way(
        "chapter/978-3-319-24574-4_28",
        reply(body=en("U-Net | Proceedings", "<h2>Abstract</h2><a href='/buy'>Buy this chapter</a> <a href='/login'>Log in</a>")),
        "ok",
    ),
    # Login pages that were themselves linked (near misses)
    Way("login", reply(body=LOGIN), "ok"),
    # Very little text, and still what was promised (near misses)
    Way(
        "pages/~olah/",
        reply(
            body=b"<html><head><title>C. O.</title></head><frameset cols='20%,*'><frame src='menu.html'><frame src='main.html'></frameset></html>",
            kind="text/html",
        ),
        "ok",
    ),
    Way(
        "viewer.html",
        reply(body=page("<embed src='/papers/1706.03762v7.pdf' type='application/pdf'>", "Viewer")),
        "ok",
        asked="?file=lecun-98.pdf",
    ),
    # Made entirely by scripts
    Way("playground", reply(body=SPA), "ok"),
    Way("explain/", reply(body=SPA), "inconclusive", asked="#/cnn/layer-2"),
    Way("demo/lost", reply(body=SPA_LOST), "broken"),
    # Servers that refuse or hurt whoever asks with HEAD, and one that praises to HEAD what it does not have
    Way("cs/courses/231n", only_get(405), "ok"),
    Way("cs/courses/230", head_hangs, "ok"),
    Way("kecheng/3", head_resets, "ok"),
    Way("cs/courses/999", by_method(reply(404, LOST), reply(200)), "broken"),
    # Servers that look at the visitor's headers and cookies, and let a browser through
    Way("proceedings/browsers", browsers_only, "ok"),
    Way("plosone/article/0130140", two_cookies, "ok"),
    Way("doi/10.1000/182", needs_cookie, "ok"),
    # Temporary redirects to fine pages
    Way("latest", to("/abs/1412.6980", 302), "ok"),
    Way("download/paper.pdf", to("/store/9f3c?sig=abc", 302), "ok"),
    Way("store/9f3c", reply(body=PDF, kind="application/octet-stream", Content_Disposition='attachment; filename="p.pdf"'), "ok"),
    Way("sloppy", to("/raw/a b/中文"), "ok"),
    Way("raw/a b/中文", reply(body=zh("讲义")), "ok"),
    Way("hops/", twenty, "ok"),
    Way("then-permanent", to("/old-optim", 302), "ok"),  # what comes after a temporary one binds nobody
    # The body of a redirect need not be whole (near miss)
    Way("hasty", to("/abs/1412.6980", 302, Content_Length="500"), "ok"),
    # Permanent redirects: `moved` is as far as they were permanent without a gap
    Way("old-optim", to("/docs/2.1/optim.html", 301), "moved", moved="/docs/2.1/optim.html"),
    Way("old-abs", absolute("/abs/1412.6980", 308), "moved", moved="/abs/1412.6980"),
    Way("people/hinton", to("/people/hinton/", 301), "moved", moved="/people/hinton/"),
    Way("people/hinton/", reply(body=en("A professor's page")), "ok"),
    Way("index.html", to("/", 301), "moved", moved="/"),
    Way("twice", to("/old-optim", 308), "moved", moved="/docs/2.1/optim.html"),
    Way("permanent-then-not", to("/latest", 301), "moved", moved="/latest"),
    Way("permanent-then-cookie", to("/doi/10.1000/182", 301), "moved", moved="/doi/10.1000/182"),
    Way("history/", nine_permanent, "moved", moved="/history/9"),
    Way("guide/basics/start.html", to("../intro.html", 301), "moved", moved="/guide/intro.html"),
    Way(
        "guide/intro.html",
        reply(body=en("Introduction", "<h2 id='install'>Install</h2><h2 id='usage'>Usage</h2>")),
        "ok",
        asked="#install",
    ),
    Way("guide/setup.html", to("/guide/intro.html", 301), "moved", asked="#install", moved="/guide/intro.html#install"),
    Way("guide/how.html", to("/guide/intro.html#usage", 301), "moved", moved="/guide/intro.html#usage"),
    Way("showthread.php", to("/forum/t/1182?page=2", 301), "moved", asked="?t=1182&page=2", moved="/forum/t/1182?page=2"),
    Way("pdf/attention.pdf", to("/papers/1706.03762v7.pdf", 301, Retry_After="1"), "moved", moved="/papers/1706.03762v7.pdf"),
    # Refreshes at once
    Way(
        "manual/index.html",
        reply(body=b"<html><head><meta http-equiv='refresh' content='0; url=/guide/intro.html'></head></html>"),
        "moved",
        moved="/guide/intro.html",
    ),
    Way(
        "jiaocheng.html",
        reply(
            body=b'<HTML><HEAD><META CONTENT="0;URL=kecheng/3" HTTP-EQUIV="Refresh"></HEAD><BODY></BODY></HTML>',
            kind="text/html; charset=gbk",
        ),
        "moved",
        moved="/kecheng/3",
    ),
    Way(
        "release-notes",
        reply(body=bare("Moved", "See the new page."), Refresh="0; url=/news/2023/gpt.html"),
        "moved",
        moved="/news/2023/gpt.html",
    ),
    # Refreshes that are none: much later, in a comment, a mere canonical address (near misses)
    Way("live/scores", reply(body=en("Leaderboard", head="<meta http-equiv=refresh content=600>")), "ok"),
    Way("blog/commented", reply(body=en("Backprop", head="<!-- <meta http-equiv='refresh' content='0; url=/gone'> -->")), "ok"),
    Way(
        "blog/canonical",
        reply(body=en("Dropout", head="<link rel='canonical' href='/blog/commented'>"), Link="</blog/commented>; rel=canonical"),
        "ok",
    ),
    # A refresh, or a permanent redirect, to where there is nothing
    Way(
        "blog/refreshed-away",
        reply(body=b"<html><head><meta http-equiv='refresh' content='0;url=/blog/never-was'></head></html>"),
        "broken",
    ),
    Way("moved-away", to("/nowhere/at/all", 301), "broken"),
    # Status says no, whatever the page looks like (near misses)
    Way(
        "blog/2016/looks-fine",
        reply(
            404,
            bare(
                "My blog on learning",
                "Popular posts: <a href='/blog/canonical'>Dropout</a> <a href='/posts/domain'>My domain</a>" + EN,
            ),
        ),
        "broken",
    ),
    Way("old/retired.pdf", reply(410, bare("Annual report", "Our reports are now published elsewhere.")), "broken"),
    # Soft 404s, some hidden by charset, compression or a friendly title
    Way("courses/ml-2015", reply(body=LOST), "broken"),
    Way("art/2008/gbk.shtml", reply(body=GBK_LOST, kind="text/html"), "broken"),
    Way("notes/zipped", reply(body=gzip.compress(LOST), Content_Encoding="gzip"), "broken"),
    Way("viewtopic.php", reply(body=bare("Information", "The requested topic does not exist.")), "broken", asked="?f=3&t=99"),
    Way("thread-7-1-1.html", reply(body=bare("提示信息", "抱歉，指定的主题不存在或已被删除或正在被审核")), "broken"),
    Way("mp/s/abc", reply(body=page("<p>该内容已被发布者删除</p>", "")), "broken"),
    Way("pan/s/1kU", reply(body=bare("链接不存在", "啊哦，你来晚了，分享的文件已经被取消了，下次要早点哟。")), "broken"),
    Way("404.html", reply(body=LOST), "broken"),
    Way("slides/lecture9", to("/404.html", 302), "broken"),
    # Deep links that end at the home page
    Way("faculty/bengio/thesis", to("/", 302), "broken"),
    Way("events/2014/summer-school", to("/index.html", 301), "broken"),
    # Files that are something else; .pdf in front of a wall is only a wall
    Way("papers/lenet.pdf", reply(body=en("Publications of the group")), "broken"),
    Way("papers/alexnet.pdf", reply(body=LOST, kind=AS_PDF), "broken"),  # HTML under the type of a PDF (near miss)
    Way("papers/behind-login.pdf", to("/login?next=/papers/behind-login.pdf"), "inconclusive"),
    # Files that look odd and are fine (near misses)
    Way("papers/large.pdf", big_pdf, "ok", asked="#page=5"),
    Way("papers/junk-first.pdf", reply(body=b"\r\n\r\n" + PDF, kind=AS_PDF), "ok"),
    Way("wiki/File:Neuron.png", reply(body=en("File:Neuron.png", "<img src='/img/neuron.png'>")), "ok"),
    Way("logs/errors.txt", reply(body=b"GET /favicon.ico 404 Not Found\nGET /x 404 Not Found\n" * 30, kind=PLAIN), "ok"),
    Way("data/mnist.tar.gz", reply(body=gzip.compress(b"data" * 900), kind="application/x-gzip", Content_Encoding="gzip"), "ok"),
    # Fragments that are there (the odd spellings: near misses)
    Way("book/ch6.html", reply(body=en("Chapter 6", "<a name=eq:6.3></a><H2 ID=results>Results</H2>")), "ok", asked="#eq:6.3"),
    Way(
        "book/zh/ch6.html",
        reply(body=zh("第六章", "<h2 id='第二节'>第二节</h2>").decode().encode("gbk"), kind="text/html; charset=GBK"),
        "ok",
        asked="#%E7%AC%AC%E4%BA%8C%E8%8A%82",
    ),
    Way("book/ch7.html", reply(body=en("Chapter 7", "<h2 id='bias&amp;variance'>Bias</h2>")), "ok", asked="#bias&variance"),
    Way("book/ch9.html", reply(body=en("Chapter 9")), "ok", asked="#:~:text=replaces%20recurrence"),
    Way("book/long.html", reply(body=FAR_BELOW), "ok", asked="#near"),
    Way("book/longer.html", reply(body=FAR_BELOW), "inconclusive", asked="#far"),  # there, but beyond what is read
    # Fragments that are not there, though something like them is (near misses), and one that a script may make
    Way("book/ch10.html", reply(body=en("Chapter 10", "<h2 id=summary>Summary</h2>")), "broken", asked="#exercises"),
    Way(
        "book/ch11.html",
        reply(body=en("Chapter 11", "<!-- <h2 id='proof'>Proof</h2> --><a href='#proof'>Proof</a>")),
        "broken",
        asked="#proof",
    ),
    Way("book/ch12.html", reply(body=en("Chapter 12", "<h2 data-id='proof' class='proof'>Proof</h2>")), "broken", asked="#proof"),
    Way("book/old-ch10.html", to("/book/ch10.html", 301), "broken", asked="#exercises"),
    Way(
        "book/live.html",
        reply(body=en("Live book", "<script src='/toc.js'></script><script>makeAnchors()</script>")),
        "inconclusive",
        asked="#toc-3",
    ),
    # Circles and too many redirects; with a new cookie each time, it may be us
    Way("circle/a", to("/circle/b", 302), "broken"),
    Way("circle/b", to("/circle/a", 301), "broken"),
    Way("circle/self", to("/circle/self", 301), "broken"),
    Way("calendar/", endless, "broken"),
    Way("library/fulltext", fresh_session, "inconclusive"),
    # Nothing at all, and domains that have been given up
    Way("blank", reply(200, b""), "broken"),
    Way("blank/204", raw("HTTP/1.1 204 No Content\nConnection: close", b""), "broken"),
    Way(
        "deepbook/chapter1",
        reply(
            body=bare("deepbook.example", "This domain is for sale! Buy this domain. Related searches: loans, insurance, hotels")
        ),
        "broken",
    ),
    # Walls that depend on who asks
    Way("members/thread-5512", to("/login?return_to=%2Fmembers%2Fthread-5512", 302), "inconclusive"),
    Way("intranet/report", to("/login?next=%2Fintranet%2Freport", 301), "inconclusive"),
    Way(
        "wenku/view/77", reply(body=bare("提示信息", "抱歉，您需要登录后才能继续浏览。" + PASSWORD.format("登录"))), "inconclusive"
    ),
    Way("weekly/long-read", reply(402, bare("Payment required", "Subscribe to read this article.")), "inconclusive"),
    Way("kns/detail", reply(403, bare("禁止访问", "仅限校内 IP 地址访问。")), "inconclusive"),
    Way("video/region", reply(451, bare("Unavailable", "Not available in your country.")), "inconclusive"),
    Way("watch", to("/consent/ml?continue=%2Fwatch%3Fv%3DaircAruvnKk", 302), "inconclusive", asked="?v=aircAruvnKk"),
    Way(
        "consent/ml",
        reply(
            body=bare(
                "Before you continue",
                "We use cookies and data. <form action='/save'><button>Reject all</button><button>Accept all</button></form>",
            )
        ),
        "inconclusive",
        asked="?continue=%2Fwatch%3Fv%3Dx",
    ),
    # Robots are tested, or counted
    Way(
        "toc/neco/9/8",
        reply(
            403,
            bare(
                "Just a moment...",
                "Checking your browser before accessing the site.",
                "<script src='/cdn-cgi/challenge-platform/h/b'></script>",
            ),
            Server="cloudflare",
            cf_mitigated="challenge",
        ),
        "inconclusive",
    ),
    Way(
        "science/article/pii/S0893",
        reply(
            200,
            bare(
                "Just a moment...",
                "Verify you are human by completing the action below.",
                "<script src='/cdn-cgi/challenge-platform/h/b'></script>",
            ),
        ),
        "inconclusive",
    ),
    Way("baidu/wenzhang", reply(body=bare("百度安全验证", "网络不给力，请稍后重试。请完成下方验证后继续操作。")), "inconclusive"),
    Way("gov/ruishu", reply(412, b"<html><head><script>$_ts=window['$_ts'];</script></head><body></body></html>"), "inconclusive"),
    Way(
        "search/scholar",
        reply(429, bare("Sorry", "Our systems have detected unusual traffic."), Retry_After="86400"),
        "inconclusive",
    ),
    # Failures that persist, with a Retry-After that nobody should wait for or can read
    Way("down/500", reply(500, bare("Error", "Error establishing a database connection")), "inconclusive"),
    Way(
        "down/503",
        reply(503, bare("维护中", "系统维护中，请稍后访问"), Retry_After="Wed, 01 Jan 2098 00:00:00 GMT"),
        "inconclusive",
    ),
    Way("down/502", reply(502, b"", Retry_After="soon"), "inconclusive"),
    Way("moved-to-down", to("/down/500", 301), "inconclusive"),
    # Failures that pass (near misses)
    Way("flaky/404", first(reply(404), reply(body=en("Replicated at last"))), "ok"),
    Way("flaky/503", first(reply(503, b"", Retry_After="1"), reply(body=en("Back again"))), "ok"),
    Way("flaky/moved", first(reply(500), to("/abs/1412.6980", 301)), "moved", moved="/abs/1412.6980"),
    Way("flaky/reset", reset_once, "ok"),
    Way("flaky/silent", silent_once, "ok"),
    # Slow, and yet in time (near miss); too slow; cut off
    Way("slow/drip", drip(reply(body=en("Drop by drop")), 200, 0.05), "ok"),
    Way("slow/one-by-one", drip(reply(body=en("For ever")), 1, 0.3), "inconclusive"),
    Way("slow/stalls", stalls, "inconclusive"),
    Way("cut/reset", reset, "inconclusive"),
    Way("cut/length", reply(body=en("Cut")[:800], Content_Length="5000"), "inconclusive"),
    Way("cut/chunks", chunked(en("Cut"), end=False), "inconclusive"),
    # Odd in form, good in substance (near misses)
    Way("odd/huge", huge, "ok"),
    Way("odd/http10", raw("HTTP/1.0 200\nserver: thttpd", en("No reason, no length, no type")), "ok"),
    Way("odd/lowercase", raw("HTTP/1.1 302 Found\nlocation: /abs/1412.6980\ncontent-length: 0\nx-long: " + "v" * 6000, b""), "ok"),
    Way("odd/location-at-200", reply(body=en("Not a redirect"), Location="/nowhere/at/all"), "ok"),
    Way("odd/utf16", reply(body=("\ufeff" + zh("双字节").decode()).encode("utf-16-le"), kind="text/html; charset=utf-16"), "ok"),
    Way("odd/unknown-charset", reply(body=en("Charset"), kind="text/html; charset=utf8mb4_general_ci"), "ok"),
    Way(
        "odd/gb2312",
        reply(
            body=zh("机器学习入门", head='<meta http-equiv="Content-Type" content="text/html; charset=gb2312">')
            .decode()
            .encode("gbk"),
            kind="text/html",
        ),
        "ok",
    ),
)
