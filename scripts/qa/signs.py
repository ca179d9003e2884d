"""What pages look and sound like that are not what was linked: the signs by which `judge` knows them. Data, in all languages."""

import re

PARTS = re.compile(r"\s+[|–—·:-]\s+|[_|]|(?<=[\u3400-\u9fff])-|-(?=[\u3400-\u9fff])")  # of a title
SHORT, LONG = 400, 1500  # characters of text: a message, and more than a message
IDENTIFIERS = ("doi.org", "hdl.handle.net", "purl.org", "w3id.org", "n2t.net", "identifiers.org", "perma.cc", "arks.org")
VIEWERS = re.compile(r"/(?:blob|raw|tree|edit|wiki|view|viewer|preview)/|/(?:File|Datei|Image|文件):", re.I)
LOGIN_PATH = re.compile(
    r"(?:^|[/_-])(?:log-?in|sign[-_]?in|logon|sso|saml2?|cas|oauth2?|openid|authori[sz]e|authenticate|auth|passport|"
    r"servicelogin|session/new|wp-login\.php|登录)(?:[/._-]|$)",
    re.I,
)
LOGIN_HOST = re.compile(r"^(?:login|log-in|signin|accounts?|auth|sso|idp|passport|cas|id)\.", re.I)
LOGIN_TITLE = re.compile(r"^\W*(?:please\s+)?(?:log ?in|sign ?in|log ?on|登录|请登录|用户登录|账号登录|登入)\b.{0,30}$", re.I)
LOGIN_PAGE = re.compile(r"/(?:sessions?/new|log-?in|sign[-_]?in|logon|sso|auth|oauth2?|登录)(?:\.\w+)?/?$", re.I)
ERROR_PATH = re.compile(r"/(?:(?:http|error|page)[-_]?)?(?:404|not[-_]?found|errors?)(?:[-_]?(?:page|404))?(?:\.\w+)?/?$", re.I)
HOME = re.compile(r"^/?(?:(?:index|default|home|homepage|main)(?:\.\w+)?/?|[a-z]{2}(?:[-_][a-z]{2,4})?/?)?$", re.I)
HOME_QUERY = re.compile(r"^$|404|error|not[-_]?found|utm_|redirect|ref=|from=", re.I)
NOT_FOUND = re.compile(
    r"""^\W*(?:(?:oops|sorry|error|whoops|uh[ -]oh)\W+)*(?:
      (?:http\s*)?(?:error\W*)?404(?:\s*(?:[-–—:|!.(,].*|error|(?:page\s+)?not\s+found|page|页面.*|找不到.*))?
    | (?:(?:the|this|that|your)\s+)?(?:requested\s+)?
      (?:page|file|document|article|content|resource|url|post|item|paper|entry|site|object|address)?\s*
      (?:you\s.{0,60}?\s)?(?:was|is|could|can|does|has|do)?\s*(?:not|n['’]t|no\ longer|cannot)\s*(?:be\s|been\s)?
      (?:found|available|exists?)(?:\s(?:here|anymore|on\ this\ server))?
    | (?:that\s+|this\s+)?(?:page|content|article|post|link|presentation|video|blog|thread|topic|site|account|user|journal)\s+
      (?:is\s+|was\s+|has\s+been\s+)?(?:missing|gone|unavailable|removed|deleted|expired|no\s+longer\s+available)
    | (?:журнал|страница|запись|аккаунт|пользователь|тема|видео|блог)\s+(?:был[аои]?\s+)?
      (?:удал[её]н[аоы]?|не\s+найден[аоы]?|не\s+существует)
    | (?:page|file|article)\s+(?:does|could|ca)\s*n(?:['’]|o)?t\s+(?:be\s+)?(?:found|exist)
    | nothing\s+(?:was\s+)?(?:found|here)(?:\s+here)?
    | (?:we\s+)?(?:can['’]t|cannot|can\s+not|couldn['’]t|could\s+not)\s+find\s+(?:that|the|this|your)\s+(?:page|file|article).{0,40}
    | (?:(?:很?抱歉|对不起|對不起)\W*)?(?:(?:您|你)(?:所)?(?:要)?(?:访问|請求|请求|查找|找|浏览|瀏覽|查看)的|该|該|此|这个|這個)?
      (?:页面|網頁|頁面|网页|文章|博文|博客|笔记|内容|內容|文件|檔案|链接|連結|资源|資源|帖子|主题|问题|问答|视频|影片|稿件|仓库|项目|用户|分享的文件)
      (?:并?不存在|未找到|找不到(?:了)?|没有找到|已(?:经)?被?(?:发布者|作者|刪除者)?(?:删除|刪除)|已失效|不见了|走丢了|去哪了呢|已下线)(?:了|啦)?
    | (?:找不到|未找到|没有找到|沒有找到|无法找到|無法找到)
      (?:了|该|該|此|这个|這個|您(?:所)?访问的|你要的|相关|相關)?
      (?:页面|网页|網頁|頁面|文件|檔案|内容|內容|文章)
    | (?:(?:erreur|fehler|error)\s*404\W*)?(?:
        (?:die\s+)?(?:angeforderte\s+|gewünschte\s+|gesuchte\s+)?seite\s+(?:wurde\s+|konnte\s+)?(?:leider\s+)?nicht\s+gefunden(?:\s+werden)?
      | (?:la\s+)?page\s+(?:demandée\s+)?(?:est\s+)?(?:introuvable|non\s+trouvée|n['’]existe\s+pas)
      | p[áa]gina\s+(?:no\s+encontrada|n[ãa]o\s+encontrada|non\s+trovata|niet\s+gevonden)
      | (?:お探しの)?ページ[がは](?:見つかりません(?:でした)?|存在しません) | 페이지를\s*찾을\s*수\s*없(?:습니다|음)
      | страница\s+не\s+найдена | nie\s+znaleziono\s+strony | sayfa\s+bulunamadı
      | sidan\s+(?:hittades\s+inte|kunde\s+inte\s+hittas))
    )\W*$""",
    re.X | re.I,
)
NOT_FOUND_TEXT = re.compile(
    r"page\s+you(?:['’]re|\s+are|\s+were|\s+have)?\s+(?:looking\s+for|requested|trying)|page\s+(?:can(?:not|['’]t)|could\s*n[o'’]t)\s+be\s+found|"
    r"(?:page|article|document|topic|thread|post|message|record|item|file|presentation|video|blog|site|account|user)\s+"
    r"(?:does\s*n[o'’]t\s+exist|not\s+found|could\s+not\s+be\s+found|(?:is\s+)?no\s+longer\s+(?:exists|available)|"
    r"has\s+been\s+(?:removed|deleted))|"
    r"^[\w-]+(?:\.[\w-]+)+\s+is\s+no\s+longer\s+available|(?:authors?|owner|user)\s+(?:have|has)\s+deleted\s+this\s+(?:site|blog|account|page)|"
    r"(?:can['’]?t|cannot|can\s+not|could\s*n(?:['’]|o)?t|unable\s+to)\s+(?:find|locate)\s+(?:the|that|this|your)\s+(?:requested\s+)?page|"
    r"page\s+is(?:n['’]t|\s+not|\s+no\s+longer)\s+(?:available|here)|page\s+(?:has\s+been|was)\s+(?:removed|deleted)|"
    r"(?:页面|文章|博文|博客|笔记|内容|网页|文件|主题|帖子|视频|稿件|仓库|项目|用户|账号|帐号)"
    r"(?:并?不存在|未找到|找不到|没有找到|已被(?:发布者|作者)?删除|已失效|已注销)|此(?:内容|帐号|账号).{0,12}(?:无法查看|已被屏蔽)|找不到(?:该|此|您|你)?.{0,8}页面",
    re.I,
)
STATEMENTS = "h1, h2, h3, h4, p:not(template *), div:not(template *), span, strong, main, body"
MOST_STATEMENTS = 400
OPENING = 160  # characters of a statement that are looked at
NEAR_START = 20  # characters: a greeting, an apology
STOP = re.compile(
    r"[“\"「]|[.。!！?？](?=\s|[\u3400-\u9fff])(?<!ops.)(?<!rry.)"
)  # before it: a sentence of its own, or a quotation
SUBJECT = re.compile(r"404|not[-_ ]?found|error|captcha|robot|challenge|parking|domain|域名|验证码", re.I)
PERMISSION = re.compile(
    r"^(?:you need (?:access|permission)|(?:google \w+ - )?(?:access denied|quota exceeded)|request access|private video|"
    r"too many users have viewed|"
    r"(?:你|您)需要(?:访问)?权限|(?:暂)?无权(?:限)?(?:访问|查看)|需要申请权限|此视频为私享)",
    re.I,
)
NO_LOGIN = re.compile(rb'"playabilityStatus"\s*:\s*\{\s*"status"\s*:\s*"LOGIN_REQUIRED"')
CONSENT_PATH = re.compile(r"/(?:(?:cookie|privacy|gdpr)[-_]?)?(?:consent|zustimmung|cookie-?wall|privacy-?gate)(?:[/.]|$)", re.I)
CHALLENGE_TITLE = re.compile(
    r"^\W*(?:just a moment|attention required|access (?:to this page has been )?denied|robot check|are you (?:a )?(?:human|robot)|"
    r"(?:security|human|browser) (?:check|verification)|verif(?:y|ying)\b.{0,30}human|captcha|"
    r"making sure you['’]re not a bot|one moment,? please|client challenge|vercel security checkpoint|"
    r"checking your browser|one more step|"
    r"ddos-guard|pardon our interruption|too many requests|安全验证|人机验证|访问验证|验证码|环境异常|.{0,4}安全验证)",
    re.I,
)
CHALLENGE_TEXT = re.compile(
    r"(?:verify|confirm|prove)\s+(?:that\s+)?you(?:['’]re|\s+are)\s+(?:a\s+)?(?:not\s+a\s+)?(?:human|robot)|"
    r"(?:our systems have detected )?unusual traffic|checking your browser|"
    r"(?:complete|solve|enter|pass)\s+(?:the|this|a)\s+(?:captcha|security\s+check)|i['’]?\s?a?m not a robot|"
    r"环境异常|完成.{0,6}验证|访问过于频繁|请输入验证码|"
    r"enable\s+(?:javascript\s+and\s+cookies|cookies)\s+to\s+continue",
    re.I,
)
CHALLENGE_MARKUP = re.compile(
    rb"cdn-cgi/challenge-platform|cf-chl-|_Incapsula_Resource|acw_sc__v2|px-captcha|awswaf|captcha-delivery", re.I
)
PARKED_TEXT = re.compile(
    r"domain(?:\s+name)?\s+(?:[\w.-]+\s+)?(?:is|may\s+be)\s+(?:available\s+)?(?:for\s+sale|parked)|"
    r"(?:buy|purchase|get)\s+this\s+domain|"
    r"(?:this|the)\s+domain(?:\s+name)?\s+(?:has\s+)?expired|parked\s+(?:free|domain|page)|is\s+for\s+sale!|"
    r"域名.{0,20}(?:出售|转让|停放)|域名.{0,6}(?:过期|到期)(?!.{0,6}(?:怎么办|如何|怎么|吗|？))|срок регистрации домена ист",
    re.I,
)
PARKED_MARKUP = re.compile(
    rb"(?:src|action)\s*=\s*[\"']?[^\"'\s>]*(?:sedoparking\.com|parkingcrew\.net|bodis\.com|"
    rb"hugedomains\.com|afternic\.com|dan\.com|parklogic\.com|above\.com|sedo\.com)",
    re.I,
)
PARKED_HOST = re.compile(
    r"(?:^|\.)(?:hugedomains\.com|sedo\.com|sedoparking\.com|dan\.com|afternic\.com|parkingcrew\.net|bodis\.com)$", re.I
)
CONSENT_TITLE = re.compile(
    r"^\W*(?:before you continue\b|(?:we value )?your (?:privacy|cookie) (?:choices|settings)|cookie (?:consent|wall)\b|"
    r".{0,80}\bpur-abo\b|bevor (?:sie|du)\b|avant de continuer\b)",
    re.I,
)
UNTOUCHED_TITLE = re.compile(  # what a server, or whoever lets it, shows before anybody has put a page there, and after
    r"^\W*(?:welcome to (?:nginx|openresty|tengine|centos)\b|apache2? .{0,20}default page|"
    r"test page for (?:the )?(?:apache|nginx|http)|"
    r"iis (?:windows(?: server)?|\d)|it works!|(?:this )?account (?:has been )?suspended|"
    r"(?:web)?site (?:is )?(?:suspended|disabled|expired)|"
    r"default web site page|没有找到站点|(?:恭喜\W*)?站点创建成功|网站(?:已|被)(?:暂停|关闭|停用))",
    re.I,
)
NO_VIDEO = re.compile(rb'"playabilityStatus"\s*:\s*\{\s*"status"\s*:\s*"ERROR"')
SEARCH_PATH = re.compile(r"/(?:site-?)?search(?:[-/.]\w*)*/?$", re.I)
MISSED = re.compile(r"404|not[-_]?found|missing|error", re.I)
LAZY = re.compile(  # what a page shows only once its scripts have fetched it
    r"^(?:issuecomment|discussioncomment|commitcomment|pullrequestreview|discussion_r|event|comment|note|reply|answer)[-_]?\d[\w-]*$"
)
NAMING = re.compile(
    r"\banchors?\.add\(|\b\w*(?:anchor|toc|heading)s?\w*\(|\btocbot\b|\.id\s*=[^=]"
    r"|setAttribute\(\s*[\"']id[\"']|\.attr\(\s*[\"']id[\"']",
    re.I,
)
FILES = frozenset({"pdf", "png", "jpg", "jpeg", "gif", "webp", "svg", "mp4", "zip", "gz", "bz2", "7z"})
BINARY = ("application/octet-stream", "application/x-download", "application/force-download", "binary/octet-stream", "")
LINES = re.compile(r"^(?:L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?|LC\d+|lines?-\d+(?::\d+)?|n\d+|diff-[0-9a-f]+.*)$")
CODE_PATH = re.compile(r"/(?:blob|blame|src|tree|raw|commit|compare|pull|plain)/")
SCRIPTED_HOST = re.compile(
    r"(?:^|\.)(?:github\.com|gitlab\.com|gitee\.com|bitbucket\.org|notion\.so|zhihu\.com|juejin\.cn|yuque\.com)$", re.I
)
SHELL = "#root, #app, #__next, #___gatsby, #__nuxt, app-root, [data-reactroot]"
SHOWN = "img, svg, iframe, frame, canvas, video, audio, object, embed, script, picture, input"
