"""The page's own words: what it says beside the certificate's text, in each language it knows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The page's words in one language; ``key`` is followed by the short name of the school's key."""

    number: str
    issued: str
    post: str
    seal: str
    check: str
    key: str
    code: str
    codeless: str
    attachment: str
    duplicate: str
    draft: str
    test: str


_RUSSIAN = Words(
    number="№",
    issued="Дата выдачи",
    post="Руководитель",
    seal="М. П.",
    check=(
        "Проверка без сети: покажите код программе qrcert и сверьте бумагу с экраном; "
        "где они расходятся, верен экран."
    ),
    key="Ключ\u00a0школы",
    code="QR-код с содержанием и подписью школы",
    codeless="проект: без кода",
    attachment="Содержание и подпись школы, как в коде",
    duplicate="ДУБЛИКАТ",
    draft="ПРОЕКТ",
    test="ОБРАЗЕЦ · TEST",
)

_ENGLISH = Words(
    number="No.",
    issued="Date of issue",
    post="Head of school",
    seal="Seal",
    check=(
        "To check this paper offline, show the code to qrcert and compare paper and screen; "
        "where they differ, the screen is right."
    ),
    key="School\u00a0key",
    code="QR code with the contents and the school's signature",
    codeless="draft: no code",
    attachment="Contents and signature of the school, as in the code",
    duplicate="DUPLICATE",
    draft="DRAFT",
    test="SPECIMEN · TEST",
)

_GERMAN = Words(
    number="Nr.",
    issued="Ausgestellt am",
    post="Schulleitung",
    seal="Siegel",
    check=(
        "Prüfung ohne Netz: den Code mit qrcert lesen und das Blatt mit der Anzeige vergleichen; "
        "wo sie abweichen, gilt die Anzeige."
    ),
    key="Schulschlüssel",
    code="QR-Code mit Inhalt und Unterschrift der Schule",
    codeless="Entwurf: ohne Code",
    attachment="Inhalt und Unterschrift der Schule, wie im Code",
    duplicate="ZWEITAUSFERTIGUNG",
    draft="ENTWURF",
    test="MUSTER · TEST",
)

_FRENCH = Words(
    number="N°",
    issued="Délivré le",
    post="La direction",
    seal="Cachet",
    check=(
        "Vérification hors ligne : montrez le code à qrcert et comparez la feuille à l’écran ; "
        "en cas d’écart, c’est l’écran qui fait foi."
    ),
    key="Clé de\u00a0l’école",
    code="Code QR avec le contenu et la signature de l’école",
    codeless="projet : sans code",
    attachment="Contenu et signature de l’école, comme dans le code",
    duplicate="DUPLICATA",
    draft="PROJET",
    test="SPÉCIMEN · TEST",
)

_LANGUAGES = {"ru": _RUSSIAN, "en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH}


def words(language: str) -> Words:
    """Return the page's words in ``language``, or in English where it is not known."""
    return _LANGUAGES.get(language, _ENGLISH)
