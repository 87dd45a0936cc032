"""Text that tries to act when it is shown; each row of the table of bad inputs that a view can meet."""

IMAGE = "<img src=x onerror=\"document.title='owned'\">"
LINK = '<a href="https://evil.example/">win</a>'
STYLE = '<span style="font-size:200px">big</span><br><b>bold</b>'
TEX = r"$\href{javascript:document.title='owned'}{x}$"
TEMPLATE = "%{customdata[0]} {x} ${document.title='owned'}"
SCRIPT = "</script><script>document.title='owned'</script><!--"
EVERYTHING = (IMAGE, LINK, STYLE, TEX, TEMPLATE, SCRIPT)
ODD = ("\u202eright to left", "nul\x00and\x1bescape", "lone \ud800 surrogate", "🦭 seal", "", "x" * 1_000_000)
#: thirty ways to act; each would set window.owned, the title, a request, an element or the layout
PAYLOADS = (
    *EVERYTHING,
    "<script>window.owned=1</script>",
    "<svg onload=window.owned=1>",
    "<svg><script>window.owned=1</script></svg>",
    "<iframe src=javascript:window.owned=1></iframe>",
    "<iframe srcdoc='<script>parent.owned=1</script>'></iframe>",
    "<body onload=window.owned=1>",
    "<input autofocus onfocus=window.owned=1>",
    "<details open ontoggle=window.owned=1>x</details>",
    "<video><source onerror=window.owned=1></video>",
    "<object data=https://evil.example/x></object>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>*{display:none}</style>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example/><button>go</button></form>",
    "<math><mi xlink:href='javascript:window.owned=1'>x</mi></math>",
    "javascript:window.owned=1",
    '"><img src=https://evil.example/p.png>',
    "' onmouseover='window.owned=1",
    "`${window.owned=1}`",
    "{{constructor.constructor('window.owned=1')()}}",
    "--></title></style></textarea></noscript></template><img src=x onerror=window.owned=1>",
    "__proto__",
    "url(https://evil.example/x);background:red",
    "\u202e\u2066<b>\u0000\x1b[31m",
)
