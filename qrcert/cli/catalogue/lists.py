"""The Russian of errors about the verifier's lists."""

from __future__ import annotations

from typing import Final

LISTS: Final = (
    ("the list is from an authority that nobody has confirmed yet",
     "этот список от органа, которого здесь ещё никто не подтвердил"),
    ("compare the fingerprint with one that the authority gave you by another way, then confirm it",
     "сверьте отпечаток с тем, что сообщил сам орган иным путём, затем подтвердите"),
    ("compare the fingerprint with the authority's own, then add --fingerprint HEX",
     "сверьте отпечаток с тем, что сообщает сам орган, и добавьте --fingerprint ОТПЕЧАТОК"),
    ("the list's fingerprint is {}, expected {}", "отпечаток списка {}, а ожидался {}"),
    ("this list is not from whom you think, or the fingerprint was read wrongly",
     "список не от того, о ком вы думаете, или отпечаток прочитан неверно"),
    ("the list has another chain of roots than the stored one", "у списка другая цепочка корней, чем у вашего"),
    ("one of the two chains is not the authority's: ask it, and change nothing until then",
     "одна из двух цепочек — не этого органа: спросите его и до ответа ничего не меняйте"),
    ("the list is version {}, version {} is stored", "это список № {}, а у вас уже № {}"),
    ("version {} is stored with other contents", "список № {} у вас есть с другим содержанием"),
    ("keep the list you have, and ask the authority", "оставьте прежний список и спросите орган образования"),
    ("nothing to do: the list you have is newer", "делать ничего не нужно: ваш список новее"),
    ("{} of your lists match, expected one", "подходящих списков у вас {}, а нужен один"),
    ("yours: {}", "ваши: {}"),
    ("the lists in {} cannot be {}: {}", "списки в {} недоступны: {}"),
    ("is the disk full, the folder write-protected, or the file another program's?",
     "не полон ли диск, можно ли писать в эту папку, не чужой ли это файл?"),
    ("{} is a database of another program", "{} — база данных другой программы"),
    ("the lists in {} are damaged: {}", "списки в {} повреждены: {}"),
    ("move {} away and import your lists again, comparing their fingerprints",
     "уберите {} и добавьте свои списки заново, сверяя отпечатки"),
    ("{} has schema {}, expected {}", "у {} схема {}, а нужна {}"),
    ("it was made by another version of qrcert: use that one, or import the lists again",
     "её создала другая версия qrcert: возьмите ту же или добавьте списки заново"),
    ("{} was changed by another program: its tables are not those of qrcert",
     "{} изменила другая программа: таблицы в ней не от qrcert"),
    ("no list of the authority {} is stored in {}", "списка органа {} в {} нет"),
    ("the list of {} was replaced by a newer one while it was in use",
     "список ({}) во время работы сменился более новым"),
    ("do it again: it will be done with the newer list", "повторите: теперь с новым списком"),
)  # fmt: skip
"""English and Russian, as `qrcert.cli.russian` explains."""
