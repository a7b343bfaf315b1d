"""What a signer is told before he signs: the draft in plain words, and what it changes against the last list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from qrcert import authority, text, wire
from qrcert.cli import screen
from qrcert.trust import KeyEntry, Root, School, Signer, Succession, TrustList, hex_groups, telephone_groups

MOST: Final = 20
"""Lines of one kind that are shown unless all are wanted: more nobody reads on a screen."""


def day(number: int | None) -> str:
    """Return a day as ``2026-06-25``."""
    return "-" if number is None else wire.to_date(number).isoformat()


def groups_of(signer: Signer) -> str:
    """Return the name of a signer that all screens share: the kid of his Ed25519 key in groups."""
    return hex_groups(signer.ed25519.kid)


def list_lines(
    trust: TrustList, last: TrustList | None, *, done: Succession, language: str, today: int, most: int = MOST
) -> Iterator[str]:
    """Tell what a drafted list is and what it changes."""
    name = text.escaped(trust.authority)
    yield screen.pick(
        language,
        f"draft of list No. {trust.version} of {name}",
        f"черновик списка № {trust.version}, орган: {name}",
    )
    pairs = [
        (("issued, next by", "от, следующий до"), f"{day(trust.issued)}, {day(trust.next_update)}"),
        (("compared with", "сравнен с"), _compared(last, language)),
        (("root", "корень"), f"{trust.root_version}, {hex_groups(trust.fingerprint)}"),
    ]
    for (en, ru), value in pairs:
        yield f"  {screen.pick(language, en, ru):<16} {value}"
    if trust.issued > today:
        yield screen.pick(
            language,
            f"  ! its day of issue is to come; today is {day(today)}",
            f"  ! его дата ещё не наступила; сегодня {day(today)}",
        )
    yield screen.pick(language, "what it changes:", "что меняется:")
    yield from change_lines(trust, last, language=language, most=most)
    if done.lost:
        yield screen.pick(
            language,
            "  ! it takes back, as a root that repairs a theft allows; every import will ask:",
            "  ! отменяет прежнее, что разрешил корень после кражи; при каждом приёме спросят:",
        )
        yield from (f"    ! {line}" for line in done.lost)


def _compared(last: TrustList | None, language: str) -> str:
    if last is None:
        return screen.pick(language, "nothing: it is the first list", "ни с чем: это первый список")
    return screen.pick(
        language,
        f"list No. {last.version} of {day(last.issued)}",
        f"списком № {last.version} от {day(last.issued)}",
    )


def change_lines(
    trust: TrustList, last: TrustList | None, *, language: str, most: int = MOST
) -> Iterator[str]:
    """Tell what a list changes against the last one, a line for each change, grave ones marked."""
    changes = authority.changes_of(last, trust)
    if changes.nothing:
        yield screen.pick(language, "  only its number and dates", "  только номер и даты")
    sections = (
        _root_changes(changes, language),
        _header_changes(changes, language),
        _school_changes(changes, language),
        _key_changes(changes, language),
        _form_changes(changes, language),
        _withdrawal_changes(changes, language),
        _season_changes(changes, language),
    )
    for section in sections:
        yield from _shortened(section, most, language)


def _shortened(lines: Iterable[str], most: int, language: str) -> Iterator[str]:
    lines = iter(lines)
    yield from islice(lines, most)
    if left := sum(1 for _ in lines):
        yield screen.pick(
            language, f"  ... and {left} more: --all shows them", f"  ... и ещё {left}: их покажет --all"
        )


def _root_changes(changes: authority.Changes, language: str) -> Iterator[str]:
    for root in changes.new_roots:
        yield screen.pick(
            language,
            f"  ~ root {root.version} signs now: {_thresholds(root, language)}",
            f"  ~ теперь подписывает корень {root.version}: {_thresholds(root, language)}",
        )


def _header_changes(changes: authority.Changes, language: str) -> Iterator[str]:
    names = {
        "authority": ("the authority's name", "название органа"),
        "where": ("where newer lists are", "где новые списки"),
        "cutover": ("season proofs demanded since", "доказательство сезона нужно с"),
    }
    for what, before, after in changes.header:
        shown = [
            day(one) if isinstance(one, int) else text.escaped(str(one or "-")) for one in (before, after)
        ]
        yield f"  ~ {screen.pick(language, *names[what])}: {shown[0]} -> {shown[1]}"


def _school(school: School, language: str) -> str:
    named = f"{text.escaped(school.name_now)}, {text.escaped(school.place)}"
    return screen.pick(language, f"school {school.id} ({named})", f"школа № {school.id} ({named})")


def _school_changes(changes: authority.Changes, language: str) -> Iterator[str]:
    for one in changes.gone_schools:
        yield screen.pick(
            language, f"  ! {_school(one, language)} is gone", f"  ! {_school(one, language)}: исчезла"
        )
    for one in changes.new_schools:
        yield screen.pick(
            language, f"  + {_school(one, language)} is new", f"  + {_school(one, language)}: новая"
        )
    for before, after in changes.changed_schools:
        for line in _school_change(before, after, language):
            yield f"  ~ {_school(before, language)}: {line}"


def _school_change(before: School, after: School, language: str) -> Iterator[str]:
    if before.names != after.names:
        since, name = after.names[-1]
        yield screen.pick(
            language,
            f"its name is {text.escaped(name)} from {day(since)}",
            f"название {text.escaped(name)} с {day(since)}",
        )
    if before.place != after.place:
        place = text.escaped(after.place)
        yield screen.pick(language, f"its place is {place}", f"адрес {place}")
    if before.closed != after.closed:
        yield screen.pick(language, f"closed on {day(after.closed)}", f"закрыта {day(after.closed)}")
    if before.successor != after.successor:
        yield screen.pick(
            language, f"its successor is school {after.successor}", f"преемник: школа № {after.successor}"
        )
    if before.archive != after.archive:
        archive = text.escaped(after.archive or "-")
        yield screen.pick(language, f"its archive is {archive}", f"архив: {archive}")


def _key(entry: KeyEntry, language: str) -> str:
    named = f"{entry.school.id}, {text.escaped(entry.school.name_now)}"
    return screen.pick(
        language,
        f"key {entry.kid.hex()} of school {named}",
        f"ключ {entry.kid.hex()} школы № {named}",
    )


def _key_changes(changes: authority.Changes, language: str) -> Iterator[str]:
    for entry in changes.gone_keys:
        yield screen.pick(
            language, f"  ! {_key(entry, language)} is gone", f"  ! {_key(entry, language)}: исчез"
        )
    for change in sorted(changes.changed_keys, key=lambda one: not one.got_worse):
        for grave, line in _key_change(change, language):
            yield f"  {'!' if grave else '~'} {_key(change.after, language)}: {line}"
    for entry, forms in changes.admitted:
        days, named = f"{day(entry.start)}..{day(entry.end)}", ", ".join(map(text.escaped, forms))
        test = screen.pick(language, ", TEST", ", ПРОБА") if entry.test else ""
        yield screen.pick(
            language,
            f"  + {_key(entry, language)} may sign {named}, {days}{test}",
            f"  + {_key(entry, language)} подписывает {named}, {days}{test}",
        )
        if entry.status is not None:
            yield f"  ! {_key(entry, language)}: {_status(entry, language)}"


def _status(entry: KeyEntry, language: str) -> str:
    if entry.status is None:
        return screen.pick(language, "in use again", "снова действует")
    status, since = entry.status
    words = {
        "compromised": (
            "COMPROMISED since {}: only its known papers count",
            "ПОХИЩЕН {}: верны только известные",
        ),
        "void": ("VOID since {}: no paper of it counts", "НЕДЕЙСТВИТЕЛЕН с {}: все его документы не в счёт"),
    }
    return screen.pick(language, *words[status]).format(day(since))


def _key_change(change: authority.KeyChange, language: str) -> Iterator[tuple[bool, str]]:
    """Yield whether a change is grave, and its words."""
    before, after = change.before, change.after
    if before.status != after.status:
        yield True, _status(after, language)
    if (before.pin.school, before.start, before.test) != (after.pin.school, after.start, after.test):
        yield (
            True,
            screen.pick(
                language,
                "its school, first day or test mark changed",
                "изменены школа, первый день или проба",
            ),
        )
    if before.end > after.end:
        yield (
            False,
            screen.pick(
                language,
                f"retired: signs until {day(after.end)}, was {day(before.end)}",
                f"выведен: подписывает до {day(after.end)}, было до {day(before.end)}",
            ),
        )
    elif before.end < after.end:
        yield (
            False,
            screen.pick(
                language,
                f"renewed: signs until {day(after.end)}, was {day(before.end)}",
                f"продлён: подписывает до {day(after.end)}, было до {day(before.end)}",
            ),
        )
    if change.gained:
        named = ", ".join(map(text.escaped, change.gained))
        yield False, screen.pick(language, f"may sign {named} too", f"подписывает и {named}")
    if change.lost:
        named = ", ".join(map(text.escaped, change.lost))
        yield True, screen.pick(language, f"may not sign {named} any more", f"больше не подписывает {named}")
    known = sum(len(part) for part in after.papers)
    if before.papers != after.papers:
        yield False, screen.pick(language, f"known papers: {known}", f"известных документов: {known}")


def _form_changes(changes: authority.Changes, language: str) -> Iterator[str]:
    words = (
        ("!", changes.gone_forms, ("form {} is gone", "форма {} исчезла")),
        ("+", changes.new_forms, ("form {} is new", "форма {} новая")),
        ("~", changes.translated, ("form {} has other translations", "у формы {} другие переводы")),
    )
    for sign, forms, pair in words:
        for form in forms:
            yield f"  {sign} {screen.pick(language, *pair).format(text.escaped(form))}"


def _withdrawal_changes(changes: authority.Changes, language: str) -> Iterator[str]:
    kinds = {
        1: ("replaced, was right", "заменено, было верно"),
        2: ("replaced, was wrong", "заменено, было неверно"),
        3: ("withdrawn", "отозвано"),
    }
    for kind, count in changes.withdrawn.items():
        yield f"  + {screen.pick(language, *kinds[kind])}: {count}"
    if changes.lifted:
        yield screen.pick(
            language,
            f"  ! withdrawals lifted or made milder: {changes.lifted}",
            f"  ! отзывов снято или смягчено: {changes.lifted}",
        )
    if changes.redated:
        yield screen.pick(
            language,
            f"  ~ withdrawals with another day: {changes.redated}",
            f"  ~ отзывов с другой датой: {changes.redated}",
        )


def _season_changes(changes: authority.Changes, language: str) -> Iterator[str]:
    for one in changes.gone_seasons:
        yield screen.pick(
            language, f"  ! season of {day(one.day)} is gone", f"  ! сезон {day(one.day)} исчез"
        )
    for one in changes.seasons:
        yield screen.pick(
            language,
            f"  + season of {day(one.day)}: certificates {one.certificates}, keys {one.keys}",
            f"  + сезон {day(one.day)}: документов {one.certificates}, ключей {one.keys}",
        )


def root_lines(draft: authority.Draft, root: Root, *, language: str) -> Iterator[str]:
    """Tell what a drafted root is: who signs after it, how many, until when."""
    before = draft.roots[-1] if draft.roots else None
    yield screen.pick(
        language,
        f"draft of root {root.version}: who signs from now on",
        f"черновик корня {root.version}: кто подписывает впредь",
    )
    pairs = [
        (("fingerprint", "отпечаток"), hex_groups(draft.hash)),
        (("until", "до"), day(root.until)),
        (("signatures", "подписей"), _thresholds(root, language)),
    ]
    if before is not None:
        pairs[:0] = [
            (("authority", "орган"), hex_groups(draft.roots[0].hash)),
            (("after the root", "после корня"), hex_groups(before.hash)),
        ]
    for (en, ru), value in pairs:
        yield f"  {screen.pick(language, en, ru):<16} {value}"
    yield from _signers_change(before, root, language)
    if root.repair:
        yield screen.pick(
            language,
            "  ! it repairs a theft: its lists may take back what was published; every import will ask",
            "  ! корень после кражи: его списки могут отменить опубликованное; при каждом приёме спросят",
        )


def _signers_change(before: Root | None, root: Root, language: str) -> Iterator[str]:
    change = authority.signers_change(before, root)
    words = (
        ("+", change.come, ("comes", "приходит")),
        ("-", change.go, ("goes", "уходит")),
        (" ", change.stay, ("stays", "остаётся")),
    )
    for sign, signers, pair in words:
        for signer in signers:
            yield f"  {sign} {screen.pick(language, *pair):<14} {groups_of(signer)}"


def _thresholds(root: Root, language: str) -> str:
    count = len(root.signers)
    return screen.pick(
        language,
        f"{root.list_threshold} of {count} for a list, {root.root_threshold} of {count} for a root",
        f"{root.list_threshold} из {count} для списка, {root.root_threshold} из {count} для корня",
    )


def signature_lines(
    draft: authority.Draft, language: str, *, names: Mapping[bytes, str] | None = None
) -> Iterator[str]:
    """Tell who has signed so far, and how many must."""
    counts = [
        screen.pick(language, f"{count} ({needed} due)", f"{count} (нужно {needed})")
        for count, needed in draft.counts
    ]
    if len(counts) > 1:
        labels = (("today's signers", "нынешние"), ("the next ones", "следующие"))
        counts = [
            f"{screen.pick(language, *pair)} {count}" for pair, count in zip(labels, counts, strict=True)
        ]
    yield f"{screen.pick(language, 'signed so far', 'подписали')}: {', '.join(counts)}"
    known = names or {}
    for signer in sorted(draft.signers, key=lambda one: known.get(one.ed25519.kid, "")):
        name = known.get(signer.ed25519.kid)
        yield f"  {groups_of(signer)}{f'  {text.escaped(name)}' if name else ''}"


def card_lines(card: authority.SignerCard, language: str) -> Iterator[str]:
    """Tell whose card it is, and the groups to compare by telephone."""
    yield f"{text.escaped(card.name)}, {day(card.made_on)}"
    yield f"  {screen.pick(language, 'groups', 'группы'):<10} {telephone_groups(card.hash)}"
    yield f"  {screen.pick(language, 'key', 'ключ'):<10} {groups_of(card.signer)}"
