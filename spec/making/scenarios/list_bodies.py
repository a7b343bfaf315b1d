"""Trust lists, inside: one fault in a body that is properly signed, and what a list may hold without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from making import curve
from making.keys import ED25519, ESP256
from making.lists import key_body, odd_key, school_body
from making.octets import Raw, cbor, day, pairs
from making.papers import TEST
from making.scenario import SCHOOL, Scenario, answer
from making.scenarios.list_files import LABELS, TINY, listed, sound
from making.world import (
    BARE,
    LATER,
    PLAIN,
    SCHOOL_KEY,
    SEASON_2025,
    SEASON_2026,
    STOLEN,
    STRANGER,
    TOKEN,
    plain,
    plain_shown,
)

KEY = key_body(SCHOOL_KEY)
NAMES = ("2020-01-01", SCHOOL[1])
SEASONS = [SEASON_2025.entry, SEASON_2026.entry]
LEAVES = SEASON_2026.leaves(STOLEN.kid)
DIGESTS, PATH = LEAVES
FORM_2 = b"\xa0"
_RULE_L, _RULE_O = "rule L: labels, types, ranges", "rule O: strictly ascending by the first member"


def _list(**labels: Any) -> bytes:
    """Return a list with labels changed: ``l7`` is label 7, ``m1`` is label -1; None takes one away."""
    changes = {int(name[1:]) * (-1 if name[0] == "m" else 1): value for name, value in labels.items()}
    return TINY.publish(LABELS | changes)


def _keys(*bodies: Mapping[Any, Any], **labels: Any) -> bytes:
    """Return a list whose one school has these keys, in the order given."""
    return _list(l9=[school_body(1, NAMES) | {3: list(bodies)}], **labels)


def _school(**labels: Any) -> bytes:
    """Return a list whose one school has labels changed."""
    school = school_body(1, NAMES, keys=[KEY]) | {int(name[1:]): value for name, value in labels.items()}
    return _list(l9=[{label: value for label, value in school.items() if value is not None}])


def _key(**labels: Any) -> bytes:
    """Return a list whose one key has labels changed."""
    body = KEY | {int(name[1:]) * (-1 if name[0] == "m" else 1): value for name, value in labels.items()}
    return _keys({label: value for label, value in body.items() if value is not None})


def _public(public: bytes, alg: int = ED25519) -> bytes:
    return _keys(key_body(odd_key(public, alg=alg)))


def _leaves(*entries: Sequence[Any], seasons: Sequence[Any] = tuple(SEASONS)) -> bytes:
    """Return a list with a stolen key that has these leaves, in the order given."""
    stolen = key_body(STOLEN, status=(1, "2026-09-01")) | {6: list(entries)}
    return _keys(stolen, l11=list(seasons))


def _path(**places: Any) -> bytes:
    """Return a list with a stolen key whose path has places changed: i index, s size, p siblings."""
    index, size, siblings = PATH
    return _leaves([DIGESTS, [places.get("i", index), places.get("s", size), places.get("p", siblings)]])


def scenarios() -> Iterator[Scenario]:
    chapters = {
        "rule B: one spelling, no null, no floats, no booleans": _spelling(),
        _RULE_L: _labels(),
        "the list's own days and root": _days(),
        _RULE_O: _order(),
        "entries that name others": _names_of_others(),
        "the screen of public keys": _weak_keys(),
        "leaves climb to a season of the list (RFC 9162)": _bad_leaves(),
    }
    for origin, faults in chapters.items():
        for name, title, data, code in faults:
            yield listed(f"body-{name}", title, data, code, origin)
    yield from _sound()


Fault = tuple[str, str, bytes, str]


def _spelling() -> Iterator[Fault]:
    body = TINY.body(LABELS)
    yield "trailing", "a byte after the body", TINY.file(cbor(body) + b"\x00"), "unreadable"
    yield (
        "unsorted",
        "labels in the wrong order",
        TINY.file(pairs(*sorted(body.items(), reverse=True))),
        "unreadable",
    )
    yield "label-twice", "one label twice", TINY.file(pairs((0, "A"), *sorted(body.items()))), "unreadable"
    yield "null", "null for an absent label", _school(l4=Raw(b"\xf6")), "unreadable"
    yield "true", "true for a test key", _key(l7=True), "unreadable"
    yield "float", "a version of 1.0", _list(l3=Raw(b"\xf9\x3c\x00")), "unreadable"
    yield "tag", "a tagged day", _list(l5=Raw(b"\xc1\x19\x50\x00")), "unreadable"
    yield "bad-utf-8", "a name that is no UTF-8", _list(l0=Raw(b"\x62\xc3\x28")), "unreadable"


def _labels() -> Iterator[Fault]:
    yield "array", "an array in place of the body", TINY.file(cbor([])), "malformed"
    yield "label-missing", "no list of withdrawals", _list(l10=None), "malformed"
    yield "label-text", "a text label", TINY.publish(LABELS | {"name": 0}), "malformed"
    yield "label-24", "a label beyond one byte", _list(l24=0), "malformed"
    yield "parts", "label -2, reserved for closed seasons in files of their own", _list(m2=[]), "needs_newer"
    yield "label-minus-24", "an unknown negative label", _list(m24=0), "needs_newer"
    yield "key-label-minus-1", "an unknown negative label in a key", _key(m1=0), "needs_newer"
    yield (
        "school-label-minus-1",
        "an unknown negative label in a school",
        _list(l9=[school_body(1, NAMES, keys=[KEY]) | {-1: 0}]),
        "needs_newer",
    )
    yield "name-empty", "an authority without a name", _list(l0=""), "malformed"
    yield "name-1001-bytes", "an authority's name of 1 001 bytes", _list(l0="x" * 1001), "malformed"
    yield "where-bytes", "bytes where a line is due", _list(l1=b"example.org"), "malformed"
    yield "version-0", "version 0", _list(l3=0), "malformed"
    yield "previous-31-bytes", "a hash of 31 bytes", _list(l4=bytes(31)), "malformed"
    yield "day-0", "issued in 1970", _list(l5=0), "malformed"
    yield "form-empty", "a form of no bytes", _list(l7=[[b"", {}]], l8=[], l9=[]), "malformed"
    yield (
        "form-without-translations",
        "a form without its map of translations",
        _list(l7=[[PLAIN.data]]),
        "malformed",
    )
    yield (
        "translation-english",
        "a translation under the key english",
        _list(l7=[[PLAIN.data, {"english": ["x"]}]]),
        "malformed",
    )
    yield (
        "translation-empty",
        "a translation without texts",
        _list(l7=[[PLAIN.data, {"ru": []}]]),
        "malformed",
    )
    yield "rights-empty", "rights to no form", _list(l8=[[1, []]]), "malformed"
    yield "rights-minus", "rights number -1", _list(l8=[[-1, [PLAIN.hash]], [1, [PLAIN.hash]]]), "malformed"
    yield "rights-15-bytes", "rights to a form of 15 bytes", _list(l8=[[1, [PLAIN.hash[:15]]]]), "malformed"
    yield "school-0", "a school with id 0", _school(l0=0), "malformed"
    yield "school-without-name", "a school without names", _school(l1=[]), "malformed"
    yield "school-name-empty", "a school with an empty name", _school(l1=[[0, ""]]), "malformed"
    yield "school-name-of-1799", "a name from a day before 1800", _school(l1=[[-62092, "X"]]), "malformed"
    yield "key-without-rights", "a key without rights", _key(l4=None), "malformed"
    yield "key-31-bytes", "a key of 31 bytes", _public(bytes(31)), "malformed"
    yield "key-64-bytes-of-ed25519", "64 bytes for an Ed25519 key", _public(TOKEN.public), "malformed"
    yield "key-alg-positive", "an algorithm above 0", _key(l1=19), "malformed"
    yield "status-3", "status 3", _key(l5=[3, day("2026-09-01")]), "malformed"
    yield "status-without-day", "a status without its day", _key(l5=[1]), "malformed"
    yield "test-0", "test = 0: absent means absent", _key(l7=0), "malformed"
    yield "leaves-none", "an empty array of leaves", _leaves(), "malformed"
    yield (
        "withdrawal-15-bytes",
        "a withdrawal under 15 bytes",
        _list(l10=[[bytes(15), day("2026-09-01"), 3]]),
        "malformed",
    )
    yield (
        "withdrawal-kind-4",
        "a withdrawal of kind 4",
        _list(l10=[[bytes(16), day("2026-09-01"), 4]]),
        "malformed",
    )
    yield (
        "withdrawal-kind-0",
        "a withdrawal of kind 0",
        _list(l10=[[bytes(16), day("2026-09-01"), 0]]),
        "malformed",
    )
    yield (
        "season-without-certificates",
        "a season of two keys and one certificate",
        _list(l11=[[20000, 2, 1, bytes(32)]]),
        "malformed",
    )
    yield "cutover-of-1970", "a cutover of 1970", _list(m1=0), "malformed"


def _days() -> Iterator[Fault]:
    yield (
        "next-update-before-issued",
        "the next update before the day of issue",
        _list(l6=day("2026-10-31")),
        "dates",
    )
    yield (
        "next-update-after-until",
        "the next update after the root's until",
        _list(l6=day("2041-01-01")),
        "dates",
    )
    yield "window-upside-down", "a window from a day after its end", _key(l2=day("2029-01-01")), "dates"
    yield "another-root", "the list of another root", _list(l2=bytes(32)), "wrong_root"


def _order() -> Iterator[Fault]:
    forms = sorted([PLAIN.entry, [FORM_2, {}]])
    one, two = (school_body(number, NAMES) for number in (1, 2))
    keys = sorted([KEY, key_body(STRANGER)], key=lambda body: bytes(body[0]))
    names = [bytes(16), bytes(15) + b"\x01"]
    gone = [[name, day("2026-09-01"), 3] for name in names]
    yield "forms-unsorted", "forms in the wrong order", _list(l7=forms[::-1]), "order"
    yield "form-twice", "a form twice", _list(l7=[PLAIN.entry, PLAIN.entry]), "order"
    yield (
        "rights-unsorted",
        "rights 2 before rights 1",
        _list(l8=[[2, [PLAIN.hash]], [1, [PLAIN.hash]]]),
        "order",
    )
    yield (
        "rights-form-twice",
        "one form twice in one right",
        _list(l8=[[1, [PLAIN.hash, PLAIN.hash]]]),
        "order",
    )
    yield "schools-unsorted", "school 2 before school 1", _list(l9=[two, one]), "order"
    yield "school-twice", "two schools with one id", _list(l9=[one, one]), "order"
    yield "keys-unsorted", "keys in the wrong order", _keys(*keys[::-1]), "order"
    yield "key-twice", "one key twice in a school", _keys(KEY, KEY), "order"
    yield "names-unsorted", "a later name first", _school(l1=[[20000, "New"], [10000, "Old"]]), "order"
    yield "withdrawals-unsorted", "withdrawals in the wrong order", _list(l10=gone[::-1]), "order"
    yield "withdrawal-twice", "one name withdrawn twice", _list(l10=[gone[0], gone[0]]), "order"
    yield "seasons-unsorted", "a later season first", _list(l11=SEASONS[::-1]), "order"
    yield (
        "seasons-on-one-day",
        "two seasons on one day",
        _list(l11=[[20000, 1, 1, bytes(32)], [20000, 1, 1, b"\x01" * 32]]),
        "order",
    )
    yield (
        "seasons-with-one-root",
        "two seasons with one root",
        _list(l11=[[20000, 1, 1, bytes(32)], [20001, 1, 1, bytes(32)]]),
        "order",
    )
    yield (
        "digests-unsorted",
        "digests in the wrong order",
        _leaves([DIGESTS[32:64] + DIGESTS[:32] + DIGESTS[64:], PATH]),
        "order",
    )
    yield "digest-twice", "one digest twice", _leaves([DIGESTS[:32] + DIGESTS, PATH]), "order"
    yield "leaves-twice", "one season's leaves twice", _leaves(LEAVES, LEAVES), "order"


def _names_of_others() -> Iterator[Fault]:
    one = school_body(1, NAMES, keys=[KEY])
    signer_key = key_body(TINY.signers[0].ed25519)
    yield "rights-that-are-not-there", "a key with rights that are not there", _key(l4=2), "dangling"
    yield (
        "form-that-is-not-there",
        "rights to a form that is not there",
        _list(l8=[[1, [bytes(16)]]]),
        "dangling",
    )
    yield "successor-that-is-not-there", "a successor that is not there", _school(l5=2), "dangling"
    yield "its-own-successor", "a school that is its own successor", _school(l5=1), "dangling"
    yield (
        "key-in-two-schools",
        "one key in two schools",
        _list(l9=[one, school_body(2, NAMES, keys=[KEY])]),
        "same_kid",
    )
    yield "a-signers-key", "a signer's key as a school's", _keys(signer_key), "two_roles"


def _weak_keys() -> Iterator[Fault]:
    order_8 = curve.ORDER_8[1]
    for name, title, y in (
        ("order-1", "the neutral element", 1),
        ("order-1-with-sign", "the neutral element with a sign bit", 1 | 1 << 255),
        ("order-2", "the point of order 2", curve.P - 1),
        ("order-4", "a point of order 4", 0),
        ("order-8", "a point of order 8", order_8),
        ("order-8-with-sign", "a point of order 8 with a sign bit", order_8 | 1 << 255),
        ("order-8-other", "another point of order 8", curve.P - order_8),
        ("order-1-not-canonical", "the neutral element as p + 1", curve.P + 1),
        ("order-4-not-canonical", "a point of order 4 as p", curve.P),
        ("not-canonical", "y = p + 3", curve.P + 3),
    ):
        yield f"key-{name}", title, _public(y.to_bytes(32, "little")), "weak_key"
    off = TOKEN.public[:63] + bytes((TOKEN.public[63] ^ 1,))
    yield "key-p256-off-the-curve", "a P-256 key that is not on the curve", _public(off, ESP256), "weak_key"
    yield "key-p256-zero", "a P-256 key of zeros", _public(bytes(64), ESP256), "weak_key"
    field = (2**256 - 2**224 + 2**192 + 2**96 - 1).to_bytes(32, "big")
    yield (
        "key-p256-beyond-the-field",
        "a P-256 key with x = p",
        _public(field + TOKEN.public[32:], ESP256),
        "weak_key",
    )


def _bad_leaves() -> Iterator[Fault]:
    index, size, siblings = PATH
    altered = bytes((DIGESTS[0] ^ 1,)) + DIGESTS[1:]
    added = b"".join(sorted([*SEASON_2026.digests[STOLEN.kid], b"\xee" * 32]))
    yield "leaves-of-95-bytes", "digests that are not whole", _leaves([DIGESTS[:-1], PATH]), "malformed"
    yield "leaves-of-no-bytes", "no digests", _leaves([b"", PATH]), "malformed"
    yield "leaves-fewer", "one digest dropped", _leaves([DIGESTS[32:], PATH]), "bad_leaves"
    yield "leaves-altered", "one digest altered", _leaves([altered, PATH]), "bad_leaves"
    yield "leaves-added", "a digest added by the thief", _leaves([added, PATH]), "bad_leaves"
    yield "leaves-of-another-key", "another key's leaves", _leaves(SEASON_2026.leaves(BARE.kid)), "bad_leaves"
    yield (
        "leaves-of-another-season",
        "a season that is not in the list",
        _leaves(LEAVES, seasons=[SEASON_2025.entry]),
        "bad_leaves",
    )
    yield "path-index", "another index", _path(i=(index + 1) % size), "bad_leaves"
    yield "path-size", "another size", _path(s=size + 1), "bad_leaves"
    yield "path-index-is-size", "an index that is the size", _path(i=size), "bad_leaves"
    yield "path-longer", "a sibling too many", _path(p=[*siblings, bytes(32)]), "bad_leaves"
    yield "path-shorter", "a sibling too few", _path(p=siblings[:-1]), "bad_leaves"
    yield (
        "path-sibling-31-bytes",
        "a sibling of 31 bytes",
        _path(p=[siblings[0][:31], *siblings[1:]]),
        "malformed",
    )
    yield "path-of-41", "41 siblings", _path(p=[bytes(32)] * 41), "malformed"
    yield "path-minus", "an index below 0", _path(i=-1), "malformed"
    yield (
        "season-of-another-size",
        "a season whose number of keys is not the tree's",
        _leaves(LEAVES, seasons=[_resized()]),
        "bad_leaves",
    )


def _resized() -> list[Any]:
    closed, keys, certificates, root = SEASON_2026.entry
    return [closed, keys - 1, certificates, root]


def _sound() -> Iterator[Scenario]:
    school = school_body(1, NAMES, keys=[KEY | {20: "key"}]) | {20: "school"}
    later = key_body(LATER)
    moved = [
        school_body(1, NAMES, keys=[KEY]) | {4: day("2026-10-01"), 5: 2, 6: "Archive"},
        school_body(2, NAMES),
    ]
    no_point = key_body(odd_key(_no_point()))
    for name, title, data in (
        ("label-20", "unknown labels in list, school and key", _list(l9=[school], l20="list")),
        (
            "later-algorithm",
            "a key of an algorithm to come is left out",
            _keys(*sorted([KEY, later], key=lambda body: bytes(body[0]))),
        ),
        ("closed-school", "a closed school with a successor and an archive", _list(l9=moved)),
        ("line-of-1000-bytes", "an authority's name of 1 000 bytes", _list(l0="ж" * 500)),
        ("largest-version", "version 2^53-1", _list(l3=2**53 - 1)),
        ("first-list", "a list with none before it", _list(l4=bytes(32))),
        (
            "translation-of-wrong-length",
            "a translation with too few texts is not used",
            _list(l7=[[PLAIN.data, {"de": ["x"]}]]),
        ),
        (
            "healthy-leaves",
            "leaves on a healthy key",
            _keys(KEY | {6: [SEASON_2026.leaves(SCHOOL_KEY.kid)]}, l11=SEASONS),
        ),
        (
            "key-that-is-no-point",
            "a key that is no point of the curve verifies nothing, and the list stands",
            _keys(*sorted([KEY, no_point], key=lambda body: bytes(body[0]))),
        ),
    ):
        yield sound(name, title, data, "what a list may hold")
    yield Scenario(
        path="list/sound-until-the-last-day",
        title="the next update on the root's last day, and no more than 400 days count",
        origin="dates: issued <= next update <= the root's until",
        input=plain().text,
        lists=(_list(l6=day("2040-12-31")),),
        now="2027-12-07",
        expected=plain_shown("genuine_old_list"),
    )
    yield Scenario(
        path="list/sound-certificate-of-no-point",
        title="a certificate under a key that is no point",
        origin="the screen looks at y < p and small order; such a key verifies nothing",
        input=plain(key=odd_key(_no_point())).text,
        lists=(_keys(no_point),),
        expected=answer("altered"),
    )
    yield Scenario(
        path="list/sound-test-flag",
        title="a key listed as a test key vouches for nothing over the real aad",
        origin="step 7",
        input=plain().text,
        lists=(_key(l7=1),),
        expected=answer("altered"),
    )
    yield Scenario(
        path="list/sound-test-key",
        title="... and over the test aad it does, marked as a test",
        origin="step 7",
        input=plain(aad=TEST).text,
        lists=(_key(l7=1),),
        expected=plain_shown(test=True),
    )


def _no_point() -> bytes:
    """Return 32 bytes whose y < p belongs to no point: 2 is the least such y."""
    return (2).to_bytes(32, "little")
