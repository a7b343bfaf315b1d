"""Photos of a certificate from near: lens and hand, geometry, light, damage, and all of it at once."""

from __future__ import annotations

import cv2
import numpy as np
import wear
from camera import (
    Crumpled,
    Curled,
    Folded,
    Lamp,
    Sensor,
    Sheet,
    disc,
    expose,
    jpeg,
    look,
    room,
    shake,
    to_grey,
)
from certificates import Grey, Paper
from shots import Chance, kind, lit, near, photo, sheet_of, spot

# ---------------------------------------------------------------------------------- lens, hand, sensor


@kind("blur", "gaussian, sigma in modules", 0.3, 0.66)
def _blur(paper: Paper, chance: Chance, level: float) -> Grey:
    module = chance.uniform(3, 6)
    return photo(paper, chance, module=module, sensor=Sensor(soft=level * module))


@kind("defocus", "radius of the disc in modules", 0.45, 1.05)
def _defocus(paper: Paper, chance: Chance, level: float) -> Grey:
    module = chance.uniform(3, 6)
    return photo(paper, chance, module=module, kernel=disc(level * module))


@kind("motion", "way of the hand in modules", 0.8, 2.4)
def _motion(paper: Paper, chance: Chance, level: float) -> Grey:
    module = chance.uniform(3, 6)
    return photo(paper, chance, module=module, kernel=shake(chance, level * module))


@kind("noise", "deviation at white over white", 0.1, 0.45)
def _noise(paper: Paper, chance: Chance, level: float) -> Grey:
    return photo(paper, chance, module=chance.uniform(3, 6), sensor=Sensor(noise=level))


@kind("lowlight", "deviation at white over white", 0.03, 0.32)
def _lowlight(paper: Paper, chance: Chance, level: float) -> Grey:
    """Photograph in a dark room: noise, a slow shutter, a camera that smooths the noise away."""
    module = chance.uniform(2.5, 5)
    sensor = Sensor(white=chance.uniform(1.2, 2.2), noise=level, quality=None)
    raw = photo(paper, chance, module=module, kernel=shake(chance, 0.7 * module), sensor=sensor)
    return jpeg(np.asarray(cv2.bilateralFilter(raw, 5, 60, 1.5), np.uint8), 80)


@kind("jpeg", "quality", 28, 4)
def _jpeg(paper: Paper, chance: Chance, level: float) -> Grey:
    """Send a photo through messengers: scaled, and compressed twice."""
    first = photo(paper, chance, module=chance.uniform(2.6, 3.4), sensor=Sensor(soft=0.7, sharpen=0.4))
    factor = chance.uniform(0.6, 0.75)
    small = cv2.resize(jpeg(first, 60), None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return jpeg(np.asarray(small, np.uint8), round(level))


# -------------------------------------------------------------------------------------------- geometry


@kind("tilt", "degrees from upright", 52, 75)
def _tilt(paper: Paper, chance: Chance, level: float) -> Grey:
    toward = chance.choice([0, 90, 180, 270]) + chance.uniform(-35, 35)
    distance = chance.uniform(220, 400)
    sensor = Sensor(soft=0.7, sharpen=0.3)
    return photo(
        paper,
        chance,
        module=chance.uniform(4, 7),
        sensor=sensor,
        tilt=level,
        toward=toward,
        distance=distance,
    )


@kind("turn", "pixels a module, turned anyhow", 2.6, 1.5)
def _turn(paper: Paper, chance: Chance, level: float) -> Grey:
    return photo(paper, chance, module=level, turn=chance.uniform(0, 360), sensor=Sensor(noise=0.03))


@kind("curl", "radius in widths of the code", 1.6, 0.5)
def _curl(paper: Paper, chance: Chance, level: float) -> Grey:
    angle = chance.choice([0.0, 90.0]) + chance.uniform(-25, 25)
    surface = Curled(spot(paper, chance, 0.15), level * paper.side, angle, hollow=chance.random() < 0.4)
    lamp = Lamp(toward=chance.uniform(0, 360), ambient=0.5)
    return photo(paper, chance, module=chance.uniform(3.5, 6), surface=surface, lamp=lamp, tilt=10)


@kind("fold", "slope of each half, degrees", 8, 45)
def _fold(paper: Paper, chance: Chance, level: float) -> Grey:
    about, angle = spot(paper, chance, 0.3), chance.choice([0.0, 90.0]) + chance.uniform(-6, 6)
    slope = np.tan(np.radians(level)) * chance.choice([-1, 1])
    sheet = wear.cracked(sheet_of(paper), chance, lines=[(*about, angle)], width=0.7, worn=0.5)
    lamp = Lamp(toward=chance.uniform(0, 360), height=45, ambient=0.4)
    return photo(
        paper,
        chance,
        module=chance.uniform(3.5, 6),
        sheet=sheet,
        surface=Folded(about, angle, float(slope)),
        lamp=lamp,
        tilt=chance.uniform(0, 20),
        toward=chance.uniform(0, 360),
    )


@kind("crease", "slope of the creases", 0.003, 0.042)
def _crease(paper: Paper, chance: Chance, level: float) -> Grey:
    """Crumple the sheet and flatten it again."""
    lines = []
    for _ in range(9):
        x, y = spot(paper, chance, 0.6)
        lines.append((x, y, float(chance.uniform(0, np.pi)), float(level * chance.choice([-1, 1]))))
    folds = [(x, y, float(np.degrees(normal)) + 90) for x, y, normal, _ in lines]
    sheet = wear.cracked(sheet_of(paper), chance, lines=folds, width=0.5, worn=0.6)
    lamp = Lamp(toward=chance.uniform(0, 360), height=40, ambient=0.4)
    return photo(
        paper,
        chance,
        module=chance.uniform(3, 5.5),
        sheet=sheet,
        surface=Crumpled(tuple(lines)),
        lamp=lamp,
        tilt=chance.uniform(5, 30),
        toward=chance.uniform(0, 360),
    )


@kind("mirror", "pixels a module, mirrored", 2.5, 1.5)
def _mirror(paper: Paper, chance: Chance, level: float) -> Grey:
    """Use the front camera of a phone, which shows a mirror image."""
    taken = photo(paper, chance, module=level, sensor=Sensor(soft=0.6, noise=0.04, quality=80))
    return np.ascontiguousarray(taken[:, ::-1])


# ----------------------------------------------------------------------------------------------- light


@kind("contrast", "ink over paper, in light", 0.62, 0.93)
def _contrast(paper: Paper, chance: Chance, level: float) -> Grey:
    """Photograph faded ink through a milky sleeve."""
    sheet = sheet_of(paper)
    ink = 255 * level ** (1 / 2.2)
    pale = Sheet(to_grey(ink + (255 - ink) * (sheet.pixels / np.float32(255))), sheet.scale)
    sensor = Sensor(noise=0.035, veil=0.1, quality=88)
    return photo(paper, chance, module=chance.uniform(3, 5.5), sheet=pale, sensor=sensor)


@kind("shadow", "share of the light that is kept off", 0.9, 0.992)
def _shadow(paper: Paper, chance: Chance, level: float) -> Grey:
    """Throw the shadow of a phone on the code, with a sharp edge."""
    module = chance.uniform(3, 5.5)
    camera = near(paper, chance, module)
    view = look(sheet_of(paper), camera, behind=room(chance, camera.size))
    angle = chance.uniform(0, 2 * np.pi)
    x, y = view.x - paper.centre[0], view.y - paper.centre[1]
    off = x * np.cos(angle) + y * np.sin(angle) - chance.uniform(-0.2, 0.2) * paper.side
    bend = 0.004 * (x * -np.sin(angle) + y * np.cos(angle)) ** 2 * chance.uniform(-1, 1)
    edge = 1 / (1 + np.exp(-np.clip((off + bend) / chance.uniform(0.3, 2.5), -30, 30)))
    light = lit(chance, view) * (1 - level * edge.astype(np.float32))
    return expose(light, Sensor(noise=0.025, white=1.05), chance)


@kind("glare", "share of the code's side that is burnt out", 0.1, 0.55)
def _glare(paper: Paper, chance: Chance, level: float) -> Grey:
    """Reflect a lamp in a glossy sleeve."""
    module = chance.uniform(3, 5.5)
    camera = near(paper, chance, module)
    view = look(sheet_of(paper), camera, behind=room(chance, camera.size))
    x0, y0 = spot(paper, chance, 0.3)
    angle, ratio = chance.uniform(0, np.pi), chance.uniform(1, 2.2)
    u = (view.x - x0) * np.cos(angle) + (view.y - y0) * np.sin(angle)
    v = -(view.x - x0) * np.sin(angle) + (view.y - y0) * np.cos(angle)
    away = np.hypot(u / ratio**0.5, v * ratio**0.5) / (level * paper.side / 2)
    lamp = 1.6 / (1 + away**4) + 0.25 * np.exp(-away / 2)
    return expose(lit(chance, view) + lamp.astype(np.float32), Sensor(white=1.0, noise=0.02), chance)


# ---------------------------------------------------------------------------------------------- damage


@kind("stain", "width of the stain over the code's side", 0.22, 0.55)
def _stain(paper: Paper, chance: Chance, level: float) -> Grey:
    sheet = wear.stained(
        sheet_of(paper),
        chance,
        about=spot(paper, chance, 0.3),
        radius=level * paper.side / 2,
        depth=chance.uniform(0.95, 1.1),
    )
    return photo(paper, chance, module=chance.uniform(3, 5.5), sheet=sheet)


@kind("pen", "strokes across the code", 1, 9)
def _pen(paper: Paper, chance: Chance, level: float) -> Grey:
    sheet = wear.written(
        sheet_of(paper), chance, about=paper.centre, side=paper.side, strokes=round(level), width=0.7
    )
    return photo(paper, chance, module=chance.uniform(3, 5.5), sheet=sheet)


# ----------------------------------------------------------------------------------- all of it at once


@kind("combo", "how much of each", 0.3, 1.0)
def _combo(paper: Paper, chance: Chance, level: float) -> Grey:
    """Take a hasty photo: far away, tilted, curled, unsharp, shaken, noisy, compressed."""
    module = 3.6 - 1.6 * level
    surface = Curled(
        paper.centre, paper.side * (4 - 2.5 * level), chance.uniform(0, 180), hollow=chance.random() < 0.5
    )
    kernel = cv2.filter2D(shake(chance, 0.9 * level * module), -1, disc(0.4 * level * module))
    sensor = Sensor(soft=0.6, white=1.2, noise=0.08 * level, sharpen=0.4, quality=int(90 - 40 * level))
    return photo(
        paper,
        chance,
        module=module,
        surface=surface,
        lamp=Lamp(toward=chance.uniform(0, 360), ambient=0.5),
        kernel=kernel / kernel.sum(),
        sensor=sensor,
        tilt=25 * level,
        toward=chance.uniform(0, 360),
        turn=chance.uniform(-20, 20),
    )
