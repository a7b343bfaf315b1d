"""The Russian of errors about files, pictures and PDFs that are looked through."""

from __future__ import annotations

from typing import Final

SOURCES: Final = (
    ("neither a picture nor a PDF: the file begins with {}", "не картинка и не PDF: файл начинается с {}"),
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
    ("a damaged picture: it is cut off, or not what it says it is",
     "картинка повреждена: обрезана или не то, чем названа"),
    ("page {} of the PDF is damaged", "страница {} документа PDF повреждена"),
    ("page {} of the PDF cannot be drawn: {}", "страница {} документа PDF не открывается: {}"),
    ("{}, and {} more", "{}, и ещё {}"),
    ("the PDF takes longer than {} s", "на PDF уходит больше {} с"),
    ("the PDF needs too much memory", "на PDF не хватает памяти"),
    ("page {} of the PDF takes longer than {} s", "на страницу {} документа PDF уходит больше {} с"),
    ("page {} of the PDF needs too much memory", "на страницу {} документа PDF не хватает памяти"),
    ("reading the file takes longer than {} s, page {} and later were not read",
     "на файл уходит больше {} с, страницы с {} не прочитаны"),
    ("a picture of more than {} pages", "в картинке больше {} страниц"),
    ("a picture of the kind {}, which the installed Pillow does not read",
     "картинка вида {}, которого установленная Pillow не читает"),
    ("the picture is cut short, and there is no code in the part that is left",
     "картинка обрезана, и в оставшейся части кода нет"),
    ("a picture of {} x {} pixels, at most {} are read",
     "картинка {} x {} точек, читается не больше {} точек"),
    ("a picture of more than {} pixels", "в картинке больше {} точек"),
)  # fmt: skip
"""English and Russian, as `qrcert.cli.russian` explains."""
