"""Importing: which list may follow the one that is stored. Versions, roots, forks, repairs, other authorities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from making.imports import ONE, THIRD, Chain, Import, Plan, following, without_key
from making.lists import UNTIL, Body
from making.world import SCHOOL_KEY, VOID

FOURTH = THIRD.then(Plan("D", "CD"))
SAME_SIGNERS = ONE.then(Plan("B"))
ANOTHER = Chain((Plan("E"),), ONE.name)

IMPORTED, SAME = {"result": "imported"}, {"result": "same"}


def after(
    name: str,
    title: str,
    data: bytes | str,
    expected: str,
    origin: str,
    stored: str | bytes = "stored",
    **more: Any,
) -> Import:
    """Return the scenario of a list that comes to one that is stored; ``expected`` is a result or a code."""
    outcome = {"result": expected} if expected in ("imported", "same") else {"error": expected}
    return Import(
        path=f"trust/{name}",
        title=title,
        origin=origin,
        stored=(stored,),
        input=data,
        expected=outcome,
        **more,
    )


def listed(chain: Chain = ONE, **labels: Any) -> bytes:
    """Return the ordinary list with labels changed: ``l3`` is label 3."""
    return chain.publish(chain.body({int(name[1:]): value for name, value in labels.items()}))


def scenarios() -> Iterator[Import]:
    yield from _first()
    yield from _versions()
    yield from _roots()
    yield from _forks()
    yield from _repairs()
    yield from _others()


def _first() -> Iterator[Import]:
    rule = "an authority not seen before: a person confirms the fingerprint"

    def unseen(name: str, title: str, expected: dict[str, str], fingerprint: bytes | None) -> Import:
        return Import(
            path=f"trust/first-{name}",
            title=title,
            origin=rule,
            input="stored",
            fingerprint=fingerprint,
            expected=expected,
        )

    yield unseen("confirmed", "nothing stored, the fingerprint given", IMPORTED, ONE.hashes[-1])
    yield unseen("unconfirmed", "nothing stored, nobody asked", {"error": "unknown_authority"}, None)
    wrong = {"error": "wrong_fingerprint"}
    yield unseen("wrong", "another fingerprint", wrong, bytes(32))
    yield unseen("by-its-first-root", "the identity in place of the fingerprint", wrong, ONE.hashes[0])


def _versions() -> Iterator[Import]:
    order = "the order of lists: (roots, version)"
    before = ONE.body()
    yield after("next", "the next list", ONE.publish(following(ONE, before)), "imported", order)
    yield after("again", "the same file again", "stored", "same", order)
    resigned = Chain((Plan("AB", "AB", (1, 1)),))
    mine = resigned.body()
    yield after(
        "other-signatures",
        "the same contents, signed by another",
        resigned.publish(mine, "A"),
        "same",
        "a list is its payload: other signatures are the same list",
        resigned.publish(mine, "B"),
    )
    yield after("other-contents", "the same version, other contents", listed(l1="x"), "other_contents", order)
    yield after("older", "an older list", listed(l3=6), "older", order)
    yield after("version-1", "a list as if it were the first one", listed(l3=1, l4=bytes(32)), "older", order)
    lost = following(ONE, before, lambda body: body.update({4: bytes(32)}))
    yield after(
        "not-next",
        "the next version, which does not name the stored list",
        ONE.publish(lost),
        "not_next",
        "a list names the one before",
    )
    higher = following(ONE, before, lambda body: body.update({4: b"\xff" * 32}))
    yield after(
        "not-next-either",
        "the next version, which names another list before it",
        ONE.publish(higher),
        "not_next",
        "a list names the one before",
    )
    yield after(
        "one-missed",
        "the version after the next, which nobody can check",
        listed(l3=9),
        "imported",
        "a larger step cannot be checked and passes",
    )
    yield after(
        "fast-forward",
        "a version of 2^53-1 is taken, as thieves would publish it",
        listed(l3=2**53 - 1),
        "imported",
        "a larger step cannot be checked and passes",
    )
    yield after(
        "after-the-largest",
        "after version 2^53-1 nothing can come under the same root",
        listed(l3=8),
        "older",
        order,
        "stored-largest",
    )


def _roots() -> Iterator[Import]:
    rule = "a new root: versions start again, the pin moves forward by the chain alone"
    yield after(
        "rotation", "a new root, the list's version starts again", listed(THIRD, l3=1), "imported", rule
    )
    yield after(
        "rotation-after-the-largest",
        "version 2^53-1, then a new root",
        listed(THIRD, l3=1),
        "imported",
        rule,
        "stored-largest",
    )
    yield after("two-rotations", "two rotations at once, one missed", listed(FOURTH, l3=1), "imported", rule)
    yield after(
        "rotation-to-the-same-signers",
        "a new root of the same signer, the version starts again",
        listed(SAME_SIGNERS, l3=1),
        "imported",
        rule,
    )
    yield after(
        "rotation-names-no-list",
        "a new root whose list, of the next version, names no list before",
        listed(THIRD, l3=8, l4=bytes(32)),
        "imported",
        "`previous` is compared under the same root only",
    )
    yield after(
        "before-the-rotation",
        "a list of the root before, of a higher version",
        listed(ONE, l3=99),
        "older",
        rule,
        listed(THIRD, l3=1),
    )
    yield after(
        "pinned-fingerprint",
        "the fingerprint that was confirmed once, after a rotation",
        listed(THIRD, l3=1),
        "imported",
        "for a known authority the fingerprint of any root of the chain is right",
        fingerprint=ONE.hashes[-1],
    )
    yield after(
        "pinned-to-another",
        "another fingerprint, after a rotation",
        listed(THIRD, l3=1),
        "wrong_fingerprint",
        rule,
        fingerprint=bytes(32),
    )


def _forks() -> Iterator[Import]:
    rule = "the stored roots are the first of the new ones"
    thieves = Chain((ONE.plans[0], Plan("X", "AX")))
    yield after(
        "fork", "another root 2, made with the stolen keys of root 1", listed(thieves, l3=8), "fork", rule
    )
    longer = thieves.then(Plan("E", "EX"))
    yield after("fork-with-more-roots", "... and a root 3 after it", listed(longer, l3=1), "fork", rule)
    twin = Chain((ONE.plans[0], Plan("B", "AB", changes={2: UNTIL - 1})))
    yield after(
        "fork-by-the-signers", "another root 2 of the very same signers", listed(twin, l3=8), "fork", rule
    )
    late = THIRD.then(Plan("D", "CD"))
    stored = listed(THIRD, l3=2)
    other = ONE.then(Plan("X", "BX"), Plan("D", "DX"))
    yield after(
        "fork-at-root-3", "another root 3, and a root 4 after it", listed(other, l3=1), "fork", rule, stored
    )
    yield after(
        "no-fork", "... while the honest root 4 is taken", listed(late, l3=1), "imported", rule, stored
    )
    yield after(
        "fork-outranked",
        "a fork whose chain is shorter is told as older",
        listed(thieves, l3=99),
        "older",
        rule,
        stored,
    )


def _lose(body: Body) -> None:
    """Take a key out and make a void one active: what the mending of a theft may have to do."""
    without_key(body, SCHOOL_KEY)
    for school in body[9]:
        for key in school[3]:
            if key[0] == VOID.public:
                del key[5]


def _repairs() -> Iterator[Import]:
    rule = "went_back is lifted where a root newer than the stored one says 6: 1, and a person confirms"
    mended = ONE.then(Plan("C", "BC", changes={6: 1}))
    later = mended.then(Plan("D", "CD"))

    def lost(chain: Chain) -> bytes:
        body = chain.body({3: 1})
        _lose(body)
        return chain.publish(body)

    yield after("repair", "a repair that nobody confirmed", lost(mended), "went_back", rule)
    yield after(
        "repair-confirmed",
        "a repair, its fingerprint confirmed",
        lost(mended),
        "imported",
        rule,
        fingerprint=mended.hashes[-1],
    )
    yield after(
        "repair-by-the-old-fingerprint",
        "a repair, confirmed by the fingerprint of the root before",
        lost(mended),
        "wrong_fingerprint",
        rule,
        fingerprint=ONE.hashes[-1],
    )
    yield after(
        "repair-missed",
        "a repair that was missed, under the ordinary root after it",
        lost(later),
        "imported",
        rule,
        fingerprint=later.hashes[-1],
    )
    yield after(
        "repair-that-loses-nothing",
        "a repair after which nothing went back asks nothing",
        listed(mended, l3=1),
        "imported",
        rule,
    )
    yield after(
        "rotation-that-loses",
        "the same losses under a root that repairs nothing",
        lost(THIRD),
        "went_back",
        rule,
        fingerprint=THIRD.hashes[-1],
    )
    kept = mended.body({3: 1})
    gone = following(mended, kept, _lose)
    yield after(
        "repair-of-the-past",
        "the stored root was a repair once: it lifts nothing for later lists",
        mended.publish(gone),
        "went_back",
        rule,
        mended.publish(kept),
        fingerprint=mended.hashes[-1],
    )


def _others() -> Iterator[Import]:
    rule = "a store row each, nothing shared"
    yield after(
        "another-authority", "another authority of the same name", listed(ANOTHER), "unknown_authority", rule
    )
    yield after(
        "another-authority-confirmed",
        "... its fingerprint confirmed: both stand side by side",
        listed(ANOTHER),
        "imported",
        rule,
        fingerprint=ANOTHER.hashes[-1],
    )
    yield after(
        "another-authority-by-our-fingerprint",
        "... confirmed with the fingerprint of the one we know",
        listed(ANOTHER),
        "wrong_fingerprint",
        rule,
        fingerprint=ONE.hashes[-1],
    )
    yield Import(
        path="trust/two-authorities",
        title="two are stored: each list is compared with its own authority's only",
        origin=rule,
        stored=("stored", listed(ANOTHER, l3=50)),
        input=ONE.publish(following(ONE, ONE.body())),
        expected=IMPORTED,
    )
