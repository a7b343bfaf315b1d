"""Text that may not be shown as it stands: the verdict is genuine, the display is escaped."""

from __future__ import annotations

from collections.abc import Iterator

from making.scenario import Scenario
from making.world import plain, plain_shown

# What is signed, and what a verifier puts on a screen.
_ESCAPED = {
    "right-to-left-override": ("Anna\u202eeeL", "Anna⟨U+202E⟩eeL"),
    "isolates": ("\u2067Anna\u2069", "⟨U+2067⟩Anna⟨U+2069⟩"),
    "right-to-left-mark": ("Anna\u200f Lee", "Anna⟨U+200F⟩ Lee"),
    "zero-width-space": ("An\u200bna", "An⟨U+200B⟩na"),
    "zero-width-joiner-in-latin": ("An\u200dna", "An⟨U+200D⟩na"),
    "word-joiner": ("An\u2060na", "An⟨U+2060⟩na"),
    "byte-order-mark": ("\ufeffAnna", "⟨U+FEFF⟩Anna"),
    "soft-hyphen": ("An\u00adna", "An⟨U+00AD⟩na"),
    "escape-sequence": ("\u001b[2JAnna\u001b]0;x\u0007", "⟨U+001B⟩[2JAnna⟨U+001B⟩]0;x⟨U+0007⟩"),
    "c1-escape": ("\u009b2JAnna", "⟨U+009B⟩2JAnna"),
    "line-feed": ("Anna\r\nGENUINE", "Anna⟨U+000D⟩⟨U+000A⟩GENUINE"),
    "line-separator": ("Anna\u2028GENUINE", "Anna⟨U+2028⟩GENUINE"),
    "tab": ("Anna\tLee", "Anna⟨U+0009⟩Lee"),
    "nul": ("Anna\u0000Lee", "Anna⟨U+0000⟩Lee"),
    "delete": ("Anna\u007f", "Anna⟨U+007F⟩"),
    "tag-characters": ("Anna\U000e0041\U000e007f", "Anna⟨U+E0041⟩⟨U+E007F⟩"),
    "hangul-filler": ("Anna\u3164", "Anna⟨U+3164⟩"),
    "no-break-space": ("Anna\u00a0Lee", "Anna⟨U+00A0⟩Lee"),
    "replacement-character": ("Ann\ufffd", "Ann⟨U+FFFD⟩"),
    "private-use": ("Anna\ue000", "Anna⟨U+E000⟩"),
    "interlinear": ("Anna\ufff9Lee", "Anna⟨U+FFF9⟩Lee"),
}

# What is shown as it stands, however odd it looks: text, and never markup or a command.
_PLAIN = {
    "html": "<img src=x onerror=alert(1)>",
    "svg": "</text><script>alert(1)</script>",
    "attribute-breaker": "\"><b onmouseover='x'>",
    "spreadsheet-formula": '=HYPERLINK("http://example.org","Anna")',
    "percent": "%s %n {0} ${x} \\u202e",
    "typst": '#import "/etc/passwd" $x$ *b* _i_',
    "the-word-genuine": "GENUINE VALID ПОДТВЕРЖДЁН",
    "tatar": "Айгүл Төлөгөновна",
    "serbian": "Ђорђе Његош",
    "irish": "Seán Ó Súilleabháin",
    "vietnamese": "Nguyễn Thị Hương",
    "yakut": "Дьулустаан Ыйыкоп",
}


def scenarios() -> Iterator[Scenario]:
    for name, (signed, display) in _ESCAPED.items():
        yield _scenario(name, "signed text that may not be shown as it stands", signed, display)
    for name, text in _PLAIN.items():
        yield _scenario(f"plain-{name}", "text that is shown as it stands, as text", text, text)


def _scenario(name: str, title: str, signed: str, display: str) -> Scenario:
    field = signed.encode() if signed.isascii() and signed.isprintable() else signed
    return Scenario(
        path=f"shown/{name}",
        title=title,
        origin="shown-text rule: no verdict depends on it, only the display",
        input=plain("X-1", f1=field).text,
        expected=plain_shown(number="X-1", name=signed) | {"display": {"name": display}},
    )
