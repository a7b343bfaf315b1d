"""What errors say in Russian: the English message is the key, as in gettext; ``{}`` stands for what varies.

A message that is not here comes in English, which is better than none: it is mostly for programmers then.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_MESSAGES: Final = (
    # the command line itself
    ("missing argument {}", "не указано: {}"),
    ("missing option {}", "не указано: {}"),
    ("no such option {}", "нет параметра {}"),
    ("no such command {}", "нет команды {}"),
    ("option {} requires an argument", "после {} нужно значение"),
    ("option {} requires {} arguments", "после {} значений нужно: {}"),
    ("option {} does not take a value", "после {} значения не бывает"),
    ("got unexpected extra argument ({})", "лишнее: {}"),
    ("got unexpected extra arguments ({})", "лишнее: {}"),
    ("invalid value for {}: {} is no day; write it as {} or {}", "{}: {} — не дата; пишите {} или {}"),
    ("invalid value for {}: {} is not one of {}", "{}: {}, а возможно только {}"),
    ("invalid value for {}: {} is not a valid integer{}", "{}: {} — не целое число"),
    ("invalid value for {}: {} is not in the range {}", "{}: {} не входит в {}"),
    ("invalid value for {}: File {} is a directory", "{}: {} — папка, а нужен файл"),
    ("invalid value for {}: Directory {} is a file", "{}: {} — файл, а нужна папка"),
    ("invalid value for {}: {}", "{}: {}"),
    ("--for LIST and --own-list exclude each other: there is one authority or none",
     "--for СПИСОК и --own-list вместе не бывают: орган образования или есть, или его нет"),
    ("--school goes with --allow", "--school бывает только вместе с --allow"),
    ("name a picture, a PDF, a text file, a folder, or - for standard input",
     "назовите картинку, PDF, файл с текстом, папку или - для стандартного ввода"),
    ("this needs an answer and nobody is at the terminal", "нужен ответ, а за терминалом никого нет"),
    ("look, then add --yes", "проверьте и добавьте --yes"),
    ("not confirmed, nothing was changed", "не подтверждено, ничего не изменено"),
    ("cannot go on: {}", "продолжать нельзя: {}"),
    ("cannot write {}: {}", "{} не записывается: {}"),
    ("cannot read {}: {}", "{} не читается: {}"),
    ("is the disk full, or the folder read-only?", "не полон ли диск, можно ли писать в эту папку?"),
    ("this needs {}, which is not installed", "для этого нужна библиотека {}, а её нет"),
    # keys and passphrases
    ("the passphrase of {} is needed and nobody is at the terminal",
     "нужен пароль ключа, а за терминалом никого нет"),
    ("name a file that only you can read: --passphrase-file FILE",
     "назовите файл, который читаете только вы: --passphrase-file ФАЙЛ"),
    ("cannot read the passphrase file {}: {}", "файл с паролем {} не читается: {}"),
    ("the passphrase file {} is not UTF-8 text", "файл с паролем {} — не текст в UTF-8"),
    ("the two passphrases are not the same", "введённые пароли не совпали"),
    ("nothing was made; try again", "ничего не создано; попробуйте ещё раз"),
    ("a passphrase of {} bytes where at least {} are due", "в пароле байт: {}, а нужно не меньше {}"),
    ("four ordinary words in a row are easy to keep and hard to guess",
     "четыре обычных слова подряд легко помнить и трудно угадать"),
    ("the key file {} does not open: the passphrase is wrong or the file is damaged",
     "файл ключа {} не открывается: неверный пароль или файл повреждён"),
    ("passphrases tell capitals from small letters; is the right keyboard layout on?",
     "в пароле важны заглавные и строчные буквы; та ли раскладка клавиатуры?"),
    ("the key file {} can be read by others (mode {})", "файл ключа {} могут читать другие (права {})"),
    ("cannot read the key file {}: {}", "файл ключа {} не читается: {}"),
    ("cannot write the key file {}: {}", "файл ключа {} не записывается: {}"),
    ("{} is there already: a key is never overwritten", "{} уже есть: ключ никогда не перезаписывается"),
    ("{} holds no encrypted private key in PEM", "в {} нет зашифрованного закрытого ключа"),
    # the office folder
    ("{} is no office folder: {} is missing", "{} — не папка школы: нет файла {}"),
    ("name it with --office DIR, or make one: qrcert office init DIR --school NAME --place PLACE",
     "назовите её: --office ПАПКА, или создайте: qrcert office init ПАПКА --school НАЗВАНИЕ --place МЕСТО"),
    ("{} is an office folder already", "{} — уже папка школы"),
    ("choose another folder", "выберите другую папку"),
    ("cannot make the office folder {}: {}", "папку школы {} создать нельзя: {}"),
    ("the school's name has {} bytes, 1 to {} are due", "в названии школы байт: {}, а можно от 1 до {}"),
    ("the school's place has {} bytes, 1 to {} are due", "в адресе школы байт: {}, а можно от 1 до {}"),
    ("the settings {} cannot be used: {}", "настройки {} не годятся: {}"),
    ("mend the line, or take it back", "исправьте эту строку или верните прежнюю"),
    ("{} is not the key that {} names", "{} — не тот ключ, который назван в {}"),
    ("the published list {} is not in the office folder {}",
     "опубликованного списка {} в папке школы {} нет"),
    ("when the authority has published the school's key, save its list there as {}",
     "когда орган образования опубликует ключ школы, сохраните его список туда под именем {}"),
    # issuing
    ("the list of {} of {} does not have this school's key", "в списке ({}, {}) нет ключа этой школы"),
    ("send request.json to the authority and save its next list here as list.qct",
     "отправьте request.json органу образования и сохраните его следующий список сюда как list.qct"),
    ("the list calls this school's key void", "по списку ключ этой школы недействителен"),
    ("the list calls this school's key compromised", "по списку ключ этой школы похищен"),
    ("ask the authority", "спросите орган образования"),
    ("the list does not have the form {} as it stands here", "в списке нет формы {} в таком виде, как здесь"),
    ("the authority adds it: qrcert authority form add FILE",
     "её вносит орган образования: qrcert authority form add ФАЙЛ"),
    ("this school's key may not sign {}, it may sign {}",
     "ключ этой школы не вправе подписывать {}, а вправе: {}"),
    ("issued on {}, but the key signs from {} until {}", "дата выдачи {}, а ключ подписывает с {} по {}"),
    ("is the date right? a key that has run out must be renewed by the authority",
     "верна ли дата? истёкший ключ продлевает орган образования"),
    ("row {}: number {} was issued on {} to {} with other contents",
     "строка {}: номер {} выдан {} ({}) с другим содержанием"),
    ("a number is never issued twice: replace or void the old one, or correct the number",
     "номер дважды не выдаётся: замените или погасите прежний документ либо исправьте номер"),
    ("already issued with other contents: No. {}; nothing was recorded",
     "уже выдано с другим содержанием: № {}; ничего не записано"),
    ("replace or void: qrcert replace NUMBER, or qrcert void NUMBER if it was never handed out",
     "замените (qrcert replace НОМЕР) или, если не вручён, погасите (qrcert void НОМЕР)"),
    ("there is no page {}, only {}", "бланка {} нет, есть {}"),
    ("sheet {}: the page's fonts lack {} of the {}", "документ {}: в шрифтах бланка нет знака {}"),
    ("sheet {} {} one page; its longest part is the {}, {} characters",
     "документ {} не помещается на странице; самая длинная часть, знаков: {3}"),
    ("sheet {} is {} mm longer than one page; its longest part is the {}, {} characters",
     "документ {} длиннее страницы на {} мм; самая длинная часть, знаков: {3}"),
    ("shorten texts or leave out rows", "сократите тексты или уберите строки"),
    ("the page of {} was drawn, but it verifies as {}", "бланк {} готов, но проверка говорит: {}"),
    ("is this computer's date right, and is list.qct the newest list?",
     "верна ли дата на этом компьютере, новейший ли список list.qct?"),
    ("say which one: --sheet NAME", "укажите который: --sheet НАЗВАНИЕ"),
    # forms
    ("no form {}", "нет формы {}"),
    ("shipped: {}; or name a .toml file", "готовые: {}; или назовите файл .toml"),
    ("cannot read the form {} as UTF-8 text", "форма {} не читается как текст в UTF-8"),
    # the register
    ("the register {} is not a file", "книга {} — не файл"),
    ("the register {} cannot be made: {}", "книгу {} создать нельзя: {}"),
    ("{} is a database, but not a register of qrcert", "{} — база данных, но не книга qrcert"),
    ("the register {} was written by a newer qrcert: schema {}, known up to {}",
     "книгу {} вела более новая qrcert: схема {}, известны до {}"),
    ("install the newer qrcert on this machine too", "установите более новую qrcert и на этот компьютер"),
    # lists
    ("cannot read the list {}: {}", "список {} не читается: {}"),
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
    ("{} of your lists match, expected one", "подходящих списков у вас {}, а нужен один"),
    ("yours: {}", "ваши: {}"),
    ("the lists in {} cannot be {}: {}", "списки в {} недоступны: {}"),
    ("is the disk full, the folder write-protected, or the file another program's?",
     "не полон ли диск, можно ли писать в эту папку, не чужой ли это файл?"),
    ("{} is a database of another program", "{} — база данных другой программы"),
    # reading
    ("no file or folder {}", "нет такого файла или папки: {}"),
    ("is the name right? a name with blanks stands in quotes",
     "верно ли имя? имя с пробелами пишут в кавычках"),
    ("no files in {}", "в {} нет файлов"),
    ("the folder {} cannot be read: {}", "папка {} не читается: {}"),
    ("no code in {}", "кода в {} нет"),
    ("neither picture nor PDF nor text", "не картинка, не PDF и не текст"),
    ("{} cannot be opened: {}", "{} не открывается: {}"),
    ("{} cannot be read: {}", "{} не читается: {}"),
    ("{} is a folder, expected a file", "{} — папка, а нужен файл"),
    ("{} is a device or pipe, expected a file", "{} — не обычный файл"),
    ("{} is a file of more than {} bytes", "файл {} больше {} байт"),
    ("a damaged PDF, or one without pages", "PDF повреждён или в нём нет страниц"),
    ("the PDF is locked with a password", "PDF закрыт паролем"),
    ("open it with its password and save or print it to a PDF without one",
     "откройте его с паролем и сохраните или напечатайте в PDF без пароля"),
    ("a PDF of {} pages, at most {} are read", "в PDF страниц: {}, читается не больше {}"),
    ("split it into files of fewer pages", "разделите его на файлы поменьше"),
    ("split it into smaller files", "разделите его на файлы поменьше"),
    ("a damaged picture: {}", "картинка повреждена: {}"),
    ("the picture is cut short, and there is no code in the part that is left",
     "картинка обрезана, и в оставшейся части кода нет"),
    ("a picture of {} x {} pixels, at most {} are read",
     "картинка {} x {} точек, читается не больше {} точек"),
    ("a picture of more than {} pixels", "в картинке больше {} точек"),
    ("a HEIC picture, which cannot be read here", "картинка HEIC, здесь её прочитать нельзя"),
    ("save it as JPEG (iPhone: Settings, Camera, Formats, Most Compatible) or take a screenshot",
     "сохраните её как JPEG (iPhone: Настройки, Камера, Форматы, Наиболее совместимые) или сделайте снимок экрана"),
    # the authority
    ("{} is no authority's folder: {} is missing", "{} — не папка органа: нет файла {}"),
    ("name it with --authority DIR, or make one: qrcert authority init DIR --name NAME",
     "назовите её: --authority ПАПКА, или создайте: qrcert authority init ПАПКА --name НАЗВАНИЕ"),
    ("{} holds an authority already", "в {} уже есть орган"),
    ("no form in the list matches {}", "в списке нет формы, похожей на {}"),
    ("the key would sign until {}, at most {} is allowed", "ключ подписывал бы до {}, а можно не дольше {}"),
    ("a school {} in {} is in the list already, as {}", "школа {} ({}) уже в списке под № {}"),
    ("for a second key of that school: --school {}", "второй ключ этой школы: --school {}"),
    ("it is withdrawn already, on {}", "уже отозван {}"),
    ("nothing is published yet", "ещё ничего не опубликовано"),
    ("nothing is published yet, so nothing can be withdrawn",
     "ещё ничего не опубликовано, и отзывать нечего"),
    ("the request is signed with a key that is not in use: a thief could have made it",
     "запрос подписан ключом, который не действует: его мог составить вор"),
    ("ask the school on another channel, then withdraw each paper from its picture",
     "спросите школу иным путём, затем отзовите каждый документ по его снимку"),
    ("only a certificate of a school in the list can be withdrawn, this one is {}",
     "отозвать можно только документ школы из списка, а этот — {}"),
    ("{} is neither a request nor a picture, PDF or text", "{} — не запрос, не картинка, не PDF и не текст"),
    ("{} codes in {}, expected exactly one that can be read", "кодов в {1}: {0}, а нужен ровно один"),
)  # fmt: skip

_SYSTEM: Final = {
    "No such file or directory": "нет такого файла или папки",
    "Permission denied": "нет доступа",
    "Is a directory": "это папка",
    "Not a directory": "это не папка",
    "No space left on device": "диск полон",
    "Read-only file system": "диск только для чтения",
}
"""What POSIX systems say; Windows speaks the user's language itself."""

_CODES: Final = {
    "unreadable": "это не список и не запрос, или файл повреждён",
    "too_big": "файл больше, чем бывает",
    "needs_newer": "чтобы это прочитать, нужна более новая qrcert",
    "threshold": "подписей меньше, чем нужно",
    "lone_signature": "одной из двух подписей нет",
    "bad_signature": "подпись не сходится: файл изменён или повреждён",
    "unknown_signer": "подписано неизвестным ключом",
    "unknown_authority": "список другого органа",
    "older": "у вас уже есть список новее",
    "not_next": "список не продолжает тот, что у вас",
    "went_back": "в списке пропало то, что пропадать не может",
    "not_for_us": "запрос для другого органа",
    "repeated": "этот запрос уже принят",
    "same_kid": "этот ключ уже внесён",
    "other_school": "запрос называет документ другой школы",
}
"""What the refusal codes of lists and requests mean, for messages that are not above."""

_BROKEN_LIST: Final = "файл нарушает правила списков"


def line(message: str, *, code: str | None = None) -> str:
    """Return a message or hint in Russian, or as it is where nobody has translated it.

    ``code`` is the refusal code of a trust list's error; it has a general sentence where the message has none.
    """
    for pattern, russian in _compiled():
        if found := pattern.fullmatch(message):
            return russian.format(*[_SYSTEM.get(one, one) for one in found.groups()])
    if code is not None:
        return _CODES.get(code, _BROKEN_LIST)
    return message


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the patterns with as few wildcards as possible first: the exact message before the general one."""
    table = sorted(_MESSAGES, key=lambda pair: (pair[0].count("{}"), -len(pair[0])))
    return tuple(
        (re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL), russian)
        for english, russian in table
    )
