"""The web in miniature: how the sites answer that a collection of questions links to, and what is right to say of each.

Written by someone who had not seen the checker; `moved` is the new address's path.
"""

# ruff: noqa: E501 (one way a line, in the words of real pages)
import gzip
import zlib

from misbehaving import (
    OK_PAGE,
    PAUSE,
    PDF,
    PROSE,
    Reply,
    Request,
    Way,
    always_cookie,
    chunked,
    drip,
    first,
    only_get,
    page,
    reply,
    to,
    unquote,
)

WORDS = f"<p>{PROSE}</p>"
ZH = "<p>" + "注意力机制让模型在处理序列时动态地关注输入的不同部分，本文从零开始讲解其推导与实现。" * 25 + "</p>"
NAV = '<nav><a href="/">Home</a> <a href="/papers">Papers</a> <a href="/about">About</a> <a href="/login">Log in</a></nav>'
FOOT = "<footer><p>© 2024 The authors. Contact, privacy, terms of use.</p></footer>"
APP = '<script>window.__CONF__={"env":"prod"}</script><script defer src="/static/js/main.3f2a.js"></script>'
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
ZIP = b"PK\x03\x04\x14\x00\x00\x00\x00\x00" + b"\x00" * 300 + b"PK\x05\x06" + b"\x00" * 18


def html(body: str, title: str = "Training networks", head: str = "", status: int | str = 200, **headers: str) -> bytes:
    return reply(status, page(body, title, head), **headers)


def article(heading: str, text: str = "", title: str = "", **headers: str) -> bytes:
    return html(f"{NAV}<main><h1>{heading}</h1><p>{text}</p>{WORDS}</main>{FOOT}", title or heading, **headers)


def shell(title: str = "App", noscript: str = "You need to enable JavaScript to run this app.", head: str = "") -> bytes:
    return html(f'<noscript>{noscript}</noscript><div id="root"></div>{APP}', title, head)


def pdf(size: int = 0, kind: str = "application/pdf", **headers: str) -> bytes:
    return reply(200, PDF[:9] + b"% filler of the paper\n" * (size // 22) + PDF[9:], kind, **headers)


def stored_brotli(data: bytes) -> bytes:
    """Brotli without compression: one stored block, then the empty last one."""
    return ((len(data) - 1) << 4 | 1 << 20).to_bytes(3, "little") + data + b"\x03"


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def negotiated(coding: str, data: bytes, plain: bytes) -> Reply:
    """Encodes only for a client that says that it understands."""
    return lambda request: (
        reply(body=data, Content_Encoding=coding, Vary="Accept-Encoding")
        if coding in request.headers.get("accept-encoding", "")
        else reply(body=plain)
    )


def parts(*pieces: bytes | float | None) -> Reply:
    return lambda _: iter(pieces)


def here(path: str, status: int = 302, scheme: str = "http:") -> Reply:
    """A redirect that names the host."""
    return lambda request: to(f"{scheme}//127.0.0.1:{request.port}{path}", status)


def slashed(status: int) -> Reply:
    """The page has a slash at its end."""

    def answer(request: Request) -> bytes:
        path, mark, query = request.path.partition("?")
        return OK_PAGE if path.endswith("/") else to(f"{path}/{mark}{query}", status)

    return answer


def hops(last: int, status: int) -> Reply:
    def answer(request: Request) -> bytes:
        folder, number = request.path.rsplit("/", 1)
        return OK_PAGE if int(number) >= last else to(f"{folder}/{int(number) + 1}", status)

    return answer


def home(request: Request) -> bytes:
    """WordPress: `/?p=99` is an article, all else is the home page."""
    if "p=99" in request.path:
        return article("Batch normalization, ten years on")
    return html(f"{NAV}<h1>Welcome to our laboratory</h1><p>News, people, publications.</p>{WORDS}{FOOT}", "Example Lab - Home")


def springer(request: Request) -> bytes:
    """Springer and Nature: to the identity provider and back, with a cookie."""
    if "idp_session" in request.headers.get("cookie", ""):
        return article("Deep learning", "Review article. Access through your institution. Buy this article for 39,95 €.")
    return to("/idp/authorize?response_type=cookie&redirect_uri=/nature/articles/nature14539", 303)


def authorize(_: Request) -> bytes:
    return to("/nature/articles/nature14539", 302, Set_Cookie="idp_session=sVERSION_1; Path=/; HttpOnly")


def agent(request: Request) -> bytes:
    """Refuses what does not look like a browser."""
    good = "mozilla" in request.headers.get("user-agent", "").lower() and "text/html" in request.headers.get("accept", "")
    return OK_PAGE if good else html("<h1>403 Forbidden</h1>", "403 Forbidden", status=403)


def needs_encoding(request: Request) -> bytes:
    return OK_PAGE if request.path.isascii() and unquote(request.path).endswith(("ok", "/深度 学习")) else reply(400)


def doi_slash(request: Request) -> bytes:
    return OK_PAGE if "%2f" in request.path.lower() else reply(404)


def cookie_wall(request: Request) -> bytes:
    """Asks for a cookie by way of a query, then goes back to the clean address."""
    if "visited=1" in request.headers.get("cookie", ""):
        return article("Long short-term memory") if "cookieSet" not in request.path else to("/doi/10.1162/neco.1997.9.8.1735")
    return to("/doi/10.1162/neco.1997.9.8.1735?cookieSet=1", 302, Set_Cookie="visited=1; Path=/doi")


CLOUDFLARE = (
    '<div class="main-wrapper"><h1>openreview.example</h1><p>Verifying you are human. This may take a few seconds.</p>'
    "<noscript>Enable JavaScript and cookies to continue</noscript></div>"
    "<script>window._cf_chl_opt={cvId:'3',cType:'managed'};var a=document.createElement('script');"
    "a.src='/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1';document.head.appendChild(a)</script>"
)
LOGIN = (
    '<h1>Sign in to continue</h1><form action="/session" method="post"><label>Email <input type="email" name="login"></label>'
    '<label>Password <input type="password" name="password"></label><button>Sign in</button></form><a href="/join">Create an account</a>'
)
OLD_GITHUB = (
    "<table>"
    + "".join(
        f'<tr><td id="L{n}" class="blob-num js-line-number" data-line-number="{n}"></td><td id="LC{n}">loss = model(x{n})</td></tr>'
        for n in range(1, 41)
    )
    + '</table><script src="/assets/github-blob.js"></script>'
)
CGIT = "<pre>" + "".join(f"<a id='n{n}' href='#n{n}'>{n}</a> x += {n}\n" for n in range(1, 31)) + "</pre>"

WAYS = (
    # --- Plain pages and helpers to which others lead ---
    Way("", home, "ok"),
    Way(
        "abs/1706.03762v7",
        article("Attention Is All You Need", "Subjects: Computation and Language. Cite as arXiv:1706.03762."),
        "ok",
    ),
    Way("final/page", OK_PAGE, "ok"),
    Way(
        "final/sections",
        html(f'<h1>Guide</h1>{WORDS}<h2 id="usage">Usage</h2>{WORDS}<h2 id="faq">FAQ</h2>{WORDS}'),
        "ok",
        asked="#faq",
    ),
    Way("signin", html(LOGIN, "Sign in"), "ok", asked="?next=%2Fnotes%2F7"),
    Way(
        "404.html",
        html(f"{NAV}<h1>404</h1><p>The page you requested could not be found.</p>{FOOT}", "404 - Page not found"),
        "broken",
    ),
    Way("pdf/1706.03762v7", pdf(), "ok"),
    # --- Statuses that say it all, and one that does not ---
    Way("papers/gone.html", reply(410, page("<h1>Gone</h1>")), "broken"),
    Way("proceedings/v97/missing.html", html(f"{NAV}<h1>Not here</h1>{WORDS}{FOOT}", status=404), "broken"),
    Way(
        "users/settings",
        html("<h1>401</h1><p>Invalid username or password.", status=401, WWW_Authenticate="Bearer"),
        "inconclusive",
    ),
    Way("ieee/document/7780459/pay", html("<h1>Payment required</h1>", status=402), "inconclusive"),
    Way("in/some-author", reply(999, b"<html><script>window.location='/authwall'</script></html>"), "inconclusive"),
    Way("old-host/500", html("<h1>Error establishing a database connection</h1>", "Database Error", status=500), "inconclusive"),
    Way("old-host/522", html("<h1>Error 522</h1><p>Connection timed out", "522: Connection timed out", status=522), "inconclusive"),
    Way(
        "maintenance",
        html("<h1>Down for maintenance</h1><p>We will be back soon.", status=503, Retry_After="86400"),
        "inconclusive",
    ),
    Way("head-refused", only_get(404), "ok"),
    Way("browsers-only", agent, "ok"),
    # --- Flaky servers: tried again, they give the page ---
    Way("flaky/once-404", first(reply(404), OK_PAGE), "ok"),
    Way("flaky/once-503", first(reply(503, Retry_After="1"), OK_PAGE), "ok"),
    Way("flaky/twice-502", first(reply(502), reply(502), OK_PAGE), "ok"),
    Way("flaky/reset", lambda request: iter([None]) if request.count == 0 else OK_PAGE, "ok"),
    Way("flaky/moved-once-500", first(reply(500), to("/final/page", 301)), "moved", moved="/final/page"),
    Way("always-reset", parts(None), "inconclusive"),
    Way("hangs", parts(PAUSE, OK_PAGE), "inconclusive"),
    Way("slow-professor", parts(0.8, OK_PAGE), "ok"),
    Way("dripping-page", drip(OK_PAGE, 300, 0.05), "ok"),
    # --- Rate limits and robot challenges, whatever the status ---
    Way("scholar", html("<h1>Too many requests</h1>", "429", status=429, Retry_After="3600"), "inconclusive"),
    Way(
        "sorry/index",
        html("<p>Our systems have detected unusual traffic from your computer network.", "Sorry...", status=429),
        "inconclusive",
    ),
    Way(
        "forum",
        html(CLOUDFLARE, "Just a moment...", status=403, Server="cloudflare", Cf_Mitigated="challenge"),
        "inconclusive",
        asked="?id=rJ4km2R5t7",
    ),
    Way("doi/10.1145/3292500.3330701", html(CLOUDFLARE, "Just a moment..."), "inconclusive"),
    Way("doi/pdf/10.1145/3292500.pdf", html(CLOUDFLARE, "Just a moment...", status=503), "inconclusive"),
    Way("waf/202", reply(202, b"", X_Amzn_Waf_Action="challenge"), "inconclusive"),
    Way(
        "anubis",
        html(
            '<h1>Making sure you&#39;re not a bot!</h1><p>Loading...</p><script type="module" src="/.within.website/x/cmd/anubis/static/js/main.mjs"></script>',
            "Making sure you&#39;re not a bot!",
        ),
        "inconclusive",
    ),
    Way(
        "incapsula",
        html(
            '<iframe src="/_Incapsula_Resource?SWUDNSAI=31&incident_id=877" width="100%">Request unsuccessful. Incapsula incident ID: 877</iframe>',
            "",
            '<meta name="robots" content="noindex,nofollow">',
        ),
        "inconclusive",
    ),
    Way(
        "akamai",
        html(
            "<h1>Access Denied</h1><p>You don't have permission to access this page. Reference #18.2d3e",
            "Access Denied",
            status=403,
        ),
        "inconclusive",
    ),
    Way(
        "s/wechat-verify",
        html(
            '<h2>环境异常</h2><p>当前环境异常，完成验证后即可继续访问。</p><a id="js_verify">去验证</a><script src="/secitptpage/verify.js"></script>',
            "",
        ),
        "inconclusive",
    ),
    Way(
        "baidu/link",
        html(
            '<div class="timeout">网络不给力，请稍后重试</div><script src="https://wappass.bdstatic.example/static/touch/js/mkd.js"></script>',
            "百度安全验证",
        ),
        "inconclusive",
    ),
    Way(
        "zhihu/p/30000001",
        reply(403, '{"error":{"code":40362,"message":"您当前请求存在异常，暂时限制本次访问。"}}'.encode(), "application/json"),
        "inconclusive",
    ),
    Way("zhihu/p/30000002", to("/zhihu/account/unhuman?type=S6E3V1&need_login=true"), "inconclusive"),
    Way(
        "zhihu/account/unhuman",
        html(
            '<h1>安全验证</h1><p>系统监测到您的网络环境存在异常，为保证您的正常访问，请输入验证码进行验证。</p><form><img src="/captcha"><input name="captcha"></form>',
            "安全验证 - 知乎",
        ),
        "inconclusive",
    ),
    Way(
        "gitee/repo/blocked",
        html("<h1>405</h1><p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</p>", "405", status=405),
        "inconclusive",
    ),
    # --- Fine pages that have something of a challenge about them ---
    Way(
        "blog/with-detections",
        html(
            f"<h1>Dropout</h1>{WORDS}<script>(function(){{var d=document.createElement('script');d.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js';document.head.appendChild(d)}})()</script>",
            "Dropout explained",
        ),
        "ok",
    ),
    Way(
        "blog/comments-captcha",
        html(
            f'<h1>Adam</h1>{WORDS}<form><h3>Leave a reply</h3><textarea></textarea><div class="g-recaptcha" data-sitekey="x"></div></form><script src="/recaptcha/api.js"></script>',
            "Adam explained",
        ),
        "ok",
    ),
    Way(
        "blog/just-a-moment",
        article("“Just a moment...”: how Cloudflare tells humans from robots", "Verify you are human, says the captcha."),
        "ok",
    ),
    Way(
        "wiki/CAPTCHA",
        article("CAPTCHA", "A CAPTCHA is a test to tell whether the user is human: “I'm not a robot”.", "CAPTCHA - Wikipedia"),
        "ok",
    ),
    # --- Login walls, and pages that only speak of logins ---
    Way("group/project", to("/signin?next=/group/project"), "inconclusive"),
    Way("old-group/project", to("/group/project", 301), "inconclusive"),
    Way("papers/members-only.pdf", to("/signin?next=/papers/members-only.pdf"), "inconclusive"),
    Way(
        "drive/file",
        html(
            f'<h1>Sign in</h1><p>to continue to Drive</p><form><input type="email" name="identifier" placeholder="Email or phone"><button>Next</button></form>{APP}',
            "Sign in - Accounts",
        ),
        "inconclusive",
    ),
    Way(
        "zhihu/login-wall",
        html(
            '<h1>登录知乎，发现更多可信赖的解答</h1><form><input name="username" placeholder="手机号"><input type="password" name="password"><button>登录/注册</button></form>',
            "知乎 - 登录",
        ),
        "inconclusive",
    ),
    Way(
        "tutorials/login-form",
        html(
            f'<h1>Build a login form with Flask</h1>{WORDS}<pre>&lt;input type="password"&gt;</pre><p>The result:</p><form><input type="password" name="p"><button>Log in</button></form>{WORDS}',
            "Build a login form with Flask",
        ),
        "ok",
    ),
    Way(
        "zhihu/question/1",
        html(
            f'<h1>如何理解注意力机制？</h1>{ZH}<div class="Modal"><p>登录后你可以：不限量看优质回答</p><button>登录/注册</button></div>',
            "如何理解注意力机制？ - 知乎",
        ),
        "ok",
    ),
    Way(
        "ieee/document/7780459",
        article(
            "Deep Residual Learning for Image Recognition",
            "Sign in to access the full text. Purchase PDF: $33.00. Institutional sign in. Abstract: Deeper networks are harder to train.",
        ),
        "ok",
    ),
    # --- Springer, ACM: cookies on the way ---
    Way("nature/articles/nature14539", springer, "ok"),
    Way("idp/authorize", authorize, "ok"),
    Way("doi/10.1162/neco.1997.9.8.1735", cookie_wall, "ok"),
    Way("cookie-for-ever", always_cookie, "inconclusive"),
    Way("watch-consent", to("/consent?continue=/watch-consent&gl=DE"), "inconclusive"),
    Way(
        "consent",
        html(
            '<h1>Before you continue to YouTube</h1><p>We use cookies and data to deliver services.</p><form action="/save" method="post"><button>Reject all</button><button>Accept all</button></form>',
            "Before you continue to YouTube",
        ),
        "inconclusive",
        asked="?continue=/watch-consent",
    ),
    Way(
        "cookie-banner",
        html(
            f'<div id="onetrust">We value your privacy. We use cookies. Before you continue, choose: <button>Accept all</button></div><h1>RNNs</h1>{WORDS}<script src="/otSDK.js"></script>',
            "RNNs",
        ),
        "ok",
    ),
    # --- Soft 404s, in many tongues and forms ---
    Way(
        "soft/wordpress",
        html(
            f"{NAV}<h1>Oops! That page can&rsquo;t be found.</h1><p>It looks like nothing was found at this location. Maybe try a search?</p><form><input type=search></form><h2>Recent posts</h2><ul><li>CNNs<li>RNNs</ul>{FOOT}",
            "Page not found &#8211; My ML blog",
        ),
        "broken",
    ),
    Way("soft/chinese", html("<h1>抱歉，您访问的页面不存在</h1><p>5 秒后返回首页</p>", "页面不存在 - 404"), "broken"),
    Way(
        "soft/gb18030",
        reply(
            200,
            page("<h1>您访问的页面不存在或已被删除</h1>", "404 页面没有找到").decode().encode("gb18030"),
            "text/html; charset=gb2312",
        ),
        "broken",
    ),
    Way(
        "soft/big5",
        reply(
            200,
            page(
                "<h1>找不到網頁</h1><p>您要的網頁不存在。",
                "找不到網頁",
                '<meta http-equiv="Content-Type" content="text/html; charset=big5">',
            )
            .decode()
            .encode("big5"),
            "text/html",
        ),
        "broken",
    ),
    Way(
        "soft/german",
        html(
            f"{NAV}<h1>Seite nicht gefunden</h1><p>Die gewünschte Seite existiert leider nicht.",
            "Seite nicht gefunden – Universität",
        ),
        "broken",
    ),
    Way(
        "soft/french",
        html("<h1>Page introuvable</h1><p>Erreur 404 : la page demandée n’existe pas.", "Erreur 404 - Page introuvable"),
        "broken",
    ),
    Way(
        "soft/japanese",
        html("<h1>ページが見つかりません</h1><p>お探しのページは削除されたか、存在しません。", "ページが見つかりません"),
        "broken",
    ),
    Way("soft/russian", html("<h1>Страница не найдена</h1>", "404 — Страница не найдена"), "broken"),
    Way("soft/raw.txt", reply(200, b"404: Not Found", "text/plain; charset=utf-8"), "broken"),
    Way("soft/app", shell("404 - Page Not Found"), "broken"),
    Way(
        "s/wechat-deleted",
        html(
            '<div class="weui-msg"><h2 class="weui-msg__title">该内容已被发布者删除</h2></div><script src="/mmbizappmsg/zh_CN/htmledition/js/index.js"></script>',
            "",
        ),
        "broken",
    ),
    Way(
        "video/BV1gone",
        html(f'<div class="error-text">啊叻？视频不见了？</div>{APP}', "视频去哪了呢？_哔哩哔哩_bilibili"),
        "broken",
    ),
    Way("pan/s/1abc", html("<h1>啊哦，你来晚了，分享的文件已经被删除了，下次要早点哟。</h1>", "网盘-链接不存在"), "broken"),
    Way(
        "cvpr14/project",
        html(
            "<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed and working. Further configuration is required.</p>",
            "Welcome to nginx!",
        ),
        "broken",
    ),
    Way(
        "~former-student/thesis",
        html(
            "<h1>Account Suspended</h1><p>This Account has been suspended. Contact your hosting provider for more information.",
            "Account Suspended",
        ),
        "broken",
    ),
    Way(
        "parked",
        html(
            "<h1>deep-tutorials.example</h1><p>This domain is for sale! Buy this domain.</p><p>Related searches: Machine Learning Courses, Data Science Degree</p>",
            "deep-tutorials.example is for sale",
        ),
        "broken",
    ),
    Way(
        "watch",
        html(
            f'<div id="player"></div><script>var ytInitialPlayerResponse={{"playabilityStatus":{{"status":"ERROR","reason":"Video unavailable"}}}};</script>{APP}',
            " - YouTube",
        ),
        "broken",
        asked="?v=aircAruvnKk",
    ),
    Way(
        "s/wechat-article",
        html(
            f'<h1 id="activity-name">一文看懂注意力机制</h1><div id="js_content" style="visibility: hidden;">{ZH}</div><script>var tips={{del:"该内容已被发布者删除",err:"参数错误"}}</script>',
            "",
            '<meta property="og:title" content="一文看懂注意力机制">',
        ),
        "ok",
    ),
    # --- Not found by redirect ---
    Way("gone/to-404", to("/404.html"), "broken"),
    Way("gone/to-home", to("/"), "broken"),
    Way("gone/to-home-for-ever/course/lecture7.html", here("/", 301), "broken"),
    Way("gone/to-search", to("/search?q=lecture+seven&from=404"), "broken"),
    Way(
        "search",
        html(f"{NAV}<h1>Search results</h1><p>1,204 results for “transformer”.</p>{WORDS}{FOOT}", "Search results"),
        "ok",
        asked="?q=transformer",
    ),
    Way("gone/to-nowhere", to("/no/such/page", 301), "broken"),
    Way("gone/refresh-home", html("<p>Redirecting", "Redirecting", '<meta http-equiv="refresh" content="0; url=/">'), "broken"),
    Way("old.html/to-503", to("/maintenance", 301), "inconclusive"),
    # --- Real pages about errors ---
    Way(
        "wiki/HTTP_404",
        article(
            "HTTP 404",
            "The 404 or Not Found error means that the server could not find what was requested.",
            "HTTP 404 - Wikipedia",
        ),
        "ok",
    ),
    Way(
        "questions/404-flask",
        article(
            "Flask returns “404 Not Found” for a route that exists",
            "Asked 5 years ago. Not Found: the requested URL was not found on the server.",
            "python - Flask returns 404 Not Found - Stack Overflow",
        ),
        "ok",
    ),
    Way(
        "owner/repo/issues/404",
        article(
            "HTTPError: 404 Not Found when downloading pretrained weights #404",
            "Open. 12 comments.",
            "HTTPError: 404 Not Found when downloading pretrained weights · Issue #404 · owner/repo · GitHub",
        ),
        "ok",
    ),
    Way(
        "csdn/article/details/404",
        html(f"<h1>Nginx 出现 404 页面不存在怎么办？</h1>{ZH}", "Nginx 出现 404 页面不存在怎么办？_CSDN博客"),
        "ok",
    ),
    Way(
        "juejin/post/7",
        html(
            f'<h1>手写注意力机制</h1>{ZH}<script>window.__NUXT__={{i18n:{{notFound:"404 找不到页面",deleted:"该内容已被发布者删除"}}}}</script>',
            "手写注意力机制 - 掘金",
        ),
        "ok",
    ),
    Way(
        "blog/template-404",
        html(f'<template id="nf"><h1>404</h1><p>Page not found</p></template><h1>Word2vec</h1>{WORDS}', "Word2vec illustrated"),
        "ok",
    ),
    Way("blog/domain-for-sale", article("This domain is for sale: how parking companies earn", "Buy this domain, they say."), "ok"),
    Way(
        "glossary/minimum",
        html("<h1>Global minimum</h1><p>In general it is not found by gradient descent.", "Global minimum"),
        "ok",
    ),
    Way("room-404", article("Reading group: room 404, Tuesdays", title="Reading group - 404 Science Building"), "ok"),
    # --- Empty answers, and some that only look empty ---
    Way("empty", reply(200, b""), "broken"),
    Way("empty.pdf", reply(200, b"", "application/pdf"), "broken"),
    Way("blank", reply(200, b"\n\n  \r\n"), "broken"),
    Way("hollow", reply(200, b"<html><head></head><body></body></html>"), "broken"),
    Way("version.txt", reply(200, b"2.1\n", "text/plain"), "ok"),
    Way("one-line", reply(200, b"<title>Data</title><a href=mnist.zip>mnist.zip</a>"), "ok"),
    Way(
        "datasets",
        html(
            '<h1>Index of /datasets</h1><pre><a href="../">../</a>\n<a href="mnist.zip">mnist.zip</a>  12-Mar-2011  11M</pre>',
            "Index of /datasets",
        ),
        "ok",
    ),
    Way(
        "old-course",
        reply(
            200,
            b'<html><head><title>CS 229 Lectures</title></head><frameset cols="20%,80%"><frame src="/final/page"><frame src="/final/sections"><noframes>Your browser does not support frames.</noframes></frameset></html>',
        ),
        "ok",
    ),
    # --- Pages made by scripts ---
    Way("kaggle/c/titanic", shell("Titanic - Machine Learning from Disaster | Kaggle"), "ok"),
    Way("colab/notebook", shell("Colab", "JavaScript must be enabled."), "inconclusive", asked="#scrollTo=xJ3kq"),
    Way("playground", shell("A Neural Network Playground"), "inconclusive", asked="#/activation=tanh&seed=0.5"),
    Way("angular-docs", shell("API"), "inconclusive", asked="#!/api/layers"),
    Way(
        "gitbook",
        html(
            f'<h1>Handbook</h1>{WORDS}<div id="toc"></div><script src="/anchors.js"></script><script>anchors.add("h2, h3")</script>',
            "Handbook",
        ),
        "inconclusive",
        asked="#installing-cuda",
    ),
    # --- Redirects, permanent ones ---
    Way("paper/7181-attention-is-all-you-need", to("/abs/1706.03762v7", 301), "moved", moved="/abs/1706.03762v7"),
    Way("pdf/1706.03762v7.pdf", to("/pdf/1706.03762v7", 301), "moved", moved="/pdf/1706.03762v7"),
    Way("record/1234", here("/final/page", 308), "moved", moved="/final/page"),
    Way("anthology/P19-1001", slashed(301), "moved", moved="/anthology/P19-1001/"),
    Way("TUTORIALS/Intro.HTML", to("/final/page", 301), "moved", moved="/final/page"),
    Way("index.html", to("/", 301), "moved", moved="/"),
    Way("2015/01/batch-norm.html", to("/?p=99", 301), "moved", moved="/?p=99"),
    Way("docs/a/b/old.html", to("../../../final/page", 301), "moved", moved="/final/page"),
    Way("permanent/", hops(4, 301), "moved", asked="0", moved="/permanent/4"),
    Way("mixed/permanent-first", to("/mixed/temporary", 301), "moved", moved="/mixed/temporary"),
    Way("mixed/temporary", to("/final/page", 302), "ok"),
    Way("mixed/temporary-first", to("/record/1234", 302), "ok"),
    Way("old/guide", to("/final/sections", 301), "moved", asked="#usage", moved="/final/sections#usage"),
    Way("old/guide-renamed", to("/final/sections#faq", 301), "moved", asked="#questions", moved="/final/sections#faq"),
    Way("old/guide-lost", to("/final/sections", 301), "broken", asked="#chapter-9"),
    # --- Redirects, temporary ones ---
    Way("doi/10.5555/3295222", to("/doi/10.5555/resolved", 302), "ok"),
    Way("doi/10.5555/resolved", to("/abs/1706.03762v7", 303), "ok"),
    Way("bert-base-uncased", to("/final/page", 307), "ok"),
    Way("en", here("/en/stable/index.html", scheme=""), "ok"),
    Way("en/stable/index.html", OK_PAGE, "ok"),
    Way("pytorch/docs", to("/final/page?lang=zh-CN"), "ok"),
    Way("a/18743", to("/final/sections#usage"), "ok"),
    Way("releases/download/v1/weights.zip", to("/blobs/8f2c?sig=a%2Fb%3D"), "ok"),
    Way("blobs/8f2c", reply(200, ZIP, "application/octet-stream", Content_Disposition="attachment; filename=weights.zip"), "ok"),
    Way("temporary/", hops(12, 302), "ok", asked="0"),
    Way("sloppy-location", to("/blog-zh/深度 学习"), "ok"),
    Way("blog-zh/", needs_encoding, "ok", asked="ok"),
    Way("scheme-capitals", here("/final/page", scheme="HTTP:"), "ok"),
    Way("query-only", lambda request: OK_PAGE if "v=2" in request.path else to("?v=2"), "ok"),
    # --- Redirects that lead nowhere ---
    Way("circle/a", to("/circle/b", 301), "broken"),
    Way("circle/b", to("/circle/a", 302), "broken"),
    Way("circle/slash", lambda request: to("/circle/slash" if request.path.endswith("/") else "/circle/slash/", 301), "broken"),
    Way("endless/", hops(1000, 302), "broken", asked="0"),
    Way("no-location", to("", 302), "broken"),
    Way("to-javascript", to("javascript:alert(1)"), "broken"),
    Way("to-file", to("file:///C:/inetpub/wwwroot/default.htm"), "broken"),
    # --- Refreshes ---
    Way(
        "refresh/sphinx",
        html(
            '<p>Redirecting to <a href="../final/page">the new page</a>.',
            "Redirecting",
            '<link rel="canonical" href="/final/page"><meta http-equiv="refresh" content="0; url=../final/page">',
        ),
        "moved",
        moved="/final/page",
    ),
    Way(
        "refresh/quoted",
        reply(200, b"<HTML><HEAD><META HTTP-EQUIV=Refresh CONTENT=\"0;URL='/final/page'\"></HEAD></HTML>"),
        "moved",
        moved="/final/page",
    ),
    Way("refresh/header", html("<p>Moved", Refresh="0; url=/final/page"), "moved", moved="/final/page"),
    Way("refresh/news", html(f"<h1>Leaderboard</h1>{WORDS}", "Leaderboard", '<meta http-equiv="refresh" content="600">'), "ok"),
    Way(
        "refresh/noscript",
        html(f"<h1>Search engines</h1>{WORDS}", head='<noscript><meta http-equiv="refresh" content="0; url=/nojs"></noscript>'),
        "ok",
    ),
    Way(
        "refresh/old-browsers",
        html(
            f"<h1>Optimizers</h1>{WORDS}",
            head='<!--[if lt IE 9]><meta http-equiv="refresh" content="0; url=/unsupported"><![endif]-->',
        ),
        "ok",
    ),
    Way(
        "refresh/explained",
        article("Meta refresh", '<code>&lt;meta http-equiv="refresh" content="0; url=/elsewhere"&gt;</code>'),
        "ok",
    ),
    Way(
        "canonical-elsewhere",
        html(f"<h1>VAE</h1>{WORDS}", head='<link rel="canonical" href="https://towardsdatascience.example/vae">'),
        "ok",
    ),
    # --- PDFs and other files ---
    Way("papers/octet.pdf", pdf(kind="application/octet-stream"), "ok"),
    Way("papers/Capital.PDF", pdf(kind="application/PDF; charset=binary"), "ok", asked="#page=3"),
    Way("papers/untyped.pdf", pdf(Content_Type=""), "ok"),
    Way("papers/large.pdf", pdf(300_000), "ok"),
    Way(
        "papers/newline-first.pdf",
        reply(200, b"\r\n" + PDF, "application/pdf", Content_Disposition='inline; filename="文.pdf"'),
        "ok",
    ),
    Way("papers/html.pdf", article("Proceedings", "All papers of the conference."), "broken"),
    Way("papers/to-abstract.pdf", to("/abs/1706.03762v7"), "broken"),
    Way("papers/to-abstract-for-ever.pdf", to("/abs/1706.03762v7", 301), "broken"),
    Way("papers/mislabelled.pdf", reply(200, page("<h1>Error</h1><p>File does not exist."), "application/pdf"), "broken"),
    Way("papers/challenge.pdf", html(CLOUDFLARE, "Just a moment...", status=403), "inconclusive"),
    Way("viewer.html", article("PDF viewer"), "ok", asked="?file=paper.pdf"),
    Way("papers/srivastava14a.pdf.html", article("Dropout"), "ok"),
    Way("paper-search/pdf", article("Search for PDFs"), "ok"),
    Way(
        "owner/repo/blob/main/paper.pdf",
        html(
            f'<h1>repo/paper.pdf</h1><a href="/owner/repo/raw/main/paper.pdf">View raw</a>{WORDS}{APP}',
            "repo/paper.pdf at main · owner/repo · GitHub",
        ),
        "ok",
    ),
    Way(
        "wiki/File:Transformer.png", article("File:Transformer.png", "Original file (600 × 800 pixels). Licensing: CC BY-SA."), "ok"
    ),
    Way("img/figure.png", reply(200, PNG, "image/png"), "ok"),
    Way("data/cifar.tar.gz", reply(200, gzip.compress(b"\0" * 1024), "application/x-gzip", Content_Encoding="x-gzip"), "ok"),
    Way(
        "raw/notebook.ipynb",
        reply(200, b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "text/plain; charset=utf-8"),
        "ok",
    ),
    # --- Bodies in other clothes ---
    Way(
        "gzip/always",
        reply(body=gzip.compress(page(f'<h1>A</h1>{WORDS}<h2 id="b">B</h2>')), Content_Encoding="gzip"),
        "ok",
        asked="#b",
    ),
    Way(
        "gzip/soft-404",
        reply(body=gzip.compress(page("<h1>Page not found</h1>", "Page not found")), Content_Encoding="gzip"),
        "broken",
    ),
    Way("gzip/tail", reply(body=gzip.compress(page()) + b"\r\n\r\n", Content_Encoding="gzip"), "ok"),
    Way("deflate/raw", negotiated("deflate", raw_deflate(page()), page()), "ok"),
    Way("deflate/zlib", negotiated("deflate", zlib.compress(page()), page()), "ok"),
    Way(
        "brotli",
        negotiated("br", stored_brotli(page(f'<h1>A</h1>{WORDS}<h2 id="b">B</h2>')), page(f'{WORDS}<h2 id="b">B</h2>')),
        "ok",
        asked="#b",
    ),
    Way("coding/utf-8", reply(body=page(), Content_Encoding="UTF-8"), "ok"),
    Way(
        "charset/utf-16",
        reply(200, page(f'{WORDS}<h2 id="loss">Loss</h2>').decode().encode("utf-16"), "text/html"),
        "ok",
        asked="#loss",
    ),
    Way(
        "charset/gb18030",
        reply(
            200,
            page(f'<h1>目录</h1>{ZH}<a name="反向传播"></a><h2>反向传播</h2>{ZH}', "深度学习笔记").decode().encode("gb18030"),
            "text/html; charset=GB18030",
        ),
        "ok",
        asked="#%E5%8F%8D%E5%90%91%E4%BC%A0%E6%92%AD",
    ),
    Way("charset/unknown", reply(200, page(), "text/html; charset=utf8mb4;"), "ok"),
    Way("no-type", reply(body=page(), Content_Type=""), "ok"),
    Way("no-length", reply(body=page(), Content_Length=""), "ok"),
    Way("in-chunks", chunked(page()), "ok"),
    Way("very-long", reply(body=page(WORDS * 200)), "ok"),
    # --- Odd heads of answers ---
    Way("early-hints", b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n" + OK_PAGE, "ok"),
    Way("continue-twice", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + OK_PAGE, "ok"),
    Way("http-1.0", b"HTTP/1.0 200 OK\r\nServer: Apache/1.3.27\r\nContent-Type: text/html\r\n\r\n" + page(), "ok"),
    Way("no-reason", b"HTTP/1.1 200\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + page(), "ok"),
    Way("lines-of-unix", b"HTTP/1.1 200 OK\nContent-Type: text/html\nConnection: close\n\n" + page(), "ok"),
    Way("chinese-header", reply(body=page(), X_Title="深度学习"), "ok"),
    Way("long-policy", reply(body=page(), Content_Security_Policy="default-src 'self'; " + "https://cdn.example " * 1200), "ok"),
    Way("length-twice", reply(body=page(), X_A="b").replace(b"X-A: b", b"Content-Length: %d" % len(page())), "ok"),
    # --- Addresses that need care ---
    Way("wiki/注意力机制", html(f"<h1>注意力机制</h1>{ZH}", "注意力机制 - 维基百科"), "ok"),
    Way(
        "wiki/Attention_(machine_learning)",
        html(f'<h1>Attention</h1>{WORDS}<h2 id="History_(1990s)">History</h2>{WORDS}'),
        "ok",
        asked="#History_(1990s)",
    ),
    Way("science/", doi_slash, "ok", asked="10.1126%2Fscience.1127647"),
    # --- Fragments that are there ---
    Way(
        "anchors/name",
        reply(200, b"<HTML><BODY><A NAME=intro>Introduction</A>" + WORDS.encode() + b"</BODY></HTML>", "text/html"),
        "ok",
        asked="#intro",
    ),
    Way("anchors/chinese", html(f'<h2 id="损失函数">损失函数</h2>{ZH}'), "ok", asked="#损失函数"),
    Way(
        "anchors/wikipedia-old", html(f'<h2><span id=".E6.B3.A8" class="mw-headline">注</span></h2>{ZH}'), "ok", asked="#.E6.B3.A8"
    ),
    Way("anchors/encoded-id", html(f'<h2 id="%E6%B3%A8">注</h2>{ZH}'), "ok", asked="#%E6%B3%A8"),
    Way("anchors/entity", html(f"<h2 id='q&amp;a'>Q &amp; A</h2>{WORDS}"), "ok", asked="#q&a"),
    Way("anchors/blank", html(f'<a name="Related Work"></a><h2>Related Work</h2>{WORDS}'), "ok", asked="#Related%20Work"),
    Way("anchors/top", OK_PAGE, "ok", asked="#top"),
    Way("anchors/TOP", OK_PAGE, "ok", asked="#TOP"),
    Way("anchors/nothing", OK_PAGE, "ok", asked="#"),
    Way("anchors/text", html(f"<h1>T</h1>{WORDS}"), "ok", asked="#:~:text=gradient%20descent"),
    Way("anchors/id-and-text", html(f'<h2 id="sgd">SGD</h2>{WORDS}'), "ok", asked="#sgd:~:text=gradient%20descent"),
    Way(
        "owner/repo/readme",
        html(
            f'<article><h2><a id="user-content-quick-start" class="anchor" href="#quick-start"></a>Quick start</h2>{WORDS}</article><script src="/assets/github.js"></script>',
            "owner/repo",
        ),
        "ok",
        asked="#quick-start",
    ),
    Way("owner/repo/blob/main/train.py", html(OLD_GITHUB, "repo/train.py at main"), "ok", asked="#L10-L20"),
    Way("cgit/train.py", html(CGIT, "train.py"), "ok", asked="#n12"),
    Way(
        "owner/repo/issues/12",
        html(
            f'<h1>NaN loss</h1>{WORDS}<div id="issuecomment-778"><p>Lower the rate.</div><script src="/assets/github.js"></script>'
        ),
        "ok",
        asked="#issuecomment-778",
    ),
    Way(
        "owner/repo/issues/13",
        html(f'<h1>NaN loss</h1>{WORDS}<button>Load more…</button><script src="/assets/github.js"></script>'),
        "inconclusive",
        asked="#issuecomment-779",
    ),
    Way(
        "owner/repo/readme-2",
        html(f'<article><h2 id="user-content-安装">安装</h2>{ZH}</article><script src="/assets/github.js"></script>', "owner/repo"),
        "ok",
        asked="#user-content-%E5%AE%89%E8%A3%85",
    ),
    Way("anchors/far-down", html(f'{WORDS * 20}<h2 id="end">End</h2>'), "ok", asked="#end"),
    # --- Fragments that are not ---
    Way(
        "anchors/missing",
        html(f'<h2 id="setup">Setup</h2>{WORDS}', head='<script type="application/ld+json">{"@type":"Article"}</script>'),
        "broken",
        asked="#installation",
    ),
    Way("anchors/case", html(f'<h2 id="installation">Installation</h2>{WORDS}'), "broken", asked="#Installation"),
    Way("anchors/commented-out", html(f'<!-- <h2 id="appendix">Appendix</h2> -->{WORDS}'), "broken", asked="#appendix"),
    Way("anchors/quoted", html(f'<h1>HTML</h1><pre>&lt;h2 id="intro"&gt;</pre>{WORDS}'), "broken", asked="#intro"),
    Way(
        "anchors/data-id",
        html(f'<h2 data-id="intro" class="intro">Intro</h2><a href="#intro">Intro</a>{WORDS}'),
        "broken",
        asked="#intro",
    ),
    Way("anchors/hash-in-name", html(f'<a name="#refs"></a><h2>References</h2>{WORDS}'), "broken", asked="#refs"),
    Way("anchors/field", html(f'<form><input name="query"></form>{WORDS}'), "broken", asked="#query"),
    Way("anchors/wrong-id-right-text", html(f'<h2 id="adam">Adam</h2>{WORDS}'), "broken", asked="#sgd:~:text=gradient%20descent"),
    Way("cgit/short.py", html(CGIT, "short.py"), "broken", asked="#n500"),
)
