"""The Russian of errors about pictures, documents, cameras and the proof sheet."""

from __future__ import annotations

from typing import Final

READING: Final = (
    # the proof sheet
    ("name a picture of the printed sheet, or -o FILE.pdf for a sheet to print",
     "назовите картинку отпечатанного листа или -o ФАЙЛ.pdf, чтобы получить лист для печати"),
    ("the proof sheet could not be set: {}", "пробный лист не сверстался: {}"),
    ("the proof sheet was not set cleanly: {}", "пробный лист свёрстан с огрехами: {}"),
    ("invalid value for {}: {} is not a valid float{}", "{}: {} — не число"),
    ("does not read the self-test picture", "не читает пробную картинку"),
    # cameras, films, the window of scan
    ("camera {} gives no pictures any more", "камера {} больше не даёт картинки"),
    ("was it pulled out?", "не выдернули ли её?"),
    ("there is no camera {}", "камеры {} нет"),
    ("is it plugged in? qrcert scan --list-cameras tells which there are",
     "подключена ли она? какие есть, покажет qrcert scan --list-cameras"),
    ("camera {} gives no pictures: it is busy or broken", "камера {} не даёт картинки: занята или неисправна"),
    ("there is no camera {}, or it is busy", "камеры {} нет, или она занята"),
    ("close other programs that use a camera, or choose another one: --camera N",
     "закройте другие программы с камерой или выберите другую: --camera N"),
    ("{} is no video: it begins with {}", "{} — не видео: файл начинается с {}"),
    ("{} is a damaged video, or of a kind not read here",
     "видео {} повреждено или такого вида, который здесь не читается"),
    ("a video of {} x {} pixels, at most {} are read", "видео {} x {} точек, читается не больше {} точек"),
    ("the video {} takes too long to decode", "видео {} слишком долго раскодировать"),
    ("the video {} needs too much memory", "на видео {} не хватает памяти"),
    ("a video of more than {} frames", "в видео кадров больше {}"),
    ("a frame of {} is not as it was announced", "кадр видео {} не таков, каким объявлен"),
    ("a camera is named by its number, a video by its file: --camera 0, --camera film.mp4",
     "камеру называют номером, видео — файлом: --camera 0, --camera film.mp4"),
    ("no file {}", "нет файла {}"),
    ("no window can be opened: there is no screen", "окно не открыть: экрана нет"),
    ("no window can be opened: the screen does not answer", "окно не открыть: экран не отвечает"),
    ("no window can be opened: this OpenCV was built without windows", "окно не открыть: OpenCV собрана без окон"),
    ("--once works without a window: qrcert scan --once --json",
     "с --once окно не нужно: qrcert scan --once --json"),
    ("the video {} could not be decoded", "видео {} раскодировать не удалось"),
)  # fmt: skip
"""English and Russian, as `qrcert.cli.russian` explains."""
