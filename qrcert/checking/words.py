"""The words of a verdict, in English and Russian: constants, filled with what the trust list says.

No text from a certificate stands on these lines but the number and days of a document whose contents cannot
be shown. Titles, names and marks come below, by themselves.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from qrcert import wire
from qrcert.decode import Verdict
from qrcert.form import Date
from qrcert.trust import VerifiedList

LANGUAGES: Final = ("en", "ru")

_SENTENCES: Final = {
    "genuine": (
        "Genuine. Signed by {school}. Not withdrawn as of {list_day}.",
        "Подлинный. Подписан: {school}. По списку от {list_day} не отозван.",
    ),
    "genuine_old_list": (
        "Genuine. Your list is of {list_day}, {age} days old: a later withdrawal would not show. "
        "Newer list: {where}.",
        "Подлинный. Ваш список от {list_day} ({age} дн.): более поздний отзыв в нём не виден. "
        "Новый список: {where}.",
    ),
    "replaced 1": (
        "Genuine, and a newer copy was issued on {day}. What it says was right. Ask for the newer copy.",
        "Подлинный; {day} выдан новый экземпляр. Сведения верны. Попросите новый экземпляр.",
    ),
    "replaced 2": (
        "Issued by {school}; corrected on {day}. Do not rely on this copy; ask for the newer one.",
        "Выдан: {school}; исправлен {day}. Этому экземпляру не следуйте, попросите новый.",
    ),
    "expired": (
        "Genuine. By its own words it was valid until {until}.",
        "Подлинный. По собственному тексту действовал до {until}.",
    ),
    "withdrawn": (
        "Issued by {school} and withdrawn on {day}. It no longer counts.",
        "Выдан: {school}; отозван {day}. Недействителен.",
    ),
    "key_refused window": (
        "Signed with {school}'s key but dated {issued}, when the key was not in use. "
        "Often a typing error: ask {school}.",
        "Подписан ключом школы, но датирован {issued}, когда ключ не действовал. "
        "Часто это опечатка: спросите школу.",
    ),
    "key_refused void": (
        "Signed with a key that {authority} has declared void. Do not rely on it; ask {school}.",
        "Подписан ключом, который {authority} признал недействительным. Не полагайтесь на него; спросите школу.",
    ),
    "key_refused stolen": (
        "The school's key was stolen; this paper is not among those known to be issued before. "
        "The code alone cannot tell: {school} can look in its register.",
        "Ключ школы похищен; этой бумаги нет среди выданных ранее. "
        "По коду решить нельзя: школа сверит по книге.",
    ),
    "key_refused unproven": (
        "Signatures of this kind are no longer enough alone, and no proof of the season came with this one. "
        "Ask {school} for a copy with its proof.",
        "Одной такой подписи уже недостаточно, а доказательства сезона при ней нет. "
        "Попросите в школе экземпляр с доказательством.",
    ),
    "key_refused rights": (
        "{school} may not issue this kind of certificate.",
        "{school} не вправе выдавать такой документ.",
    ),
    "altered": (
        "Not what a school signed. Do not rely on it.",
        "Не то, что подписала школа. Не полагайтесь на него.",
    ),
    "altered typed": (
        "Does not fit its signature; perhaps damaged in copying. Scan the code itself.",
        "Не сходится с подписью; возможно, повреждён при копировании. Отсканируйте сам код.",
    ),
    "unknown_school": (
        "Cannot tell. The key is not in your list ({lists}). Anyone can make such a code: accept it only when "
        "a newer list knows the school. Newer list: {where}.",
        "Проверить нельзя. Ключа нет в вашем списке ({lists}). Такой код может сделать любой: принимайте, "
        "только если школа есть в новом списке: {where}.",
    ),
    "unknown_school none": (
        "Cannot tell. You have no list of schools yet, and anyone can make such a code.",
        "Проверить нельзя. У вас ещё нет списка школ, а такой код может сделать любой.",
    ),
    "unknown_form": (
        "Signed by {school}: No. {number} of {issued}. Your list does not know this kind of document, so its "
        "contents cannot be shown. Newer list: {where}.",
        "Подписан: {school}, № {number} от {issued}. Вид документа вашему списку неизвестен, содержание "
        "показать нельзя. Новый список: {where}.",
    ),
    "check_clock": (
        "Cannot tell: this device's date and the certificate's or the list's do not fit. Check the date.",
        "Проверить нельзя: дата устройства не согласуется с датой документа или списка. Проверьте дату.",
    ),
    "not_qrcert": (
        "Not a certificate of this kind: the code holds something else.",
        "Это не такой документ: в коде записано другое.",
    ),
    "not_qrcert typed": (
        "Not a certificate of this kind: no code of it stands in this text.",
        "Это не такой документ: его кода в тексте нет.",
    ),
    "unsupported": (
        "Cannot tell: made by rules that this version does not know. A newer version may.",
        "Проверить нельзя: составлен по правилам, которых эта версия не знает. Более новая может знать.",
    ),
    "unsupported signed": (
        "Cannot tell: signed, but not by rules known here. A newer version may know them.",
        "Проверить нельзя: подписан, но не по известным здесь правилам. Более новая версия может их знать.",
    ),
    "unreadable": (
        "Cannot tell: the code is damaged or incomplete. Scan it again, or type it again from the paper.",
        "Проверить нельзя: код повреждён или неполон. Отсканируйте или наберите его ещё раз.",
    ),
    "unreadable unread": (
        "Cannot tell: a code was seen here and could not be read.",
        "Проверить нельзя: код здесь виден, но прочитать его не удалось.",
    ),
    "unreadable no_code": (
        "Cannot tell: no code could be read here.",
        "Проверить нельзя: код прочитать не удалось.",
    ),
    "unreadable file": (
        "Cannot tell: this file could not be read.",
        "Проверить нельзя: файл прочитать не удалось.",
    ),
}

_OF_CAMERAS: Final = {
    "unreadable camera": (
        "Cannot tell: no code came from a camera.",
        "Проверить нельзя: с камеры кода не получено.",
    ),
}
"""Sentences that the offline page, whose words are otherwise the same, has no use for."""

_EVERY: Final = _SENTENCES | _OF_CAMERAS

COMPARE: Final = (
    "Compare the name with an identity document, and the paper with this screen: where they differ, the screen "
    "is right.",
    "Сверьте имя с документом, а бумагу с экраном: где они расходятся, верен экран.",
)
"""Stands under every genuine answer."""

_OWN: Final = (" This is according to the school itself.", " Так говорит о себе сама школа.")

_HINTS: Final = {
    "unknown_school none": (
        "Get the authority's list from where it publishes it, then: qrcert trust add LIST",
        "Возьмите список там, где его публикует орган образования, затем: qrcert trust add СПИСОК",
    ),
    "unknown_school": (
        "Get the newer list, then: qrcert trust add LIST",
        "Возьмите новый список, затем: qrcert trust add СПИСОК",
    ),
    "genuine_old_list": (
        "Get the newer list, then: qrcert trust add LIST",
        "Возьмите новый список, затем: qrcert trust add СПИСОК",
    ),
    "unknown_form": (
        "Get the newer list, then: qrcert trust add LIST",
        "Возьмите новый список, затем: qrcert trust add СПИСОК",
    ),
    "unreadable unread": (
        "Take the picture closer, flat, in even light, with the white frame around the code in the picture",
        "Снимите код ближе, ровно, при равномерном свете, вместе с белым полем вокруг него",
    ),
    "unreadable no_code": (
        "Take the picture closer, flat, in even light, with the white frame around the code in the picture",
        "Снимите код ближе, ровно, при равномерном свете, вместе с белым полем вокруг него",
    ),
}

_ZEROS: Final = (
    "Zeros in front of the number are not shown: how many there are, only the form knows",
    "Нули перед номером не показаны: сколько их, известно только из формы",
)

SHAPES: Final = {0: "[+]", 1: "[X]", 2: "[?]"}
"""Marks that tell the answers apart without colour, by exit status."""

_HEADLINES: Final = {
    "genuine": ("GENUINE", "ПОДЛИННЫЙ"),
    "genuine_old_list": ("GENUINE, OLD LIST", "ПОДЛИННЫЙ, СПИСОК СТАР"),
    "expired": ("EXPIRED", "СРОК ИСТЁК"),
    "replaced": ("REPLACED", "ЗАМЕНЁН"),
    "withdrawn": ("WITHDRAWN", "ОТОЗВАН"),
    "key_refused": ("REFUSED", "НЕ ПРИНИМАТЬ"),
    "altered": ("ALTERED", "ИЗМЕНЁН"),
    "not_qrcert": ("NOT A CERTIFICATE", "НЕ ДОКУМЕНТ"),
}
_CANNOT_TELL: Final = ("CANNOT TELL", "ПРОВЕРИТЬ НЕЛЬЗЯ")

_ONLY_TEST: Final = ("A TEST", "ПРОБА")

_TEST_BANNER: Final = (
    "TEST: signed with a test key. This is no real certificate.",
    "ПРОБА: подписано пробным ключом. Это не настоящий документ.",
)

_DAY: Final = Date()


def day_text(when: date | int | None, language: str) -> str:
    """Return a day written out: ``25 June 2026``, ``25 июня 2026 года``; an int counts from 1970-01-01."""
    if when is None:
        return "?"
    written = _DAY.long(when if isinstance(when, int) else wire.to_day(when), language)
    return written.replace(" г.", " года")  # it stands before full stops


def sentence(verdict: Verdict, language: str, *, lists: tuple[VerifiedList, ...] = (), how: str = "") -> str:
    """Return the one sentence of a verdict in ``language`` (``ru``, else English).

    ``lists`` are the lists that were asked, named where none of them knows the school; ``how`` is ``typed``
    for text that came from a keyboard or a file, ``no_code`` where no code was found at all.
    """
    said = _choose(_EVERY[_key(verdict, lists, how)], language).format(**_facts(verdict, language, lists))
    if verdict.trust is not None and verdict.trust.own and verdict.entry is not None:
        said += _choose(_OWN, language)
    return said


def hints(
    verdict: Verdict, language: str, *, lists: tuple[VerifiedList, ...] = (), how: str = ""
) -> tuple[str, ...]:
    """Return what to do next and what to heed, a line each."""
    said = []
    holds = verdict.code in ("genuine", "genuine_old_list", "expired")
    if holds or (verdict.withdrawn is not None and verdict.withdrawn[1] == 1):
        said.append(COMPARE)
    if advice := _HINTS.get(_key(verdict, lists, how)):
        said.append(advice)
    if verdict.claims is not None and verdict.form is None and verdict.number is not None:
        said += [_ZEROS] * isinstance(verdict.claims.number, int)
    return tuple(_choose(one, language) for one in said)


def headline(code: str, language: str, *, only_test: bool = False) -> str:
    """Return a verdict in a word or two; ``only_test``: genuine, but under a test key that counts for nothing."""
    return _choose(_ONLY_TEST if only_test else _HEADLINES.get(code, _CANNOT_TELL), language)


def test_banner(language: str) -> str:
    """Return the line that stands over every answer under a test key."""
    return _choose(_TEST_BANNER, language)


def _choose(pair: tuple[str, str], language: str) -> str:
    return pair[1] if language == "ru" else pair[0]


def _key(verdict: Verdict, lists: tuple[VerifiedList, ...], how: str) -> str:
    """Return which sentence is due."""
    code = verdict.code
    if code == "unknown_school" and not lists:
        return "unknown_school none"
    if code == "unsupported" and verdict.entry is not None:
        return "unsupported signed"
    if code == "replaced" and verdict.withdrawn is not None:
        return f"replaced {verdict.withdrawn[1]}"
    for detail in (verdict.reason, how):
        if detail and f"{code} {detail}" in _EVERY:
            return f"{code} {detail}"
    return code


def _facts(verdict: Verdict, language: str, lists: tuple[VerifiedList, ...]) -> dict[str, object]:
    """Return what the sentences may name; only what the list or a verified payload says."""
    facts: dict[str, object] = {}
    if verdict.entry is not None:
        issued = verdict.claims.issued if verdict.claims else verdict.today
        facts["school"] = verdict.entry.school.name_on(issued)
    if verdict.claims is not None:
        facts["issued"] = day_text(verdict.claims.issued, language)
        facts["number"] = verdict.number
        facts["until"] = day_text(verdict.until, language)
    if verdict.withdrawn is not None:
        facts["day"] = day_text(verdict.withdrawn[0], language)
    if verdict.trust is not None:
        facts["authority"] = verdict.trust.authority
        facts["list_day"] = day_text(verdict.trust.issued, language)
        facts["age"] = verdict.today - verdict.trust.issued
    asked = (verdict.trust,) if verdict.trust is not None else lists
    facts["where"] = "; ".join(dict.fromkeys(one.where for one in asked))
    facts["lists"] = "; ".join(f"{one.authority}, {day_text(one.issued, language)}" for one in asked)
    return facts
