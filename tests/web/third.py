"""A third web in miniature: fine pages that look broken, broken pages that look fine, and what is neither."""

# ruff: noqa: E501 (in the words of real pages)

import gzip
from collections.abc import Iterator

from misbehaving import OK_PAGE, PAUSE, PDF, Request, Way, always_cookie, reply, to

# --- prose -----------------------------------------------------------------------------------------------------------

EN = (
    "<p>The learning rate controls how far each step of gradient descent moves the weights. If it is too large the loss"
    " oscillates or diverges; if it is too small training takes needlessly long. In practice one starts with a warm-up of"
    " a few thousand steps and then follows a cosine schedule down to a tenth of the peak.</p>"
    "<p>Momentum averages the gradients of recent steps, which damps the oscillation across narrow valleys. Adam goes"
    " further and scales every coordinate by a running estimate of its second moment. Both need little tuning compared to"
    " plain stochastic gradient descent, although the latter often generalises slightly better on image data.</p>"
    "<p>Batch normalisation was introduced in 2015 and made it possible to train networks of more than a hundred layers."
    " Layer normalisation does the same job where batches are small or sequences have different lengths, and it is the one"
    " that transformers use.</p>"
)
DE = (
    "<p>Neuronale Netze bestehen aus Schichten einfacher Recheneinheiten, deren Gewichte beim Training angepasst werden."
    " Der Gradient der Verlustfunktion wird mit Hilfe der Kettenregel rückwärts durch das Netz berechnet; daher der Name"
    " Backpropagation. Für große Datensätze genügt es, den Gradienten auf kleinen Stichproben zu schätzen.</p>"
    "<p>Die Vorlesung behandelt lineare Modelle, Faltungsnetze, rekurrente Netze und Transformer. Vorausgesetzt werden"
    " Kenntnisse in Analysis, linearer Algebra und Wahrscheinlichkeitsrechnung. Die Übungen finden wöchentlich statt.</p>"
)
FR = (
    "<p>Un serveur répond à chaque requête par un code à trois chiffres. Les codes commençant par 2 signalent le succès,"
    " ceux commençant par 3 une redirection, ceux commençant par 4 une erreur du client et ceux commençant par 5 une erreur"
    " du serveur. Le propriétaire du site peut personnaliser la page affichée au visiteur.</p>"
    "<p>Pour corriger le problème, vérifiez d'abord l'orthographe de l'adresse, puis videz le cache du navigateur. Si vous"
    " administrez le site, mettez en place une redirection permanente vers la nouvelle adresse du contenu.</p>"
)
JA = (
    "<p>ニューラルネットワークの学習では、損失関数の勾配を誤差逆伝播法によって計算し、重みを少しずつ更新します。学習率が大きすぎると発散し、"
    "小さすぎると収束に時間がかかります。実務ではウォームアップとコサイン減衰を組み合わせることが多いです。</p>"
    "<p>サーバーはリクエストごとに三桁のステータスコードを返します。ブラウザーのキャッシュを消去しても直らない場合は、URLの綴りを確認し、"
    "サイト管理者であれば.htaccessやパーマリンク設定を見直してください。以下では原因ごとに手順を詳しく説明します。</p>"
)
KO = (
    "<p>신경망 학습은 손실 함수의 기울기를 역전파로 계산하여 가중치를 조금씩 갱신하는 과정입니다. 학습률이 너무 크면 발산하고 너무 작으면"
    " 수렴이 느려집니다. 실무에서는 워밍업과 코사인 스케줄을 함께 사용하는 경우가 많습니다.</p>"
    "<p>웹 서버는 요청마다 세 자리 상태 코드를 돌려줍니다. 브라우저 캐시를 지워도 해결되지 않으면 주소의 철자를 확인하고, 사이트 관리자라면"
    " 리다이렉트 설정을 점검해 보세요. 아래에서 원인별로 자세히 설명합니다.</p>"
)
RU = (
    "<p>Сервер отвечает на каждый запрос трёхзначным кодом состояния. Коды, начинающиеся с двойки, означают успех, с тройки —"
    " перенаправление, с четвёрки — ошибку клиента, с пятёрки — ошибку сервера. Владелец сайта может оформить такую страницу"
    " по своему вкусу, предложить поиск и ссылки на популярные разделы.</p>"
    "<p>Чтобы найти битые ссылки, достаточно просмотреть журналы сервера или воспользоваться сканером. Если материал переехал,"
    " настройте постоянное перенаправление на новый адрес; если удалён навсегда — отдавайте код 410.</p>"
)
ES = (
    "<p>El servidor responde a cada petición con un código de tres cifras. Los que empiezan por 4 indican un error del cliente"
    " y los que empiezan por 5 un fallo del servidor. El administrador puede personalizar la página que ve el visitante y"
    " ofrecerle un buscador o enlaces a las secciones más populares.</p>"
    "<p>Para solucionarlo, comprueba que la dirección está bien escrita, vacía la caché del navegador y, si el sitio es tuyo,"
    " crea una redirección permanente hacia la nueva ubicación del contenido.</p>"
)
ZH = (
    "<p>神经网络的训练就是用反向传播计算损失函数的梯度,再用梯度下降更新权重。学习率太大会发散,太小则收敛缓慢。实践中常常先预热几千步,"
    "再按余弦曲线衰减。动量和Adam可以显著加快收敛速度。</p>"
    "<p>服务器对每个请求都会返回一个三位数的状态码。遇到问题时,先检查配置文件中的root和try_files指令是否正确,再确认文件权限以及"
    "SELinux设置,最后重新加载配置。下面按原因逐一说明,并给出完整的示例配置。</p>"
)

# --- site skeletons --------------------------------------------------------------------------------------------------


def doc(title: str, body: str, head: str = "", lang: str = "en", cls: str = "") -> bytes:
    attribute = f' class="{cls}"' if cls else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n{head}\n</head>\n'
        f"<body{attribute}>\n{body}\n</body>\n</html>\n"
    ).encode()


def html(title: str, body: str, head: str = "", lang: str = "en", cls: str = "", status: int = 200, **headers: str) -> bytes:
    return reply(status, doc(title, body, head, lang, cls), **headers)


def wordpress(
    title: str, main: str, lang: str = "en-US", cls: str = "post-template-default single single-post", **more: object
) -> bytes:
    head = (
        "<link rel='stylesheet' id='wp-block-library-css' href='/wp-includes/css/dist/block-library/style.min.css' media='all'>"
        '<meta name="generator" content="WordPress 6.4.3">'
    )
    body = (
        '<div id="page" class="site"><a class="skip-link screen-reader-text" href="#content">Skip to content</a>'
        '<header id="masthead" class="site-header"><p class="site-title"><a href="/" rel="home">Notes on Learning</a></p>'
        '<nav class="main-navigation"><ul><li><a href="/about">About</a></li><li><a href="/archive">Archive</a></li>'
        '<li><a href="/contact">Contact</a></li></ul></nav></header>'
        f'<div id="content" class="site-content"><main id="main" class="site-main">{main}</main>'
        '<aside id="secondary" class="widget-area"><section class="widget"><h2>Recent Posts</h2><ul><li><a href="/a">Why warm-up'
        ' helps</a></li><li><a href="/b">On weight decay</a></li></ul></section></aside></div>'
        '<footer class="site-footer"><a href="https://wordpress.org/">Proudly powered by WordPress</a></footer></div>'
    )
    return html(title, body, head, lang, cls, **more)


def wiki(title: str, content: str, lang: str = "en", suffix: str = "Wikipedia") -> bytes:
    body = (
        '<div id="mw-navigation"><div id="p-personal"><ul><li><a href="/w/index.php?title=Special:CreateAccount">Create account'
        '</a></li><li><a href="/w/index.php?title=Special:UserLogin">Log in</a></li></ul></div></div>'
        f'<main id="content" class="mw-body"><h1 id="firstHeading" class="firstHeading mw-first-heading">{title}</h1>'
        f'<div id="siteSub">From Wikipedia, the free encyclopedia</div><div class="mw-parser-output">{content}</div></main>'
        '<footer id="footer"><ul><li id="footer-info-lastmod">This page was last edited on 3 March 2024, at 10:14 (UTC).</li>'
        "<li>Text is available under the Creative Commons Attribution-ShareAlike License 4.0</li></ul></footer>"
    )
    return html(f"{title} - {suffix}", body, '<meta name="generator" content="MediaWiki 1.42.0-wmf.20">', lang, "mediawiki ltr")


def github(title: str, main: str) -> bytes:
    head = (
        '<link rel="stylesheet" href="https://github.githubassets.com/assets/primer.css">'
        '<script crossorigin="anonymous" defer src="https://github.githubassets.com/assets/environment-5b1.js"></script>'
    )
    body = (
        '<a href="#start-of-content" class="show-on-focus">Skip to content</a><header role="banner"><a href="/">GitHub</a>'
        '<nav>Product Solutions Open Source Pricing</nav><a href="/login?return_to=x">Sign in</a><a href="/signup">Sign up</a>'
        "</header><div hidden class='flash flash-warn'>You signed in with another tab or window. <a href=''>Reload</a> to refresh"
        " your session. You signed out in another tab or window. Reload to refresh your session.</div>"
        '<template id="site-details-dialog"><details>Uh oh! There was an error while loading. Please reload this page.</details>'
        f'</template><main id="start-of-content">{main}</main><footer>© 2024 GitHub, Inc. Terms Privacy Security Status</footer>'
    )
    return html(title, body, head, cls="logged-out env-production page-responsive")


def sphinx(title: str, main: str, before: str = "") -> bytes:
    head = (
        '<link rel="stylesheet" href="_static/pygments.css"><script src="_static/documentation_options.js"></script>'
        '<script src="_static/doctools.js"></script><link rel="search" title="Search" href="search.html">'
    )
    body = (
        '<div class="related" role="navigation"><h3>Navigation</h3><ul><li><a href="genindex.html">index</a></li><li><a'
        f' href="py-modindex.html">modules</a></li></ul></div>{before}<div class="document"><div class="documentwrapper">'
        f'<div class="body" role="main">{main}</div></div><div class="sphinxsidebar"><div id="searchbox"><h3>Quick search</h3>'
        '<form action="search.html"><input name="q"></form></div></div></div><div class="footer">© Copyright 2020. Created using'
        ' <a href="https://www.sphinx-doc.org/">Sphinx</a> 4.5.0.</div>'
    )
    return html(title, body, head)


def university(title: str, main: str, nav: str, foot: str, lang: str = "en", generator: str = "TYPO3 CMS", **more: object) -> bytes:
    links = "".join(f'<li><a href="/{i}">{item}</a></li>' for i, item in enumerate(nav.split("|")))
    body = f'<header><nav class="navbar"><ul>{links}</ul></nav></header><main id="content">{main}</main><footer>{foot}</footer>'
    return html(title, body, f'<meta name="generator" content="{generator}">', lang, **more)


def old(title: str, main: str) -> bytes:
    """A static page of the nineties, without any script."""
    return reply(
        body=(
            '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<HTML><HEAD><TITLE>' + title + "</TITLE>\n"
            '<META NAME="description" CONTENT="Lecture notes"><META NAME="keywords" CONTENT="learning, networks"></HEAD>\n'
            f'<BODY BGCOLOR="#ffffff"><H1>{title}</H1>\n{main}\n<HR><ADDRESS>webmaster, 12 March 1999</ADDRESS></BODY></HTML>\n'
        ).encode(),
        kind="text/html",
    )


def coded(page: bytes, charset: str) -> bytes:
    """A whole page whose charset only its own `meta` names."""
    text = (
        page.partition(b"\r\n\r\n")[2]
        .decode()
        .replace('<meta charset="utf-8">', f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">')
    )
    return reply(body=text.encode(charset, "xmlcharrefreplace"), kind="text/html")


def parked(title: str, body: str, head: str = "", lang: str = "en") -> bytes:
    return html(title, body, head, lang)


def login(request: Request) -> bytes:
    return html(
        "Sign in",
        '<main><h1>Sign in</h1><form action="/session" method="post"><label for="u">Username or email</label><input id="u"'
        ' name="username"><label for="p">Password</label><input id="p" type="password" name="password"><a href="/reset">Forgot'
        ' your password?</a><button type="submit">Sign in</button></form><p>New here? <a href="/join">Create an account</a>.</main>',
    )


def pausing(_: Request) -> Iterator[bytes | float]:
    yield PAUSE
    yield OK_PAGE


def stalling(_: Request) -> Iterator[bytes | float]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<!doctype html><title>Lecture 4</title><h1>Lecture 4</h1><p>Backprop"
    yield PAUSE
    yield b"agation</p>"


def resetting(_: Request) -> Iterator[bytes | None]:
    yield None


def session(request: Request) -> bytes:
    """Old Java servers: first a cookie and the same address again, then the page."""
    if "JSESSIONID=8F1A" in request.headers.get("cookie", ""):
        return html("Digital Library – Record 4711", f"<h1>Learning representations by back-propagating errors</h1>{EN}")
    return to(request.path, 302, Set_Cookie="JSESSIONID=8F1A; Path=/; HttpOnly")


GIBBERISH = "".join(
    f'n[{i}]={{id:{i},k:"view{i}",t:"Page not found",e:"Access denied",m:"Please enable cookies",c:"captcha",s:"Sign in to continue"}};'
    for i in range(550)
)  # about 60 KB
EMPTY = b"<!DOCTYPE html>\n<html>\n<head><meta charset='utf-8'></head>\n<body></body>\n</html>\n"

# --- fine pages that look broken -------------------------------------------------------------------------------------

FINE = (
    Way(
        "",
        university(
            "Department of Computer Science",
            "<h1>Department of Computer Science</h1><p>Welcome! We teach and do research in algorithms, systems and machine"
            f" learning.</p>{EN}<h2>News</h2><ul><li>Open day in May</li><li>Three new doctoral positions</li></ul>",
            "Study|Research|People|News|Contact",
            "Department of Computer Science, 12 College Road",
            generator="Drupal 9",
        ),
        "ok",
    ),
    Way(
        "wiki/HTTP_404",
        wiki(
            "HTTP 404",
            "<p>In computer network communications, the <b>HTTP 404</b>, <b>404 not found</b>, <b>404</b>, <b>404 error</b>, <b>page"
            " not found</b>, or <b>file not found</b> error message is a hypertext transfer protocol (HTTP) standard response code,"
            " to indicate that the browser was able to communicate with a given server, but the server could not find what was"
            ' requested.</p><p>The website hosting server will typically generate a "404 Not Found" web page when a user attempts'
            ' to follow a broken or dead link.</p><h2><span class="mw-headline" id="Etymology">Etymology</span></h2><p>The standard'
            ' was established in 1992.</p><h3><span class="mw-headline" id="Soft_404_errors">Soft 404 errors</span></h3><p>Some'
            ' websites report a "not found" error by returning a standard web page with a "200 OK" response code, falsely reporting'
            " that the page loaded properly; this is known as a soft 404.</p>",
        ),
        "ok",
        asked="#Soft_404_errors",
    ),
    Way(
        "en-US/docs/Web/HTTP/Status/404",
        html(
            "404 Not Found - HTTP | MDN",
            '<nav>References Learn Plus Blog <a href="/users/fxa/login">Log in</a> <a href="/signup">Sign up for free</a></nav><main'
            ' id="content"><article><h1>404 Not Found</h1><p>The HTTP <strong>404 Not Found</strong> client error response status'
            " code indicates that the server cannot find the requested resource. Links that lead to a 404 page are often called"
            " broken or dead links and can be subject to link rot.</p><h2 id='status'>Status</h2><pre>404 Not Found</pre><h2"
            " id='custom_error_pages'>Custom error pages</h2><p>You can display a custom 404 page to be more helpful to a user and"
            " provide guidance on what to do next. For example, for an Apache server, you can specify a path to a custom 404 page"
            " in an <code>.htaccess</code> file.</p></article></main>",
        ),
        "ok",
    ),
    Way(
        "support/troubleshooting/error-1020",
        html(
            "Error 1020: Access denied · Cloudflare Support docs",
            "<main><h1>Error 1020: Access denied</h1><h2>Common cause</h2><p>A client or browser is blocked by a Cloudflare customer's"
            " Firewall Rules (deprecated). Visitors see the page <em>Sorry, you have been blocked</em> together with a Ray ID, or"
            " <em>Checking your browser before accessing</em> where a challenge was set.</p><h2>Resolution</h2><p>If you are not the"
            " site owner, email the site owner and attach a screenshot of the 1020 error message. If you are the site owner, find"
            " the Ray ID under <strong>Security &gt; Events</strong> and adapt the rule.</p><h2>Error 1015: You are being rate"
            " limited</h2><p>The site owner implemented Rate Limiting that affects your visitor traffic.</p></main><footer>Was this"
            " helpful? Yes No</footer>",
        ),
        "ok",
    ),
    Way(
        "questions/38489386/python-requests-403-forbidden",
        html(
            "Python requests. 403 Forbidden - Stack Overflow",
            '<header><a href="/users/login">Log in</a> <a href="/users/signup">Sign up</a></header><div id="question-header"><h1>'
            "Python requests. 403 Forbidden</h1></div><div class='question'><p>I needed to parse a site, but I got an error 403"
            " Forbidden. Here is my code:</p><pre><code>url = 'http://worldagnetwork.com/'\nresult = requests.get(url)\nprint("
            "result.content.decode())</code></pre><p>Its output:</p><pre>&lt;html&gt;&lt;head&gt;&lt;title&gt;403 Forbidden&lt;/title"
            "&gt;&lt;/head&gt;&lt;body&gt;&lt;center&gt;&lt;h1&gt;403 Forbidden&lt;/h1&gt;&lt;/center&gt;&lt;hr&gt;nginx&lt;/body&gt;"
            "</pre></div><div id='answers'><h2>9 Answers</h2><p>It seems the page rejects GET requests that do not identify a"
            " User-Agent. I visited the page with a browser (Chrome) and copied the User-Agent header of the GET request.</p></div>"
            "<div><h2>Your Answer</h2><h3>Sign up or <a href='/users/login'>log in</a></h3><p>Sign up using Google</p><p>Post as a"
            " guest</p></div>",
            head="<script src='https://cdn.sstatic.net/Js/stub.en.js'></script>",
        ),
        "ok",
    ),
    Way(
        "wiki/CAPTCHA",
        wiki(
            "CAPTCHA",
            "<p>A <b>CAPTCHA</b> is a type of challenge–response Turing test used in computing to determine whether the user is human in"
            " order to deter bot attacks and spam. The term was coined in 2003 by Luis von Ahn, Manuel Blum, Nicholas J. Hopper and"
            ' John Langford.</p><figure><figcaption>The checkbox "I\'m not a robot" of reCAPTCHA; other sites write "Verify you are'
            ' human by completing the action below"</figcaption></figure><h2 id="History">History</h2><p>In 2014 a system for'
            " breaking text was published. Please complete the security check to access: this is the sentence that many readers"
            " know best.</p><h2 id='Accessibility'>Accessibility</h2><p>CAPTCHAs based on reading text prevent visually impaired users"
            " from accessing the protected resource.</p>",
        ),
        "ok",
    ),
    Way(
        "recaptcha/docs/display",
        html(
            "reCAPTCHA v2 | Google for Developers",
            '<main><h1 class="devsite-page-title">reCAPTCHA v2</h1><p>This page explains how to display and customize the reCAPTCHA v2'
            " widget on your webpage. To invisibly invoke the challenge, see Invisible reCAPTCHA.</p><h2 id='auto_render'>"
            "Automatically render the reCAPTCHA widget</h2><p>The easiest method for rendering the reCAPTCHA widget on your page is to"
            " include the necessary JavaScript resource and a <code>g-recaptcha</code> tag.</p><pre>&lt;script"
            ' src="https://www.google.com/recaptcha/api.js" async defer&gt;&lt;/script&gt;\n&lt;div class="g-recaptcha"'
            ' data-sitekey="your_site_key"&gt;&lt;/div&gt;</pre><table><tr><td>g-recaptcha-response</td><td>The user\'s response token'
            "</td></tr></table></main><div class='demo'><div class='g-recaptcha' data-sitekey='6LeIxAcTAAAAAJcZ'></div></div>",
            head='<script src="https://www.google.com/recaptcha/api.js" async defer></script>',
        ),
        "ok",
    ),
    Way(
        "wiki/Domain_parking",
        wiki(
            "Domain parking",
            "<p><b>Domain parking</b> is the registration of an Internet domain name without that domain being associated with any"
            ' services such as e-mail or a website. A parked page often reads "This domain is for sale", "Buy this domain",'
            ' "This domain has expired. Is this your domain? Renew now" or lists "Related searches".</p><h2 id="Monetization">'
            "Monetization</h2><p>Domain parking can be classified as monetized and non-monetized. In the former, advertisements are"
            ' shown to visitors and the domain is "monetized". Sedo, Afternic and ParkingCrew are well-known providers.</p>',
        ),
        "ok",
    ),
    Way(
        "en-US/docs/Web/HTTP/Redirections",
        html(
            "Redirections in HTTP - HTTP | MDN",
            "<main><h1>Redirections in HTTP</h1><p><em>URL redirection</em>, also known as <em>URL forwarding</em>, is a technique to"
            " give more than one URL address to a page.</p><h2 id='html_redirections'>HTML redirections</h2><pre><code>&lt;head&gt;\n"
            ' &lt;meta http-equiv="Refresh" content="0; URL=https://example.com/" /&gt;\n&lt;/head&gt;</code></pre><h2'
            " id='javascript_redirections'>JavaScript redirections</h2><pre>window.location = \"https://example.com/\";</pre><h2"
            ' id="redirection_loops">Redirection loops</h2><p>Firefox displays: The page isn\'t redirecting properly. Chrome displays:'
            " This page isn't working; redirected you too many times.</p></main>",
        ),
        "ok",
        asked="#redirection_loops",
    ),
    Way(
        "articles/creative-404-pages",
        wordpress(
            "50 Creative 404 Error Page Designs — Page Not Found Done Right",
            '<article><header><h1 class="entry-title">50 Creative 404 Error Page Designs</h1></header><div class="entry-content"><p>A'
            " good error page says sorry, explains what happened and leads the visitor home. We have collected fifty of them.</p>"
            "<h2>1. “Oops! That page can’t be found.”</h2><p>The theme Twenty Thirteen set the tone for a whole generation of blogs;"
            " the sentence is followed by a search form.</p><h2>2. “This is not the web page you are looking for.”</h2><p>GitHub’s"
            " parallax scene from Star Wars is a classic and was drawn in house.</p><h2>3. “You’ve found a dead link”</h2><p>Heinz"
            f" shows an empty ketchup bottle.</p>{EN}</div></article>",
        ),
        "ok",
    ),
    Way(
        "users/sign_in",
        html(
            "Sign in · GitLab",
            '<div class="login-page"><h1>GitLab.com</h1><form id="new_user" action="/users/sign_in" method="post"><label'
            ' for="user_login">Username or primary email</label><input id="user_login" name="user[login]"><label for="user_password">'
            'Password</label><input type="password" id="user_password" name="user[password]"><a href="/users/password/new">Forgot your'
            ' password?</a><button>Sign in</button></form><p>Don\'t have an account yet? <a href="/users/sign_up">Register now</a></p>'
            "<p>or sign in with Google GitHub Bitbucket Salesforce</p></div>",
        ),
        "ok",
    ),
    Way(
        "abs/1906.04299",
        html(
            "[1906.04299] A Simple Proof of Convergence for Adam in the Non-convex Setting",
            '<div id="header"><a href="/">arXiv</a> &gt; cs &gt; arXiv:1906.04299 <a href="https://arxiv.org/login">Login</a></div><div'
            ' id="content"><div class="dateline">[Submitted on 10 Jun 2019 (<a href="v1">v1</a>), last revised 2 Oct 2019 (this version,'
            ' v2)]</div><h1 class="title mathjax">A Simple Proof of Convergence for Adam in the Non-convex Setting</h1><div'
            ' class="authors">Jane Doe, Max Muster</div><div><span style="color:red"><b>This paper has been withdrawn by Jane Doe</b>'
            '</span></div><p><a href="#">No PDF available, click to view other formats</a></p><blockquote class="abstract">We show that'
            " Adam converges to a stationary point under a mild condition on its second moments.</blockquote><table><tr><td>"
            "Comments:</td><td>The proof of Lemma 3 contains a crucial error. This paper has been withdrawn</td></tr></table></div>",
        ),
        "ok",
    ),
    Way(
        "articles/s41586-019-0001-2",
        html(
            "RETRACTED ARTICLE: Learning in deep sleep | Nature",
            '<header><a href="/login">Log in</a> <a href="/search">Search</a></header><main><article><h1>RETRACTED ARTICLE: Learning in'
            " deep sleep</h1><p>This article was <a href='/articles/s41586-020-0001-9'>retracted</a> on 22 July 2020</p><section"
            " aria-labelledby='Abs1'><h2 id='Abs1'>Abstract</h2><p>Networks of spiking units consolidate what they have learnt while"
            " no input arrives.</p></section><section><h2>Access options</h2><p>Access through your institution. Buy this article:"
            " Purchase on SpringerLink. Instant access to full article PDF. Prices may be subject to local taxes which are"
            " calculated during checkout. Log in. Learn about institutional subscriptions.</p></section><h2 id='Bib1'>References</h2>"
            "<ol><li>Rumelhart, D. E. Learning representations by back-propagating errors.</li></ol></article></main>"
            "<section class='cc-banner'><h2>Your privacy, your choice</h2><p>We use essential cookies to make sure the site can"
            " function. <button>Accept all cookies</button></p></section>",
        ),
        "ok",
    ),
    Way(
        "science/article/abs/pii/S0893608014002135",
        html(
            "Deep learning in neural networks: An overview - ScienceDirect",
            '<header><a href="/user/register">Register</a> <a href="/user/login">Sign in</a></header><div class="accessbar"><ul><li>'
            "Access through your organization</li><li>Purchase PDF</li><li>Patient Access</li></ul></div><article><p>Neural"
            " Networks, Volume 61, January 2015, Pages 85-117</p><h1>Deep learning in neural networks: An overview</h1><p>Jürgen"
            " Schmidhuber</p><p><a>https://doi.org/10.1016/j.neunet.2014.09.003</a> <a>Get rights and content</a></p><h2>Abstract</h2>"
            "<p>In recent years, deep artificial neural networks (including recurrent ones) have won numerous contests in pattern"
            " recognition and machine learning. This historical survey compactly summarizes relevant work, much of it from the"
            " previous millennium.</p><h2>Introduction</h2><p>Which modifiable components of a learning system are responsible for its"
            " success or failure?</p></article><p>We use cookies to help provide and enhance our service and tailor content.</p>",
        ),
        "ok",
    ),
    Way(
        "Netflix/Workflowable",
        github(
            "GitHub - Netflix/Workflowable: A gem to build workflows",
            '<div id="repository-container-header"><h1>Netflix / <strong>Workflowable</strong> <span>Public archive</span></h1></div>'
            '<div class="flash flash-warn flash-full">This repository was archived by the owner on Mar 8, 2021. It is now read-only.'
            "</div><div id='readme'><article class='markdown-body'><h1>Workflowable</h1><p>Workflowable is no longer maintained. It"
            f" provides a flexible workflow engine.</p><h2>Installation</h2><pre>gem 'workflowable'</pre>{EN}</article></div>",
        ),
        "ok",
    ),
    Way(
        "someone/nets/issues",
        github(
            "Issues · someone/nets · GitHub",
            '<h1>someone / nets</h1><nav>Code Issues Pull requests Actions</nav><div class="blankslate"><h3>There aren’t any open'
            ' issues.</h3><p>You could search <a href="/issues">all of GitHub</a> or try an <a href="/search/advanced">advanced search'
            "</a>.</p></div><p>0 Open 17 Closed</p>",
        ),
        "ok",
    ),
    Way(
        "2.7/library/urllib.html",
        sphinx(
            "20.5. urllib — Open arbitrary resources by URL — Python 2.7.18 documentation",
            '<section id="module-urllib"><h1>20.5. urllib — Open arbitrary resources by URL</h1><p>Note: The urllib module has been'
            " split into parts and renamed in Python 3 to urllib.request, urllib.parse, and urllib.error.</p><dl><dt"
            ' id="urllib.urlopen">urllib.urlopen(url[, data])</dt><dd>If the connection cannot be made the IOError exception is raised.'
            " The method getcode() returns the HTTP status code, for example 404 if the page was not found.</dd></dl></section>",
            before='<div id="outdated-warning" style="padding: .5em; text-align: center; background-color: #FFBABA">This document is for'
            " an old version of Python that is no longer supported. You should upgrade, and read the <a href='/3/'>Python"
            " documentation for the current stable release</a>.</div>",
        ),
        "ok",
        asked="#urllib.urlopen",
    ),
    Way(
        "doc/stable/search.html",
        sphinx(
            "Search — NumPy v1.26 Manual",
            '<h1 id="search-documentation">Search</h1><noscript><div class="admonition warning"><p>Please activate JavaScript to enable'
            " the search functionality.</p></div></noscript><p>Searching for multiple words only shows matches that contain all"
            ' words.</p><form><input name="q" value="einsum"><input type="submit" value="search"></form><div id="search-results"></div>',
        ),
        "ok",
        asked="?q=einsum",
    ),
    Way(
        "institut/aktuelles/veranstaltungen",
        university(
            "Veranstaltungen | Institut für Informatik",
            "<h1>Veranstaltungen</h1><p>Derzeit sind keine Veranstaltungen geplant.</p><h2>Archiv</h2><ul><li>12.06.2019: Kolloquium"
            f" über lernende Systeme</li><li>03.05.2019: Tag der offenen Tür</li></ul>{DE}",
            "Studium|Forschung|Personen|Aktuelles",
            "Impressum Datenschutz Barrierefreiheit",
            "de",
        ),
        "ok",
    ),
    Way(
        "~mueller/short.html",
        old("Errata", "<P>Page 40, line 4: for <I>0.404</I> read <I>0.440</I>. No other errors found."),
        "ok",
    ),
    Way(
        "math404",
        university(
            "Math 404: Not Found in Nature – Imaginary Numbers | Department of Mathematics",
            "<h1>Math 404: Not Found in Nature – Imaginary Numbers</h1><p>Spring 2018, Tuesdays 10 to 12, room 404.</p><p>Students"
            " will learn complex analysis up to the residue theorem. Homework is due on Fridays and late homework is not"
            f" accepted.</p>{EN}",
            "Courses|People|Seminars",
            "Mathematics Department",
            generator="Drupal 10",
        ),
        "ok",
    ),
    Way(
        "404media",
        html(
            "404 Media",
            "<header><h1>404 Media</h1><nav>About Archive Podcast Newsletter Subscribe <a href='#/portal/signin'>Sign in</a></nav></header>"
            "<main><article><h2>The Website That Was Not Found in Any Archive</h2><p>For three years nobody noticed.</p></article>"
            "<article><h2>Robots.txt Is Broken, and Nobody Knows How to Fix It</h2><p>An interview.</p></article><p>404 Media is a"
            " journalist-owned website.</p></main><div>This post is for subscribers only. <button>Subscribe now</button></div>",
            head='<meta name="generator" content="Ghost 5.80">',
        ),
        "ok",
    ),
    Way(
        "item",
        html(
            "The closed shop of neural network papers | Hacker News",
            '<table id="hnmain"><tr><td><b><a href="news">Hacker News</a></b> new | past | comments | ask <a href="login">login</a></td>'
            "</tr><tr class='athing'><td class='title'><a href='http://example.org/x'>The closed shop of neural network papers</a></td>"
            "</tr><tr><td>212 points by someone 9 years ago | 3 comments</td></tr><tr class='comtr'><td>[deleted]</td></tr><tr"
            " class='comtr'><td>[flagged]</td></tr><tr class='comtr'><td>The link is dead for me: 404 page not found. Here is a mirror."
            "</td></tr><tr class='comtr'><td>Site seems to be hugged to death: “Error establishing a database connection”.</td></tr>"
            "<tr><td>Guidelines | FAQ | Lists | API | Security | Legal</td></tr></table>",
        ),
        "ok",
        asked="?id=9876543",
    ),
    Way(
        "viewtopic.php",
        html(
            "Login problem on the board - TeX Forum",
            '<div id="wrap"><ul id="nav-main"><li><a href="./ucp.php?mode=register">Register</a></li><li><a href="./ucp.php?mode=login">'
            'Login</a></li></ul><h2 class="topic-title">Login problem on the board</h2><p>Topic is locked: You cannot post new replies'
            ' in this topic</p><div id="p1" class="post"><p>Since yesterday I get <i>The requested topic does not exist.</i> and <i>You'
            ' are not authorised to read this forum.</i> Anyone else?</p></div><div id="p2" class="post"><p>Delete your cookies. It'
            ' worked for me.</p></div><div class="panel"><form action="./ucp.php?mode=login" method="post"><h3>Login • Register</h3>'
            '<input name="username"><input name="password" type="password"><label>Remember me</label><input type="submit"'
            ' value="Login"></form></div><p>Users browsing this forum: No registered users and 2 guests</p><p>You <b>cannot</b> post'
            " new topics in this forum</p><p>Powered by phpBB® Forum Software © phpBB Limited</p></div>",
        ),
        "ok",
        asked="?f=4&t=4711#p2",
    ),
    Way(
        "2015/03/why-softmax",
        wordpress(
            "Why softmax? – Notes on Learning",
            f'<article><h1 class="entry-title">Why softmax?</h1><div class="entry-content">{EN}</div></article><div id="comments"><h2>3'
            " thoughts on “Why softmax?”</h2><p>Bob: The image is gone, I get “404 Not Found”.</p><div id='respond'><h3>Leave a Reply"
            "</h3><p class='must-log-in'>You must be <a href='/wp-login.php'>logged in</a> to post a comment.</p></div><p>Comments are"
            " closed.</p></div><noscript>Please enable JavaScript to view the <a href='https://disqus.com/?ref_noscript'>comments"
            " powered by Disqus.</a></noscript>",
        ),
        "ok",
    ),
    Way(
        "history/calculators/ti-92",
        html(
            "TI-92 (1995–1998) – Calculator Museum",
            "<h1>TI-92</h1><p>The TI-92 was the first calculator with computer algebra that many students saw. It is discontinued and no"
            " longer available in stores; spare parts are out of stock everywhere, and the maker's page has been removed.</p><h2>"
            "Memory</h2><p>68 kB of RAM, of which the user gets the rest. The message <tt>Error: Undefined variable</tt> is the most"
            " common one; <tt>Not found</tt> comes second.</p><h2>Links</h2><p>Some of these links are dead.</p>",
        ),
        "ok",
    ),
    Way(
        "watch-big",
        html(
            "Backpropagation, step by step - Video portal",
            f"<script>var n=[];{GIBBERISH}</script><div id='player'></div><h1>Backpropagation, step by step</h1><p>12,345 views · 3 years"
            f" ago</p>{EN}<p>Comments are turned off.</p>",
            head='<script>window.messages={"404":"This page isn\'t available. Sorry about that.","blocked":"Video unavailable"}</script>',
        ),
        "ok",
    ),
    Way(
        "playground",
        html(
            "Neural Network Playground",
            '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>',
            head='<script defer src="/static/js/main.5d9d1c2e.js"></script><link href="/static/css/main.css" rel="stylesheet">',
        ),
        "ok",
    ),
    Way(
        "magazin/kuenstliche-intelligenz",
        html(
            "Was ist künstliche Intelligenz? – Magazin",
            '<div id="usercentrics-root"></div><div class="cmp-banner" role="dialog"><h2>Wir verwenden Cookies</h2><p>Wir und unsere'
            " Partner benötigen Ihre Zustimmung, bevor Sie unser Angebot mit personalisierter Werbung besuchen.</p><button>Alle"
            " akzeptieren</button><button>Ablehnen</button></div><main><h1>Was ist künstliche Intelligenz?</h1>"
            f"{DE}{DE}</main><aside>Jetzt anmelden und weiterlesen? Newsletter bestellen.</aside>",
            lang="de",
        ),
        "ok",
    ),
    Way(
        "web/20150301/http/cs.example.edu/notes",
        html(
            "Lecture notes on learning",
            "<!-- BEGIN WAYBACK TOOLBAR INSERT --><div id='wm-ipp-base' style='display:none'><div id='wm-ipp-inside'><form"
            " action='/web/submit'><input name='url' value='http://cs.example.edu/notes'></form><a href='/web/*/x'>24 captures</a> 12"
            " Mar 2009 - 4 Apr 2017 <a href='/account/login'>Sign in</a> Success Fail</div></div><!-- END WAYBACK TOOLBAR INSERT -->"
            f"<h1>Lecture notes on learning</h1>{EN}",
            head='<script src="/_static/js/bundle-playback.js"></script>',
        ),
        "ok",
    ),
    Way(
        "ratgeber/fehler-404",
        html(
            "Fehler 404 – Seite nicht gefunden: Ursachen und Lösungen - IONOS",
            "<h1>Fehler 404 – Seite nicht gefunden: Ursachen und Lösungen</h1><p>„Die angeforderte Seite wurde nicht gefunden“: Wer das"
            " liest, ist einem toten Link gefolgt. Der Fehler 404 zählt zu den bekanntesten Meldungen des Internets.</p><h2>Was"
            " bedeutet „404 Not Found“?</h2><p>Der Server hat geantwortet, doch unter dieser Adresse liegt kein Inhalt (mehr).</p><h2>So"
            " beheben Sie den Fehler</h2><ol><li>Seite neu laden</li><li>Adresse prüfen</li><li>Cache leeren</li></ol>"
            "<p>Betreiber richten am besten eine Weiterleitung mit dem Code 301 ein und prüfen ihre Links regelmäßig.</p>",
            lang="de",
        ),
        "ok",
    ),
    Way(
        "glossaire/erreur-404",
        wordpress(
            "Erreur 404 : page introuvable, définition et solutions",
            "<article><h1>Erreur 404 : page introuvable, définition et solutions</h1><p>« Désolé, la page que vous recherchez n'existe"
            f" pas » : qui n'a jamais lu cette phrase ?</p>{FR}<h2>Que faire quand une page est introuvable ?</h2>{FR}</article>",
            lang="fr-FR",
        ),
        "ok",
    ),
    Way(
        "web-knowledge/not-found",
        coded(
            html(
                "「ページが見つかりません」と表示される原因と対処法|Web担当者ノート",
                "<h1>「ページが見つかりません」と表示される原因と対処法</h1><p>「お探しのページは見つかりませんでした」「404 Not Found」と表示された"
                f"ことはありませんか。</p><h2>原因1 URLの間違い</h2>{JA}<h2>原因2 ページの削除</h2>{JA}",
                lang="ja",
            ),
            "shift_jis",
        ),
        "ok",
    ),
    Way(
        "blog/223344556677",
        html(
            "'페이지를 찾을 수 없습니다' 404 오류 해결 방법 : 네이버 블로그",
            "<div class='se-title-text'>'페이지를 찾을 수 없습니다' 404 오류 해결 방법</div><p>안녕하세요. 오늘은 \"요청하신 페이지를 찾을 수 없습니다\","
            f' "삭제되었거나 존재하지 않는 게시물입니다" 같은 메시지가 나올 때의 해결 방법을 정리해 보겠습니다.</p>{KO}<h3>정리</h3>{KO}'
            "<p>댓글을 작성하려면 로그인해 주세요.</p>",
            lang="ko",
        ),
        "ok",
    ),
    Way(
        "ru/articles/412345",
        coded(
            html(
                "Ошибка 404 Not Found: что значит и как исправить / Хабр",
                "<h1>Ошибка 404 Not Found: что значит и как исправить</h1><p>«Страница не найдена», «Страница устарела, была удалена или"
                f" не существовала вовсе» — знакомо?</p>{RU}<h2>Как исправить</h2>{RU}<p>Только полноправные пользователи могут"
                " оставлять комментарии. Войдите, пожалуйста.</p>",
                lang="ru",
            ),
            "windows-1251",
        ),
        "ok",
    ),
    Way(
        "es/que-es-error-404",
        wordpress(
            "Error 404: página no encontrada, qué significa y cómo solucionarlo",
            "<article><h1>Error 404: página no encontrada</h1><p>«Lo sentimos, la página que buscas no existe». Te explicamos qué"
            f" significa este mensaje.</p>{ES}<h2>Cómo solucionarlo</h2>{ES}</article>",
            lang="es-ES",
        ),
        "ok",
    ),
    Way(
        "weixin_40404040/article/details/104040404",
        html(
            "解决nginx访问页面404 Not Found的问题_nginx 404-CSDN博客",
            '<div id="csdn-toolbar"><a>登录</a><a>会员中心</a></div><div class="blog-content-box"><h1 class="title-article"'
            ' id="articleContentId">解决nginx访问页面404 Not Found的问题</h1><p>最新推荐文章于 2024-01-05 10:00:00 发布</p><div'
            f' id="content_views">{ZH}<pre>&lt;center&gt;&lt;h1&gt;404 Not Found&lt;/h1&gt;&lt;/center&gt;</pre>{ZH}<p>如果提示“抱歉,您访问的'
            "页面不存在”,说明请求已经到达自定义错误页。</p></div><div class='hide-article-box'>登录后您可以享受以下权益:免费复制代码 关注/点赞/"
            "评论/收藏</div></div>",
            lang="zh-CN",
        ),
        "ok",
    ),
    Way(
        "document_detail/35834.html",
        html(
            "域名已过期怎么办_域名(Domain)-阿里云帮助中心",
            "<h1>域名已过期怎么办</h1><p>如果访问网站时页面显示“该域名已过期”或“您访问的域名已到期,请联系域名所有者续费”,说明域名没有按时续费。</p>"
            f"<h2>续费</h2><ol><li>登录阿里云域名控制台。</li><li>在急需续费域名页签中勾选域名。</li><li>完成支付。</li></ol><h2>赎回</h2>{ZH}",
            lang="zh",
        ),
        "ok",
    ),
    Way(
        "data/refs.bib",
        reply(
            body=b"@article{lecun2015,\n title={Deep learning},\n note={url not found, 404},\n year={2015}\n}\n",
            kind="application/octet-stream",
        ),
        "ok",
    ),
    Way(
        "pub/papers/tr-95-04.ps.gz",
        reply(
            body=gzip.compress(b"%!PS-Adobe-2.0\n%%Title: Long short-term memory\n%%Pages: 8\n" + b"(text) show\n" * 300),
            kind="application/postscript",
            Content_Encoding="x-gzip",
        ),
        "ok",
    ),
    Way(
        "papers/lstm.pdf",
        reply(body=PDF, kind="application/octet-stream", Content_Disposition='attachment; filename="lstm.pdf"'),
        "ok",
        asked="#page=12",
    ),
    Way(
        "wiki/Größe",
        wiki(
            "Größe",
            '<p><b>Größe</b> steht für eine messbare Eigenschaft.</p><h2><span id="Gr.C3.B6.C3.9Fe_.26_Ma.C3.9F"></span><span'
            f' class="mw-headline" id="Größe_&amp;_Maß">Größe &amp; Maß</span></h2>{DE}',
            "de",
            "Wikipedia",
        ),
        "ok",
        asked="#Gr%C3%B6%C3%9Fe_%26_Ma%C3%9F",
    ),
    Way(
        "notes/hopfield.html",
        old("Hopfield networks", f"<P>Contents<P><A NAME=sec:2.1><H2>2.1 Energy</H2></A>{EN}"),
        "ok",
        asked="#sec:2.1",
    ),
    Way("notes/boltzmann.html", old("Boltzmann machines", EN * 3), "ok", asked="#Top"),
    Way(
        "notes/perceptron.html",
        old("Perceptrons", f'<H2 id="theorem">The theorem</H2>{EN}'),
        "ok",
        asked="#theorem:~:text=narrow%20valleys",
    ),
    Way("notes/cpp.html", old("Nets in C++", f"<H2 ID='C++'>C++</H2>{EN}"), "ok", asked="#C%2B%2B"),
    Way(
        "~hinton/papers",
        reply(
            body=b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html><head><title>Index of /~hinton/papers</title></head><body><h1>Index of /~hinton/papers</h1><table><tr><th>Name</th><th>Last modified</th><th>Size</th></tr><tr><td><a href="/~hinton/">Parent Directory</a></td><td>&nbsp;</td><td>-</td></tr><tr><td><a href="bm.pdf">bm.pdf</a></td><td>2009-03-12 10:11</td><td>404K</td></tr></table><address>Apache/2.4.6 (CentOS) Server at cs.example.edu Port 80</address></body></html>'
        ),
        "ok",
    ),
    Way("record/4711", session, "ok"),
    Way("docs-home", to("/handbook/en/latest/index.html", 302), "ok"),
    Way(
        "handbook/en/latest/index.html",
        sphinx(
            "Welcome to the handbook! — Handbook 3.2 documentation",
            f"<section id='welcome'><h1>Welcome to the handbook!</h1>{EN}</section>",
        ),
        "ok",
    ),
)

# --- broken pages that look fine -------------------------------------------------------------------------------------

BROKEN = (
    Way(
        "fakultaet/institut/lehre/ws0910/skript",
        university(
            "Seite nicht gefunden | Universität Musterstadt",
            "<h1>Seite nicht gefunden</h1><p>Die von Ihnen aufgerufene Seite existiert leider nicht oder nicht mehr. Möglicherweise wurde"
            " sie im Zuge des Relaunchs verschoben.</p><p>Nutzen Sie bitte die Suche oder die <a href='/'>Startseite</a>.</p>",
            "Studium|Forschung|International|Universität|Einrichtungen",
            "Impressum Datenschutz Barrierefreiheit Kontakt © Universität Musterstadt",
            "de",
        ),
        "broken",
    ),
    Way(
        "laboratoire/equipe/cours-reseaux",
        university(
            "Page non trouvée | Université de Belleville",
            "<h1>Page non trouvée</h1><p>La page demandée n'a pas pu être trouvée.</p><p>Le contenu que vous recherchez a peut-être été"
            " déplacé ou supprimé. Retour à l'<a href='/'>accueil</a>.</p>",
            "Formation|Recherche|Vie étudiante|International",
            "Mentions légales Plan du site Accessibilité",
            "fr",
            "Drupal 9 (https://www.drupal.org)",
        ),
        "broken",
    ),
    Way(
        "2012/05/dropout-explained",
        wordpress(
            "Page not found – Notes on Learning",
            '<section class="error-404 not-found"><header class="page-header"><h1 class="page-title">Oops! That page can&rsquo;t be found.'
            '</h1></header><div class="page-content"><p>It looks like nothing was found at this location. Maybe try a search?</p><form'
            ' role="search" class="search-form"><input type="search" placeholder="Search &hellip;" name="s"></form></div></section>',
            cls="error404 wp-embed-responsive",
        ),
        "broken",
    ),
    Way(
        "people/smith/course",
        university(
            "Page not found | Department of Statistics",
            '<h1 class="page-title">Page not found</h1><div class="region-content">The requested page could not be found.</div>',
            "Academics|Research|People|News & Events|Give",
            "© 2024 The Regents. Accessibility Nondiscrimination",
            generator="Drupal 8 (https://www.drupal.org)",
        ),
        "broken",
    ),
    Way(
        "sphinx/tutorial/removed.html",
        sphinx(
            "Page not found — Handbook 3.2 documentation",
            "<h1>Page not found</h1><p>Unfortunately we couldn't find the content you were looking for.</p><p>It may have moved in the new"
            " version of the documentation; try the table of contents or the search.</p>",
        ),
        "broken",
    ),
    Way(
        "group/project/-/blob/master/README.md",
        html(
            "The page could not be found or you don't have permission to view it (404)",
            "<div class='error-container'><h1>404: Page not found</h1><p>Make sure the address is correct and the page has not moved."
            " Please contact your GitLab administrator if you think this is a mistake.</p></div>",
            status=404,
        ),
        "broken",
    ),
    Way(
        "oschina/gone",
        html(
            "404 - Gitee",
            "<div class='error-page'><h1>404</h1><h2>你所访问的页面不存在了</h2><p>可能是仓库已被删除,或者地址输入有误。</p><a href='/'>返回首页</a></div>",
            lang="zh-CN",
        ),
        "broken",
    ),
    Way(
        "qq_38410730/article/details/81234567",
        html(
            "CSDN - 专业开发者社区",
            "<div id='csdn-toolbar'>博客 下载 学习 社区 GitCode 登录 会员中心</div><div class='container_error'><p>抱歉,您访问的博文不存在或已被作者删除"
            "</p><a href='/'>返回首页</a></div><div class='foot'>关于我们 招贤纳士 商务合作 寻求报道 400-660-0108 ©1999-2024北京创新乐知网络技术有限公司</div>",
            lang="zh-CN",
        ),
        "broken",
    ),
    Way(
        "question/99999999999",
        html(
            "知乎 - 有问题,就会有答案",
            "<div id='root'><header>首页 发现 等你来答 登录 加入知乎</header><main class='ErrorPage'><h1 class='ErrorPage-title'>404</h1><p"
            " class='ErrorPage-subtitle'>你似乎来到了没有知识存在的荒原</p><a class='ErrorPage-button' href='/'>去往首页</a></main></div>",
            lang="zh",
        ),
        "broken",
    ),
    Way(
        "s/Xa1bC2dE3fG4hI5jK6lM7n",
        html(
            "",
            '<div id="js_pc_weapp_code"></div><div class="weui-msg"><div class="weui-msg__icon-area"><i class="weui-icon-warn'
            ' weui-icon_msg"></i></div><div class="weui-msg__text-area"><div class="weui-msg__title warn">该内容已被发布者删除</div></div></div>',
            head="<script nonce='1'>window.logs={pagetime:{}};</script>",
            lang="zh",
        ),
        "broken",
    ),
    Way(
        "s/violating",
        html(
            "",
            '<div class="weui-msg"><div class="weui-msg__text-area"><div class="weui-msg__title warn">此内容因违规无法查看</div><div'
            ' class="weui-msg__desc">由用户投诉并经平台审核,涉嫌违反相关法律法规和政策</div></div></div>',
            lang="zh",
        ),
        "broken",
    ),
    Way(
        "video/BV1xx411c7mD",
        html(
            "视频去哪了呢?_哔哩哔哩_bilibili",
            "<div id='biliMainHeader'>首页 番剧 直播 游戏中心 会员购 登录</div><div class='error-container'><div class='error-body'><p"
            " class='error-text'>啊叻?视频不见了?</p><a class='back-btn' href='/'>返回首页</a></div></div>",
            lang="zh-CN",
        ),
        "broken",
    ),
    Way(
        "p/8d1e2f3a4b5c",
        html(
            "您要找的页面不存在 - 简书",
            "<nav>首页 下载APP 会员 登录 注册</nav><div class='error'><h3>您要找的页面不存在</h3><p>可能是因为您的链接地址有误、该文章已经被作者删除或转为私密状态。"
            "</p><a href='/'>回到简书首页</a></div>",
            lang="zh-CN",
            status=404,
        ),
        "broken",
    ),
    Way(
        "s/1kUabcDefGhi",
        html(
            "百度网盘-链接不存在",
            "<div class='share-error'><h1>啊哦,你来晚了,分享的文件已经被删除了,下次要早点哟。</h1><a href='/'>返回首页</a></div><footer>©2024 Baidu 移动开放平台 |"
            " 服务协议</footer>",
            lang="zh-CN",
        ),
        "broken",
    ),
    Way(
        "thread-12345-1-1.html",
        coded(
            html(
                "提示信息 -  机器学习论坛 -  Powered by Discuz!",
                "<div id='toptb'>设为首页 收藏本站</div><div id='hd'>用户名 密码 自动登录 找回密码 立即注册</div><div id='messagetext' class='alert_error'><p>"
                "抱歉,指定的主题不存在或已被删除或正在被审核</p><p class='alert_btnleft'><a href='javascript:history.back()'>[ 点击这里返回上一页 ]</a></p></div>"
                "<div id='ft'>Powered by Discuz! X3.4 © 2001-2017 Comsenz Inc.</div>",
                lang="zh",
            ),
            "gbk",
        ),
        "broken",
    ),
    Way(
        "file/d/0B7abcdEFGhijKLMnop/view",
        html(
            "Google Drive - Page Not Found",
            "<div id='outerContainer'><div id='innerContainer'><div class='errorMessage'>Sorry, the file you have requested does not"
            " exist.</div><p>Make sure that you have the correct URL and that the owner of the file hasn't deleted the file.</p><p>Get"
            " stuff done with Google Drive</p><p>Apps in Google Drive make it easy to create, store and share online documents,"
            " spreadsheets, presentations and more.</p></div></div>",
        ),
        "broken",
    ),
    Way(
        "scl/fi/deleted.zip",
        html(
            "Dropbox - File Deleted",
            "<header>Log in Sign up</header><div class='ax-error'><h2>That file isn't here anymore</h2><p>Someone might've deleted the file"
            " or disabled the link.</p><p>Go to <a href='/home'>Dropbox home</a> or visit the <a href='/help'>Help center</a></p></div>",
        ),
        "broken",
    ),
    Way(
        "watch",
        html(
            " - YouTube",
            '<div id="player"></div><script nonce="a">var ytInitialPlayerResponse = {"responseContext":{"serviceTrackingParams":[]},'
            '"playabilityStatus":{"status":"ERROR","reason":"Video unavailable","errorScreen":{"playerErrorMessageRenderer":{"subreason":'
            '{"simpleText":"This video is no longer available because the YouTube account associated with this video has been'
            ' terminated."},"reason":{"simpleText":"Video unavailable"}}}}};</script><ytd-app disable-upgrade></ytd-app>',
            head='<meta name="title" content=""><meta property="og:site_name" content="YouTube">',
        ),
        "broken",
        asked="?v=aircAruvnKk",
    ),
    Way(
        "76543210",
        html(
            "VimeUhOh",
            "<header>Vimeo Log in Join</header><main><h1>Sorry, we couldn’t find that page</h1><p>You could explore the <a"
            " href='/watch'>staff picks</a> or search for a video.</p></main>",
            status=404,
        ),
        "broken",
    ),
    Way(
        "slideshow/deep-learning-intro-12345678",
        html(
            "SlideShare",
            "<header>Upload Login Signup</header><main><h1>Oops! That presentation has been removed.</h1><p>It was deleted by the person who"
            " uploaded it. Here are some presentations that you may like:</p><ul><li>Machine learning 101</li><li>Marketing trends</li>"
            "</ul></main><footer>About Support Terms Privacy Copyright Cookie Preferences</footer>",
        ),
        "broken",
    ),
    Way(
        "datasets/someone/removed-set",
        html(
            "404 – Hugging Face",
            "<header>Models Datasets Spaces Docs Pricing Log In Sign Up</header><main class='text-center'><h1>404</h1><p>Sorry, we can't find"
            " the page you are looking for.</p></main>",
        ),
        "broken",
    ),
    Way(
        "code/someone/removed-kernel",
        html(
            "Kaggle: Your Home for Data Science",
            "<div id='site-container'><h1>We can't find that page.</h1><p>You can search Kaggle above or visit our <a href='/'>homepage</a>."
            "</p></div><footer>© 2024 Kaggle Inc</footer>",
            status=404,
        ),
        "broken",
    ),
    Way(
        "t/old-topic/4711",
        html(
            "Forum",
            "<div id='main-outlet'><div class='page-not-found'><h1 class='title'>Oops! That page doesn’t exist or is private.</h1><div"
            " class='popular-topics'><h2>Popular</h2><a href='/t/welcome/5'>Welcome to the forum</a></div><div class='recent-topics'><h2>"
            "Recent</h2></div></div></div><footer>Powered by Discourse, best viewed with JavaScript enabled</footer>",
            head='<meta name="generator" content="Discourse 3.2.0">',
            status=404,
        ),
        "broken",
    ),
    Way(
        "phpbb/viewtopic.php",
        html(
            "Neural Forum - Information",
            '<div id="wrap"><ul id="nav-main"><li>FAQ</li><li>Register</li><li>Login</li></ul><div class="panel" id="message"><h2'
            ' class="message-title">Information</h2><p>The requested topic does not exist.</p></div><p>Board index All times are UTC Delete'
            " cookies</p><p>Powered by phpBB® Forum Software © phpBB Limited</p></div>",
        ),
        "broken",
        asked="?t=99",
    ),
    Way(
        "threads/old-thread.4711",
        html(
            "Oops! We ran into some problems. | ML Community",
            "<nav>Forums What's new Members Log in Register</nav><h1 class='p-title-value'>Oops! We ran into some problems.</h1><div"
            " class='blockMessage'>The requested thread could not be found.</div><footer>Community platform by XenForo® © 2010-2024"
            " XenForo Ltd.</footer>",
        ),
        "broken",
    ),
    Way(
        "removed-blog",
        html(
            "Blog has been removed",
            "<div class='maia-article'><h1>Blog has been removed</h1><p>Sorry, the blog at deepnets.blogspot.com has been removed. This"
            " address is not available for new blogs.</p><p>Did you expect to see your blog here? See: 'I can't find my blog on the Web,"
            " where is it?'</p></div>",
        ),
        "broken",
    ),
    Way(
        "wordpress-com-deleted",
        html(
            "WordPress.com",
            "<div id='page'><h1>deepnets.wordpress.com is no longer available.</h1><p>The authors have deleted this site.</p><p><a"
            " href='https://wordpress.com/start'>Create your own site</a></p></div>",
        ),
        "broken",
    ),
    Way(
        "u/gone",
        html(
            "Medium",
            "<header>Open in app Sign up Sign in</header><main><h2>410</h2><p>User deactivated or deleted their account.</p><p>The author of"
            " this story is no longer on Medium.</p></main>",
            status=410,
        ),
        "broken",
    ),
    Way(
        "PostView.naver",
        html(
            "네이버 블로그",
            "<div id='wrap'><div class='error_content'><h1>페이지를 찾을 수 없습니다.</h1><p>삭제되었거나 존재하지 않는 게시물입니다.</p><p>입력하신 주소가 정확한지 다시 한번"
            " 확인해 주시기 바랍니다.</p><a href='/'>블로그 홈으로 가기</a></div></div>",
            lang="ko",
        ),
        "broken",
        asked="?blogId=x&logNo=220000000000",
    ),
    Way(
        "lab/~tanaka/index-e.html",
        coded(
            university(
                "お探しのページが見つかりません | 東都大学",
                "<h1>お探しのページが見つかりません</h1><p>アクセスしようとしたページは、削除されたか、URLが変更された可能性があります。</p><p>お手数ですが、<a href='/'>トップページ</a>"
                "またはサイトマップからお探しください。</p>",
                "大学案内|学部・大学院|入試情報|研究",
                "東都大学 〒100-0000 東京都 Copyright © All Rights Reserved.",
                "ja",
            ),
            "euc-jp",
        ),
        "broken",
    ),
    Way(
        "users/12345/journal",
        html(
            "Журнал удалён",
            "<header>ЖЖ Главная Топ Войти Создать блог</header><main><h1>Журнал удалён</h1><p>Этот журнал был удалён его владельцем и больше"
            " не доступен.</p></main><footer>LiveJournal О компании Новости Помощь</footer>",
            lang="ru",
        ),
        "broken",
    ),
    Way(
        "facultad/profesor/apuntes.html",
        university(
            "Página no encontrada - Universidad de Villanueva",
            "<h1>Página no encontrada</h1><p>Lo sentimos, la página que está buscando no existe o ha cambiado de dirección.</p><p>Puede volver"
            " a la <a href='/'>página principal</a> o utilizar el buscador.</p>",
            "Estudios|Investigación|Internacional|Conócenos",
            "Aviso legal Política de cookies Mapa web",
            "es",
            "Liferay",
        ),
        "broken",
    ),
    Way(
        "expired-sedo",
        parked(
            "deepnets.org - This website is for sale! - deepnets Resources and Information.",
            "<div id='container'><h1>deepnets.org</h1><p>This website is for sale! deepnets.org is your first and best source for all of the"
            " information you’re looking for. From general topics to more of what you would expect to find here, deepnets.org has it all."
            " We hope you find what you are searching for!</p><p>Buy this domain. The domain deepnets.org may be for sale by its owner!</p>"
            "<p>This webpage was generated by the domain owner using Sedo Domain Parking. Disclaimer: Sedo maintains no relationship with"
            " third party advertisers.</p><a>Privacy Policy</a></div>",
        ),
        "broken",
    ),
    Way(
        "expired-hugedomains",
        parked(
            "DeepNets.com is for sale | HugeDomains",
            "<h1>DeepNets.com is for sale</h1><p>This domain is for sale: $4,295. Or $179 per month. Buy now. Take immediate ownership. Safe"
            " and secure shopping. 30-day money back guarantee. Quick delivery of the domain.</p><p>Other domains you might like:"
            " DeepNetting.com DeepPlanets.com</p>",
        ),
        "broken",
    ),
    Way(
        "expired-ru",
        parked(
            "Срок регистрации домена истёк",
            "<div class='b-page'><h1>deepnets.ru</h1><h2>Срок регистрации домена истёк</h2><p>Если вы администратор домена, продлите его"
            " регистрацию в личном кабинете REG.RU.</p><p>Домен скоро освободится. Заказать домен.</p></div>",
            lang="ru",
        ),
        "broken",
    ),
    Way(
        "expired-cn",
        parked(
            "域名已过期",
            "<div><h1>您访问的域名已过期</h1><p>如果您是域名所有者,请尽快登录控制台续费,以免域名被删除。</p><p>域名注册 云服务器 虚拟主机 企业邮箱</p></div>",
            lang="zh-CN",
        ),
        "broken",
    ),
    Way(
        "paper-site/nginx",
        reply(
            body=b"<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n<style>body{width:35em;margin:0 auto}</style>\n</head>\n"
            b"<body>\n<h1>Welcome to nginx!</h1>\n<p>If you see this page, the nginx web server is successfully installed and\nworking."
            b" Further configuration is required.</p>\n<p>For online documentation and support please refer to\n<a"
            b' href="http://nginx.org/">nginx.org</a>.<br/></p>\n<p><em>Thank you for using nginx.</em></p>\n</body>\n</html>\n'
        ),
        "broken",
    ),
    Way(
        "paper-site/ubuntu",
        html(
            "Apache2 Ubuntu Default Page: It works",
            "<div class='main_page'><span>Apache2 Ubuntu Default Page</span><div>It works!</div><p>This is the default welcome page used to"
            " test the correct operation of the Apache2 server after installation on Ubuntu systems. If you can read this page, it means"
            " that the Apache HTTP server installed at this site is working properly. You should <b>replace this file</b> (located at"
            " <tt>/var/www/html/index.html</tt>) before continuing to operate your HTTP server.</p><h2>Configuration Overview</h2></div>",
        ),
        "broken",
    ),
    Way(
        "paper-site/iis",
        html(
            "IIS Windows Server",
            "<div id='container'><a href='http://go.microsoft.com/fwlink/?linkid=66138&amp;clcid=0x409'><img src='iisstart.png' alt='IIS' width='960' height='600'></a></div>",
        ),
        "broken",
    ),
    Way(
        "paper-site/bt",
        html(
            "恭喜,站点创建成功!",
            "<div class='container'><h1>恭喜, 站点创建成功!</h1><h3>这是默认index.html,本页面由系统自动生成</h3><ul><li>本页面在FTP根目录下的index.html</li><li>您可以修改、删除或覆盖本页面"
            "</li><li>FTP相关信息,请到“面板系统后台 > FTP” 查看</li></ul></div>",
            lang="zh",
        ),
        "broken",
    ),
    Way("cs/faculty/jones/teaching/ml-2009/notes3.html", to("/", 302), "broken"),
    Way("research/projects/2008/speech-recognition", to("/", 301), "broken"),
    Way(
        "publications/tech-reports/tr-2004-12",
        html("Redirecting", "<p>Redirecting…</p>", head='<meta http-equiv="refresh" content="0; url=/">'),
        "broken",
    ),
    Way("blog/2013/05/gradient-checking-in-practice", to("/blog", 301), "broken"),
    Way("docs-old/api/trainer/fit", to("/errors/not-found", 302), "broken"),
    Way(
        "errors/not-found",
        html(
            "Page Not Found",
            "<h1>Sorry, the page you are looking for does not exist.</h1><p>The link you followed may be outdated. Go back to the <a href='/'>home page</a> or contact support.</p>",
        ),
        "broken",
    ),
    Way("old/report.html", to("/old/report-2.html", 301), "broken"),
    Way(
        "proceedings/2011/paper44.pdf",
        html("Proceedings 2011", f"<h1>Proceedings 2011</h1><p>Browse all volumes of our proceedings or search by author.</p>{EN}"),
        "broken",
    ),
    Way(
        "uploads/thesis.pdf",
        reply(
            body=doc("File not found", "<h1>File not found</h1><p>The file thesis.pdf has been removed from the repository.</p>"),
            kind="application/pdf",
        ),
        "broken",
    ),
    Way(
        "static/manual.html",
        old(
            "Manual",
            f'<P>Contents: <A HREF="#SECTION00020000000000000000">Usage</A><P><A NAME="SECTION00020000000000000000"><H2>Usage</H2></A>{EN}',
        ),
        "broken",
        asked="#SECTION00030000000000000000",
    ),
    Way(
        "static/lecture.html",
        old("Lecture 3", f'<!-- <A NAME="description">Task</A> --><H2>Task</H2>{EN}'),
        "broken",
        asked="#description",
    ),
    Way(
        "static/faq.html",
        old("FAQ", f'<A NAME="q10"></A><H3>10. Why?</H3>{EN}<A NAME="q11"></A><H3>11. How?</H3>{EN}'),
        "broken",
        asked="#q1",
    ),
    Way("loop/a", to("/loop/b", 302), "broken"),
    Way("loop/b", to("/loop/a", 301), "broken"),
    Way("empty/notes.html", reply(body=b""), "broken"),
    Way("empty/body.html", reply(body=EMPTY), "broken"),
)

# --- moved -----------------------------------------------------------------------------------------------------------

MOVED = (
    Way(
        "blog",
        wordpress(
            "Blog – Notes on Learning",
            f'<h1>Blog</h1><article><h2><a href="/a">Why warm-up helps</a></h2>{EN}</article>',
            cls="blog",
        ),
        "ok",
    ),
    Way("book/first-edition", to("/book/second-edition", 301), "moved", moved="/book/second-edition"),
    Way(
        "book/second-edition",
        old("The Book, second edition", f'<H2 id="ch1">1 Introduction</H2>{EN}<H2 id="ch2">2 Networks</H2>{EN}'),
        "ok",
        asked="#ch2",
    ),
    Way("book/ch2", to("/book/second-edition", 308), "moved", asked="#ch2", moved="/book/second-edition#ch2"),
    Way("book/chain", to("/book/first-edition", 301), "moved", moved="/book/second-edition"),
    Way("book/mixed", to("/book/current", 301), "moved", moved="/book/current"),
    Way("book/current", to("/book/second-edition", 302), "ok"),
    Way("book/temporary-first", to("/book/first-edition", 302), "ok"),
    Way("guide/install", to("/guide/install/", 301), "moved", moved="/guide/install/"),
    Way(
        "guide/install/",
        sphinx("Installation — Handbook", f"<section id='installation'><h1>Installation</h1>{EN}</section>"),
        "ok",
        asked="#installation",
    ),
    Way(
        "posts/attention-old",
        reply(
            body=b'<!DOCTYPE html>\n<html lang="en-US">\n<meta charset="utf-8">\n<title>Redirecting&hellip;</title>\n<link rel="canonical"'
            b' href="/posts/attention">\n<script>location="/posts/attention"</script>\n<meta http-equiv="refresh" content="0;'
            b' url=/posts/attention">\n<meta name="robots" content="noindex">\n<h1>Redirecting&hellip;</h1>\n<a href="/posts/attention">'
            b"Click here if you are not redirected.</a>\n</html>\n"
        ),
        "moved",
        moved="/posts/attention",
    ),
    Way("posts/attention", html("Attention, explained", f"<article><h1>Attention, explained</h1>{EN}{EN}</article>"), "ok"),
    Way("permalink", to("/posts/attention", 301), "moved", asked="?p=123", moved="/posts/attention"),
    Way("posts/attn", reply(body=b"", Refresh="0; url=/posts/attention"), "moved", moved="/posts/attention"),
    Way("tilde/~lee/nets.html", to("../lee/nets", 301), "moved", moved="/tilde/lee/nets"),
    Way("tilde/lee/nets", university("Nets | Lee group", f"<h1>Nets</h1>{EN}", "Group|Papers|Code", "Lee group"), "ok"),
)

# --- inconclusive ----------------------------------------------------------------------------------------------------

UNCLEAR = (
    Way("session/new", login, "ok"),
    Way("teams/wiki/Onboarding", to("/session/new?return_to=%2Fteams%2Fwiki%2FOnboarding", 302), "inconclusive"),
    Way(
        "course/view.php",
        to("/cas/login?service=http%3A%2F%2Fmoodle.example.edu%2Fcourse%2Fview.php%3Fid%3D404", 303),
        "inconclusive",
        asked="?id=404",
    ),
    Way(
        "cas/login",
        html(
            "Login - CAS – Central Authentication Service",
            "<h1>Enter Username &amp; Password</h1><form method='post' id='fm1'><input name='username'><input type='password' name='password'>"
            "<button>LOGIN</button></form><p>For security reasons, please log out and exit your web browser when you are done accessing"
            " services that require authentication!</p>",
        ),
        "ok",
    ),
    Way(
        "board/viewtopic.php",
        html(
            "Neural Forum - Login",
            '<div id="wrap"><form action="./ucp.php?mode=login" method="post" id="login"><div class="panel"><h2 class="login-title">The board'
            " requires you to be registered and logged in to view this forum.</h2><input name='username'><input type='password'"
            " name='password'><input type='submit' name='login' value='Login'></div></form><p>Powered by phpBB® Forum Software © phpBB"
            " Limited</p></div>",
        ),
        "inconclusive",
        asked="?t=5",
    ),
    Way(
        "document/d/1AbCdEfGh/edit",
        html(
            "Google Docs - Access Denied",
            "<h1>You need access</h1><p>Request access, or switch to an account with access. <a href='#'>Learn more</a></p><textarea"
            " placeholder='Message (optional)'></textarea><button>Request access</button><p>You are signed in as</p>",
        ),
        "inconclusive",
    ),
    Way(
        "drive/uc",
        html(
            "Google Drive - Quota exceeded",
            "<p class='uc-error-caption'>Sorry, you can't view or download this file at this time.</p><p class='uc-error-subcaption'>Too many"
            " users have viewed or downloaded this file recently. Please try accessing the file again later. If you still can't access a"
            " file after 24 hours, contact your domain administrator.</p>",
        ),
        "inconclusive",
        asked="?export=download&id=0B7",
    ),
    Way(
        "private/watch",
        html(
            "YouTube",
            '<script nonce="a">var ytInitialPlayerResponse = {"playabilityStatus":{"status":"LOGIN_REQUIRED","messages":["This is a private'
            ' video. Please sign in to verify that you may see it."],"errorScreen":{"playerErrorMessageRenderer":{"subreason":{"simpleText":'
            '"Sign in if you\'ve been granted access to this video"},"reason":{"simpleText":"Private video"}}}}};</script><ytd-app></ytd-app>',
        ),
        "inconclusive",
        asked="?v=x1",
    ),
    Way("members/report", reply(401, b"<h1>Unauthorized</h1>", WWW_Authenticate='Basic realm="Members"'), "inconclusive"),
    Way(
        "content/9b3d1a2c-0f00",
        html(
            "Subscribe to read | Financial Times",
            "<h1>The race for artificial intelligence</h1><h2>Subscribe to unlock this article</h2><p>Try unlimited access. Only €1 for 4"
            " weeks. Then €69 per month. Complete digital access to quality FT journalism on any device. Cancel anytime during your trial.</p>"
            "<p>Explore our full range of subscriptions.</p><p>Already a subscriber? <a href='/login'>Sign in</a></p>",
            status=403,
        ),
        "inconclusive",
    ),
    Way("digital/2019-03/ki-forschung", to("/zustimmung?url=%2Fdigital%2F2019-03%2Fki-forschung", 302), "inconclusive"),
    Way(
        "zustimmung",
        html(
            "ZEIT ONLINE | Lesen Sie zeit.de mit Werbung oder im PUR-Abo. Sie haben die Wahl.",
            "<h1>zeit.de mit Werbung</h1><p>Um der Nutzung von zeit.de mit Werbung zuzustimmen, akzeptieren Sie bitte die Cookies. Details zu"
            " Werbe- und Analyse-Trackern finden Sie in der Datenschutzerklärung.</p><button>Einverstanden</button><h2>zeit.de Pur</h2><p>"
            "Werbefrei für 5,20 € im Monat. Bereits Pur-Abonnent? Hier anmelden.</p>",
            lang="de",
        ),
        "inconclusive",
    ),
    Way(
        "publication/221000000_Deep",
        html(
            "Just a moment...",
            '<div class="main-wrapper" role="main"><noscript><span id="challenge-error-text">Enable JavaScript and cookies to continue</span>'
            '</noscript></div><script>(function(){window._cf_chl_opt={cvId:"3",cZone:"www.example.net",cType:"managed"};var'
            ' a=document.createElement("script");a.src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=86f";}());</script>',
            head='<meta http-equiv="refresh" content="360">',
            status=403,
            Server="cloudflare",
            cf_mitigated="challenge",
            CF_RAY="86f0a1b2c3d4e5f6-FRA",
        ),
        "inconclusive",
    ),
    Way(
        "doi/10.1145/3065386",
        html(
            "Attention Required! | Cloudflare",
            '<div id="cf-wrapper"><div id="cf-error-details"><h1 data-translate="block_headline">Sorry, you have been blocked</h1><h2>You are'
            " unable to access acm.example.org</h2><h2>Why have I been blocked?</h2><p>This website is using a security service to protect"
            " itself from online attacks.</p><p>Cloudflare Ray ID: 86f0a1b2c3d4e5f6 • Your IP: 203.0.113.4</p></div></div>",
            status=403,
            Server="cloudflare",
        ),
        "inconclusive",
    ),
    Way(
        "products/gpu",
        reply(
            403,
            b"<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\n \nYou don't have permission to access"
            b' "http&#58;&#47;&#47;www&#46;example&#46;com&#47;products&#47;gpu" on this server.<P>\nReference&#32;&#35;18&#46;4d1a1702'
            b"&#46;1710000000&#46;1a2b3c\n<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18&#46;4d1a1702</P>\n</BODY>\n</HTML>\n",
            kind="text/html",
            Server="AkamaiGHost",
        ),
        "inconclusive",
    ),
    Way(
        "journal/vol12/issue4",
        reply(
            body=b'<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW"><meta name="format-detection"'
            b' content="telephone=no"><script type="text/javascript" src="/_Incapsula_Resource?SWJIYLWA=719d34d31c8e3a6e6fffd425f7e032f3">'
            b'</script></head><body style="margin:0px;height:100%"><iframe id="main-iframe" src="/_Incapsula_Resource?SWUDNSAI=31&xinfo=9-1'
            b'&incident_id=1234" frameborder=0 width="100%" height="100%">Request unsuccessful. Incapsula incident ID: 1234-5678</iframe>'
            b"</body></html>",
            Set_Cookie="visid_incap_1=x; Path=/",
            X_Iinfo="9-1-0 0NNN",
        ),
        "inconclusive",
    ),
    Way(
        "news/technology-123",
        reply(
            403,
            b'<html lang="en"><head><title>example.com</title><style>#cmsg{animation: A 1.5s;}</style></head><body style="margin:0"><p'
            b" id=\"cmsg\">Please enable JS and disable any ad blocker</p><script data-cfasync=\"false\">var dd={'rt':'c','cid':'AHrlqAAA',"
            b"'hsh':'499AE34129FA4E4FABC31582C3075D','t':'bv','s':17439,'host':'geo.captcha-delivery.com'}</script><script"
            b' data-cfasync="false" src="https://ct.captcha-delivery.com/c.js"></script></body></html>',
            X_DataDome="protected",
            Server="DataDome",
        ),
        "inconclusive",
    ),
    Way(
        "homes/data",
        html(
            "Access to this page has been denied",
            '<div id="px-captcha"></div><h1>Press &amp; Hold to confirm you are a human (and not a bot).</h1><p>Reference ID 1a2b-3c4d</p>',
            head="<script>window._pxAppId = 'PXHYx10rg3';window._pxHostUrl='/HYx10rg3/xhr';</script>",
            status=403,
        ),
        "inconclusive",
    ),
    Way(
        "aliyun/article/1234",
        html(
            "405",
            "<div id='block_message'><p>很抱歉,由于您访问的URL有可能对网站造成安全威胁,您的访问被阻断。</p><p>您的请求ID是: 7b1a2c3d4e5f</p></div><img"
            " src='https://errors.aliyun.com/images/TB1.png'>",
            lang="zh-cn",
            status=405,
        ),
        "inconclusive",
    ),
    Way(
        "aliyun/topic/77",
        reply(
            body=b"<html><script>\nvar arg1='DA3C4C14E1F2A8F5C1A6D3B0F9E8D7C6B5A49382';\nvar _0x4818=['\\x63\\x73\\x4b','\\x77\\x36'];(function(_0x4c97f0"
            b",_0x1742fd){})(_0x4818,0x15b);function setCookie(name,value){var expiredate=new Date();document.cookie=name+'='+value+"
            b"';path=/';}function reload(x){setCookie('acw_sc__v2',x);document.location.reload();}\n</script></html>",
            Set_Cookie="acw_tc=7819; path=/; HttpOnly",
        ),
        "inconclusive",
    ),
    Way(
        "s/verify-me",
        html(
            "",
            '<div class="weui-msg"><div class="weui-msg__text-area"><h2 class="weui-msg__title">环境异常</h2><p class="weui-msg__desc">当前环境异常,'
            '完成验证后即可继续访问。</p></div><div class="weui-msg__opr-area"><a class="weui-btn weui-btn_primary" id="js_verify">去验证</a></div></div>',
            head="<script>var PAGE_MID='mmbizwap:secitptpage/verify.html';</script>",
            lang="zh",
        ),
        "inconclusive",
    ),
    Way(
        "kernel/log",
        html(
            "Making sure you&#39;re not a bot!",
            '<main><h1 id="title">Making sure you&#39;re not a bot!</h1><img id="image" src="/.within.website/x/cmd/anubis/static/img/pensive.webp">'
            '<p id="status">Loading...</p><details><summary>Why am I seeing this?</summary><p>You are seeing this because the administrator of'
            " this website has set up Anubis to protect the server against the scourge of AI companies aggressively scraping websites.</p>"
            "</details><noscript><p>Sadly, you must enable JavaScript to get past this challenge.</p></noscript></main>",
            head='<script id="anubis_version" type="application/json">"v1.18.0"</script><script id="anubis_challenge" type="application/json">{"difficulty":4}</script>',
        ),
        "inconclusive",
    ),
    Way(
        "sorry/scholar",
        html(
            "Sorry...",
            "<h1>We're sorry...</h1><p>... but your computer or network may be sending automated queries. To protect our users, we can't process your request right now.</p>",
            status=429,
        ),
        "inconclusive",
    ),
    Way(
        "in/someone",
        reply(999, b"<html><head><script>window.onload=function(){window.location.href='/authwall?trk=gf'}</script></head></html>"),
        "inconclusive",
    ),
    Way(
        "api/limited",
        reply(429, b'{"message":"API rate limit exceeded"}', kind="application/json", Retry_After="3600"),
        "inconclusive",
    ),
    Way(
        "failing/database", html("Database Error", "<h1>Error establishing a database connection</h1>", status=500), "inconclusive"
    ),
    Way(
        "failing/maintenance",
        html(
            "Wartungsarbeiten",
            "<h1>Wartungsarbeiten</h1><p>Wegen Wartungsarbeiten ist die Seite vorübergehend nicht erreichbar.</p>",
            lang="de",
            status=503,
        ),
        "inconclusive",
    ),
    Way("slow/start", pausing, "inconclusive"),
    Way("slow/middle", stalling, "inconclusive"),
    Way("reset/notes", resetting, "inconclusive"),
    Way("cut/lecture.html", reply(body=doc("Lecture 5", f"<h1>Lecture 5</h1>{EN}"), Content_Length="40000"), "inconclusive"),
    Way("cookies/forever", always_cookie, "inconclusive"),
    Way(
        "swagger",
        html(
            "Swagger UI",
            '<div id="swagger-ui"></div><script src="./swagger-ui-bundle.js"></script><script>window.onload=function(){window.ui=SwaggerUIBundle('
            '{url:"/openapi.json",dom_id:"#swagger-ui",deepLinking:true})}</script>',
        ),
        "inconclusive",
        asked="#/models/listModels",
    ),
    Way(
        "docsify",
        html(
            "Framework docs",
            '<div id="app">Loading ...</div><script>window.$docsify={name:"Framework",repo:"someone/framework"}</script><script'
            ' src="//cdn.jsdelivr.net/npm/docsify@4"></script>',
        ),
        "inconclusive",
        asked="#/quickstart?id=manual-initialization",
    ),
    Way(
        "colab/drive",
        html(
            "Google Colab",
            "<div id='top-toolbar'></div><colab-app></colab-app><noscript>You need to enable JavaScript to use Google Colab.</noscript>",
            head='<script src="/v2/external/external_polymer_binary.js"></script>',
        ),
        "inconclusive",
        asked="#scrollTo=GEHRuNfSrSCH",
    ),
)

WAYS = (*FINE, *BROKEN, *MOVED, *UNCLEAR)
