"""What strangers write into titles, texts, names and addresses to get out of them."""

PAYLOADS = [
    # Markup, and what ends the place in which a text stands.
    "<script>alert(1)</script>", "<svg onload=alert(1)>", '"><img src=x onerror=alert(1)>', "'><b onmouseover=alert(1)>",
    "</p></div></body></html><h1>", "<style>*{display:none}</style>", "</style><script>alert(1)</script>", "<!-- x",
    "<![CDATA[x", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;img src=x&#62;",
    '<base href="http://evil.example/">',
    '<meta http-equiv="refresh" content="0;url=http://evil.example">', '<form method="post" action="/answer"><button>x',
    '<a href="javascript:alert(1)">x</a>', "<plaintext>", "<textarea>", "<title>x</title>", "</a><a href=//evil.example>",
    # Addresses.
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "//evil.example",
    "http:/\\evil.example", "steppe.ex\u0430mple", "Host: evil.example", "?next=//evil.example", "../../etc/passwd", "%00",
    # Templates, formats, spreadsheets, queries, names of Python and JavaScript.
    "{{7*7}}", "{% raw %}", "{# x", "{{ self.__init__ }}", "${7*7}", "%s%n", "%(x)s", '=HYPERLINK("http://evil.example")',
    "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "＝1", "'; DROP TABLE mail; --", 'NEAR/"', "__proto__",
    # Headers, lines and the wire.
    "x\r\nBcc: evil@evil.example", "x\nContent-Type: text/html\n\n<b>", "x\u2028Bcc: y", "x\x85Bcc: y", "x\x0bBcc: y",
    "x\rBcc: y", "\r\n.\r\nMAIL FROM:<evil@evil.example>\r\n", "=?utf-8?q?evil?=", "=?utf-8?b?PHNjcmlwdD4=?=", "--=_boundary",
    "\nFrom x", "-- ",
    # Terminals, and what turns, hides or breaks letters.
    "x\x00y", "\x1b[2Jx", "\x1b]8;;http://evil.example\x07x\x1b]8;;\x07", "\x9b31mx", "\u202ecod.exe", "\u2066x\u2069",
    "x\U000e0041\U000e0042", "\ud800", "👩\u200d👩\u200d👧", "a" + "\u0301" * 200, "x" * 40_000,
]
