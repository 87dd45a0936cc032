"""Text that tries to act when it is shown; each row of the table of bad inputs that a view can meet."""

IMAGE = "<img src=x onerror=\"document.title='owned'\">"
LINK = '<a href="https://evil.example/">win</a>'
STYLE = '<span style="font-size:200px">big</span><br><b>bold</b>'
TEX = r"$\href{javascript:document.title='owned'}{x}$"
TEMPLATE = "%{customdata[0]} {x} ${document.title='owned'}"
SCRIPT = "</script><script>document.title='owned'</script><!--"
EVERYTHING = (IMAGE, LINK, STYLE, TEX, TEMPLATE, SCRIPT)
ODD = ("\u202eright to left", "nul\x00and\x1bescape", "lone \ud800 surrogate", "🦭 seal", "", "x" * 1_000_000)
