"""A certificate on the screen of a phone: one file of HTML, the code large on white, nothing fetched, no script."""

from __future__ import annotations

from html import escape
from typing import Final

from qrcert.errors import Refused
from qrcert.page.matrix import draw_code
from qrcert.page.sheet import Sheet, bound
from qrcert.page.words import words

# The code's side in the drawing; the screen scales it, so only its proportions count.
_ROOM: Final = 1000.0

_LOOKS: Final = """
:root{color-scheme:only light}
body{margin:0;background:#fff;color:#111;font:16px/1.35 system-ui,sans-serif;text-align:center}
main{max-width:34rem;margin:0 auto;padding:1rem}
svg{display:block;width:min(96vw,78vh,34rem);height:auto;margin:0 auto .5rem;background:#fff}
h1{font-size:1.4rem;margin:.3rem 0}
h1,p{text-wrap:balance}
p{margin:.25rem 0}
.mark{font-weight:700;border:2px solid;padding:.1rem .5rem;display:inline-block}
.small{font-size:.8rem;color:#555}
"""

_PAGE: Final = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{title} {number}</title>
<style>{looks}</style>
</head>
<body>
<main>
{code}
{marks}<h1>{holder}</h1>
<p>{title}</p>
<p><strong>{number}</strong></p>
<p>{issued}, {school}</p>
<p class="small">{check}</p>
</main>
</body>
</html>
"""


def draw_screen(sheet: Sheet) -> str:
    """Return the page for a screen, a whole file of HTML; raises Refused for a sheet without a code."""
    sheet = bound(sheet)
    if sheet.symbol is None:
        raise Refused(f"sheet {sheet.number!r}: a draft has no code to show on a screen")
    own = words(sheet.language)
    code = draw_code(sheet.symbol, room=_ROOM, number=sheet.number, least=0.0).svg
    code = code.replace(
        "<svg ", f'<svg role="img" aria-label="{escape(own.code)}" shape-rendering="crispEdges" ', 1
    )
    marks = [own.duplicate] * sheet.duplicate + [own.test] * sheet.test
    return _PAGE.format(
        language=escape(sheet.language),
        looks=_LOOKS,
        code=code,
        marks="".join(f'<p class="mark">{escape(mark)}</p>\n' for mark in marks),
        holder=escape(sheet.holder),
        title=escape(sheet.title),
        number=escape(f"{own.number}\u00a0{sheet.number}"),
        issued=escape(sheet.issued),
        school=escape(sheet.school),
        check=escape(own.check),
    )
