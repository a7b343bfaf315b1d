"""The Russian of errors about files of strangers: pictures, PDFs and archives, their time and their memory."""

from __future__ import annotations

from typing import Final

DOCUMENTS: Final = (
    ("a report is an Excel file, so its name ends in .xlsx, found {}",
     "отчёт — это файл Excel, его имя кончается на .xlsx, а найдено {}"),
    # files
    ("the file takes longer than {} s", "на файл уходит больше {} с"),
    ("the file needs too much memory", "на файл не хватает памяти"),
    ("the picture takes longer than {} s", "на картинку уходит больше {} с"),
    ("the picture needs too much memory", "на картинку не хватает памяти"),
    ("page {} of the picture takes longer than {} s", "на страницу {} картинки уходит больше {} с"),
    ("page {} of the picture needs too much memory", "на страницу {} картинки не хватает памяти"),
    ("a picture file without a picture", "файл картинки без картинки"),
    ("if it is yours and long, give it more time: --seconds 60",
     "если файл ваш и велик, дайте ему больше времени: --seconds 60"),
    ("a HEIC picture, and pillow-heif, which reads those, is not installed",
     "картинка HEIC, а библиотека pillow-heif, которая их читает, не установлена"),
    ('pip install "qrcert[heic]"; or save it as JPEG (iPhone: Settings, Camera, Formats, Most Compatible) '
     "or take a screenshot",
     'pip install "qrcert[heic]"; или сохраните её как JPEG (iPhone: Настройки, Камера, Форматы, Наиболее '
     "совместимые) или сделайте снимок экрана"),
    ("a damaged ZIP archive", "архив ZIP повреждён"),
    ("a damaged ZIP archive: its table of contents is cut off", "архив ZIP повреждён: нет его оглавления"),
    ("a ZIP archive whose files overlap, so a bomb or damaged",
     "в архиве ZIP файлы заходят один на другой: это бомба, или он повреждён"),
    ("a ZIP archive of {} files, at most {} are read", "в архиве ZIP файлов: {}, читается не больше {}"),
    ("a ZIP archive with a table of contents of {} bytes, at most {} are read",
     "оглавление архива ZIP занимает байт: {}, читается не больше {}"),
    ("a member of {} bytes in a ZIP archive is too big", "файл в архиве ZIP слишком велик, байт: {}"),
    ("a member of more than {} bytes in a ZIP archive is too big",
     "файл в архиве ZIP слишком велик, байт больше {}"),
    ("locked with a password in its ZIP archive", "файл в архиве ZIP закрыт паролем"),
    ("packed in a way that is not read here", "файл упакован способом, который здесь не читается"),
    ("damaged in its ZIP archive", "файл в архиве ZIP повреждён"),
    ("an archive in an archive is not opened", "архив внутри архива не открывается"),
    ("an archive without a picture, PDF or text with a code", "в архиве нет картинки, PDF или текста с кодом"),
    ("reading the archive takes longer than {} s, {} and later were not read",
     "на архив уходит больше {} с, {} и дальше не прочитано"),
    ("unpack it and name the folder", "распакуйте его и назовите папку"),
    ("unpack the archive with another program and name the folder",
     "распакуйте архив другой программой и назовите папку"),
    # the desk
    ("nothing to check was found", "проверять нечего"),
    ("looked at are pictures (.jpg .png .tif .webp .bmp .gif .heic .avif), .pdf, .zip, and texts with a code "
     "(.txt), whatever their names",
     "смотрятся картинки (.jpg .png .tif .webp .bmp .gif .heic .avif), .pdf, .zip и тексты с кодом (.txt), "
     "как бы они ни назывались"),
    ("--report goes neither with --json nor with -o", "--report не бывает вместе с --json или -o"),
    ("{}: the process that read this file broke off", "{}: процесс, читавший этот файл, прервался"),
)  # fmt: skip
