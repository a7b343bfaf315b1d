"""The offline page: its slots are filled, its policy stays, and its words are the library's."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import school
from qrcert import webpage
from qrcert.checking import words
from qrcert.errors import Refused, TrustListError, Unreadable

SOURCE = Path(__file__).parent.parent / "web" / "verifier"
LIST = school.publish_bytes(school.contents())
OTHER = school.publish_bytes(school.contents(authority="Another"), signer="another")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)

POLICY = (
    "default-src 'none'; script-src 'sha256-{script}' 'wasm-unsafe-eval'; worker-src blob:; "
    "style-src 'sha256-{style}'; img-src blob: data:; media-src blob: mediastream:; connect-src 'none'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types sealed-worker"
)


class Parts(HTMLParser):
    """The texts of scripts and styles, and the policy, as a browser finds them."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.links: list[dict[str, str | None]] = []
        self.policy = ""
        self._open: str | None = None
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "style"):
            self._open = given.get("id") or tag
            self.found[self._open] = ""
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""
        if tag == "link":
            self.links.append(given)

    def handle_endtag(self, tag: str) -> None:
        self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.found[self._open] += data


def hash_of(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def lists_in(parts: Parts) -> Iterator[bytes]:
    return (gzip.decompress(b64decode(one)) for one in parts.found["lists"].split())


def test_a_page_holds_its_lists_and_what_was_set() -> None:
    parts = Parts(webpage.make_page([LIST, OTHER], language="ru", logo=PNG))
    assert list(lists_in(parts)) == [LIST, OTHER]
    settings = json.loads(parts.found["settings"])
    assert settings == {"lang": "ru", "logo": f"data:image/png;base64,{b64encode(PNG).decode()}"}


def test_the_policy_is_the_one_that_was_agreed_and_holds_for_what_stands_there() -> None:
    parts = Parts(webpage.make_page([LIST]))
    script, style = parts.found["script"], parts.found["style"]
    assert parts.policy == POLICY.format(script=hash_of(script), style=hash_of(style))


def test_the_same_lists_give_the_same_page() -> None:
    assert webpage.make_page([LIST]) == webpage.make_page([LIST])
    assert webpage.make_page([LIST]) != webpage.make_page([OTHER])


def test_a_page_is_small_enough_to_send_by_mail() -> None:
    page = webpage.make_page([])
    assert len(page) <= 850_000
    assert len(gzip.compress(page, 9)) <= 520_000


def test_nothing_in_the_page_names_a_place_in_the_network() -> None:
    page = webpage.make_page([]).decode()
    places = set(re.findall(r"[a-z]+://[^\s\"'`<>)]*", page))
    assert places <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"RTCPeerConnection|WebSocket|sendBeacon|XMLHttpRequest|importScripts", page)


def test_a_folder_can_be_installed_and_every_page_is_another_version() -> None:
    made, other = webpage.make_app([LIST], language="ru"), webpage.make_app([OTHER])
    assert set(made) == {"index.html", "sw.js", "manifest.webmanifest", "icon.svg"}
    parts = Parts(made["index.html"])
    assert "worker-src blob: 'self'; manifest-src 'self';" in parts.policy
    assert json.loads(parts.found["settings"])["app"] is True
    assert {"rel": "manifest", "href": "manifest.webmanifest"} in parts.links
    assert sha256(made["index.html"]).hexdigest() in made["sw.js"].decode()
    assert made["sw.js"] != other["sw.js"]
    manifest = json.loads(made["manifest.webmanifest"])
    assert (manifest["lang"], manifest["start_url"], manifest["display"]) == ("ru", "./", "standalone")


@pytest.mark.parametrize(
    ("logo", "kind"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"RIFF\0\0\0\0WEBP", "webp"),
        (b'<svg xmlns="x"/>', "svg+xml"),
    ],
)
def test_a_logo_is_named_by_what_it_is(logo: bytes, kind: str) -> None:
    settings = json.loads(Parts(webpage.make_page([], logo=logo)).found["settings"])
    assert settings["logo"].startswith(f"data:image/{kind};base64,")


@pytest.mark.parametrize("logo", [b"", b"GIF89a", b"</script><script>alert(1)</script>", bytes(262_145)])
def test_what_is_no_logo_is_refused(logo: bytes) -> None:
    with pytest.raises(Unreadable):
        webpage.make_page([], logo=logo)


def test_lists_that_the_page_would_refuse_are_refused_here() -> None:
    with pytest.raises(TrustListError):
        webpage.make_page([LIST[:-1]])
    with pytest.raises(Refused, match="two lists of one authority"):
        webpage.make_page([LIST, LIST])
    with pytest.raises(Refused, match="at most 64"):
        webpage.make_page([LIST] * 65)


# ---------------------------------------------------------------- the words


def words_of(language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (SOURCE / "src" / "words" / f"{language}.json").read_text(encoding="utf-8")
    )
    return found


@pytest.mark.parametrize(("place", "language"), list(enumerate(words.LANGUAGES)))
def test_the_page_tells_answers_in_the_words_of_the_library(place: int, language: str) -> None:
    page = words_of(language)
    assert page["sentences"] == {key: both[place] for key, both in words._SENTENCES.items()}
    assert page["headlines"] == {key: both[place] for key, both in words._HEADLINES.items()}
    assert page["compare"] == words.COMPARE[place]
    assert page["test_banner"] == words.test_banner(language)
    assert page["cannot_tell"] == words._CANNOT_TELL[place]
    assert page["only_test"] == words._ONLY_TEST[place]
    assert page["own"] == words._OWN[place].strip()
    assert page["zeros"] == f"{words._ZEROS[place]}."


def test_every_language_of_the_page_has_every_word() -> None:
    files = {path.stem: words_of(path.stem) for path in (SOURCE / "src" / "words").glob("*.json")}
    assert files.keys() == set(webpage.LANGUAGES)
    english = files["en"]
    for language, page in files.items():
        assert page["language"] == language
        assert page.keys() == english.keys()
        assert page["ui"].keys() == english["ui"].keys()
        for key, said in page["ui"].items():
            assert set(re.findall(r"\{\w+\}", said)) == set(re.findall(r"\{\w+\}", english["ui"][key])), key
