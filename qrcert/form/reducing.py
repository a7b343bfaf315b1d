"""From a form as people write it (TOML) to what is hashed, with the translations beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from qrcert.errors import FormError
from qrcert.form.kinds import Choice
from qrcert.form.model import Form
from qrcert.form.reading import build_form, document_language, is_language
from qrcert.form.shape import called, fault, in_order, walk
from qrcert.form.tables import Table
from qrcert.form.wording import quoted

_ITEM_KEYS = ("code", "with")


def reduce_form(toml: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """Return a form's data to be encoded and hashed, and by language the translations that stand beside it.

    ``toml`` is a parsed form; its ``office`` is left out. A translation has one text for each TEXT and ITEM in
    the order of the form's bytes, empty where there is none. Raises `FormError` for what is no form, and for
    lists in which two items are printed alike.
    """
    if not isinstance(toml, Mapping):
        raise FormError(f"{called(toml)}, where a form is due")
    reducer = _Reducer(document_language(toml))
    data = walk({key: value for key, value in toml.items() if key != "office"}, reducer, "")
    _check_spellings(build_form(data))
    languages = {other for texts in reducer.others for other in texts}
    return data, {
        other: tuple([texts.get(other, "") for texts in reducer.others]) for other in sorted(languages)
    }


def in_languages(value: object, language: str, where: str) -> tuple[str, dict[str, str]]:
    """Return a TEXT in ``language`` and its other languages; raise `FormError`.

    A TEXT is a bare text, which is in ``language``, or a table of languages that has it.
    """
    if isinstance(value, str):
        return value, {}
    if not isinstance(value, Mapping):
        raise fault(where, f"{called(value)}, where a text or a table of languages is due")
    for key, word in value.items():
        if not is_language(key):
            raise fault(where, f"unknown key {quoted(key)}, a language has 2 or 3 small letters")
        if not isinstance(word, str):
            raise fault(f"{where}, {key}", f"{called(word)}, where a text is due")
    if language not in value:
        raise fault(where, f"no text in the document's language {language!r}")
    return value[language], {key: word for key, word in value.items() if key != language}


class _Reducer:
    """Puts the document's language in the place of every TEXT and ITEM and keeps the others, in order."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.others: list[dict[str, str]] = []

    def text(self, value: object, where: str) -> str:
        """Return the TEXT in the document's language."""
        text, others = in_languages(value, self.language, where)
        self.others.append(others)
        return text

    def item(self, value: object, where: str) -> object:
        """Return the ITEM's text, or a map of its code, its `with` and its text."""
        if not isinstance(value, Mapping):
            return self.text(value, where)
        marks = {key: value[key] for key in _ITEM_KEYS if key in value}
        text = self.text({key: word for key, word in value.items() if key not in marks}, where)
        data = marks | {self.language: text}
        return {key: data[key] for key in in_order(data)} if marks else text


def _check_spellings(form: Form) -> None:
    """Raise `FormError` where two choices or rows are printed alike: nobody could say which one was meant."""
    for one in form.fields:
        lists = []
        if isinstance(one.kind, Choice):
            lists.append([item.word for item in one.kind.items])
        if isinstance(one.kind, Table):
            lists.append([word for word, _, _ in one.kind.printed()])
            contents = [column.content for column in one.kind.columns]
            lists += [
                [item.word for item in content.items] for content in contents if isinstance(content, Choice)
            ]
        for words in lists:
            word, times = Counter(words).most_common(1)[0] if words else ("", 0)
            if times > 1:
                raise fault(f"field {one.name}", f"{quoted(word)} stands {times} times in one list")
