"""A camera for the benches: rays from each pixel meet a sheet of paper, light falls on it, a sensor sees it.

Lengths on the paper are millimetres (x to the right, y down, z away from the camera), brightness is linear light
from 0 to 1 until the sensor makes grey levels of it. Rays are traced on a coarse grid and the sheet is sampled
twice as fine as the pixels in both directions, so that no pattern appears that a lens and a sensor would not give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from certificates import Grey
from numpy.typing import NDArray

Light = NDArray[np.float32]
"""A picture in linear light of shape (rows, columns), 1 = what white paper in full light would give."""

Field = NDArray[np.float64]

GAMMA = 2.2
PAPER, INK = 0.82, 0.045
"""Reflectance of office paper and of toner."""

_FINE = 2
"""Samples a pixel, in each direction."""

_STEP = 4
"""Samples between two traced rays, in each direction; surfaces are smooth at this scale."""

_ROUND = 0.8
"""Millimetres over which a fold is round."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A flat sheet: ``pixels`` as printed, ``scale`` of them a millimetre, the first of them at the origin."""

    pixels: Grey
    scale: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        return self.pixels.shape[1] / self.scale, self.pixels.shape[0] / self.scale

    def at_scale(self, scale: float) -> Sheet:
        """Return the sheet with fewer pixels where it has more than ``scale`` a millimetre."""
        if scale >= self.scale:
            return self
        factor = scale / self.scale
        smaller = cv2.resize(self.pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        return Sheet(np.asarray(smaller, np.uint8), scale)


@dataclass(frozen=True, slots=True)
class Rays:
    """Where rays start (one point for all) and where they go, as fields of the same shape."""

    x0: float
    y0: float
    z0: float
    dx: Field
    dy: Field
    dz: Field


@dataclass(frozen=True, slots=True)
class Hits:
    """Where rays meet the paper, in millimetres on the sheet, and how steep it is there: dz/dx and dz/dy."""

    x: Field
    y: Field
    steep_x: Field
    steep_y: Field


class Surface(Protocol):
    """The shape in which a sheet lies."""

    def meet(self, rays: Rays) -> Hits:
        """Return where the rays meet it; NaN for those that do not."""
        ...


@dataclass(frozen=True, slots=True)
class Flat:
    """A sheet on a table."""

    def meet(self, rays: Rays) -> Hits:
        """Return where the rays meet the plane."""
        far = -rays.z0 / rays.dz
        level = np.zeros_like(far)
        return Hits(rays.x0 + far * rays.dx, rays.y0 + far * rays.dy, level, level)


@dataclass(frozen=True, slots=True)
class Curled:
    """A sheet bent around a cylinder of ``radius`` that touches the table at ``about``; ``angle`` is its axis.

    ``hollow``: the sheet's edges rise to the camera, else they fall away from it.
    """

    about: tuple[float, float]
    radius: float
    angle: float
    hollow: bool = False

    def meet(self, rays: Rays) -> Hits:
        """Return where the rays meet the cylinder, measured along the paper."""
        across, along = _turned(rays, self.about, self.angle)
        middle = -self.radius if self.hollow else self.radius
        z0 = rays.z0 - middle
        a = across[1] ** 2 + rays.dz**2
        b = across[0] * across[1] + z0 * rays.dz
        c = across[0] ** 2 + z0**2 - self.radius**2
        with np.errstate(invalid="ignore"):
            root = np.sqrt(b * b - a * c)
            far = (-b + root) / a if self.hollow else (-b - root) / a
            q = across[0] + far * across[1]
            sine = q / self.radius
            steep = sine / np.sqrt(np.maximum(1 - sine**2, 1e-3)) * (-1 if self.hollow else 1)
            length = self.radius * np.arcsin(np.clip(sine, -1, 1))
        return _untwisted(length, along[0] + far * along[1], steep, self.about, self.angle)


@dataclass(frozen=True, slots=True)
class Folded:
    """A sheet that was folded along a line through ``about`` in direction ``angle`` and stands ``slope`` steep.

    A positive ``slope`` is a ridge towards the camera, a negative one a valley.
    """

    about: tuple[float, float]
    angle: float
    slope: float

    def meet(self, rays: Rays) -> Hits:
        """Return where the rays meet the nearer of the two halves."""
        across, along = _turned(rays, self.about, self.angle)
        far = np.full(np.shape(rays.dz), np.inf)
        for slope in (self.slope, -self.slope):
            reach = (slope * across[0] - rays.z0) / (rays.dz - slope * across[1])
            side = np.sign(slope * self.slope) * (across[0] + reach * across[1]) >= 0
            nearer = side & (reach > 0) & (reach < far)
            far = np.where(nearer, reach, far)
        far = np.where(np.isfinite(far), far, np.nan)
        q = (across[0] + far * across[1]) * np.hypot(1, self.slope)
        steep = self.slope * np.tanh(q / _ROUND)
        return _untwisted(q, along[0] + far * along[1], steep, self.about, self.angle)


@dataclass(frozen=True, slots=True)
class Crumpled:
    """A sheet with many creases: ``lines`` are rows of x, y, angle, slope; it stays nearly in its plane."""

    lines: tuple[tuple[float, float, float, float], ...]

    def meet(self, rays: Rays) -> Hits:
        """Return where the rays meet the plane, moved by how high the paper stands there."""
        flat = Flat().meet(rays)
        height, steep_x, steep_y = np.zeros_like(flat.x), np.zeros_like(flat.x), np.zeros_like(flat.x)
        for x, y, angle, slope in self.lines:
            normal = np.cos(angle), np.sin(angle)
            off = (flat.x - x) * normal[0] + (flat.y - y) * normal[1]
            bent = slope * np.tanh(off / _ROUND)
            height += bent * off
            steep_x += bent * normal[0]
            steep_y += bent * normal[1]
        height -= np.mean(height)
        moved_x = flat.x + height * rays.dx / rays.dz
        return Hits(moved_x, flat.y + height * rays.dy / rays.dz, steep_x, steep_y)


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera is: it looks at the point ``aim`` of the sheet from ``distance`` millimetres.

    ``scale`` is pixels a millimetre there, ``size`` rows and columns of the picture; ``tilt`` degrees from
    upright in the direction ``toward`` (degrees), ``turn`` degrees in the plane of the picture.
    """

    aim: tuple[float, float]
    scale: float
    size: tuple[int, int]
    tilt: float = 0.0
    toward: float = 0.0
    turn: float = 0.0
    distance: float = 350.0

    def rays(self, u: Field, v: Field) -> Rays:
        """Return the rays of the points ``u``, ``v`` of the picture, in pixels from its middle."""
        tilt, toward, turn = np.radians((self.tilt, self.toward, self.turn))
        forward = np.array([np.sin(tilt) * np.cos(toward), np.sin(tilt) * np.sin(toward), np.cos(tilt)])
        side = np.cross((0.0, 1.0, 0.0), forward)
        side /= np.linalg.norm(side)
        down = np.cross(forward, side)
        right = np.cos(turn) * side + np.sin(turn) * down
        below = np.cos(turn) * down - np.sin(turn) * side
        start = np.array([*self.aim, 0.0]) - self.distance * forward
        focal = self.scale * self.distance
        dx, dy, dz = (np.asarray(u * right[at] + v * below[at] + focal * forward[at]) for at in range(3))
        return Rays(float(start[0]), float(start[1]), float(start[2]), dx, dy, dz)


@dataclass(frozen=True, slots=True)
class Lamp:
    """Light from a direction (degrees in the plane, and above it), with a share ``ambient`` from everywhere."""

    toward: float = 225.0
    height: float = 50.0
    ambient: float = 0.55

    def on(self, hits: Hits) -> Field:
        """Return how brightly each point is lit, 1 for level paper."""
        toward, height = np.radians((self.toward, self.height))
        along = np.cos(height) * (np.cos(toward) * hits.steep_x + np.sin(toward) * hits.steep_y)
        length = np.sqrt(1 + hits.steep_x**2 + hits.steep_y**2)
        direct = np.maximum(np.sin(height) + along, 0) / length / np.sin(height)
        return np.asarray(self.ambient + (1 - self.ambient) * direct)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the lens forms: ``light``, and for each pixel the point of the sheet, in millimetres."""

    light: Light
    x: Light
    y: Light


def look(
    sheet: Sheet,
    pose: Pose,
    *,
    surface: Surface | None = None,
    lamp: Lamp | None = None,
    behind: Light | None = None,
) -> View:
    """Return the view of a sheet; ``behind`` is what is seen beside it, grey if nothing is said."""
    rows, columns = pose.size
    x, y, lit = _trace(pose, surface or Flat(), lamp or Lamp())
    source = sheet.at_scale(_FINE * pose.scale * 1.1)
    grey = cv2.remap(
        source.pixels,
        x * np.float32(source.scale) - np.float32(0.5),
        y * np.float32(source.scale) - np.float32(0.5),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    width, height = sheet.size
    inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
    light = reflectance(np.asarray(grey, np.uint8)) * lit
    if behind is None:
        behind = np.full((rows, columns), 0.25, np.float32)
    around = cv2.resize(behind, (columns * _FINE, rows * _FINE), interpolation=cv2.INTER_LINEAR)
    light = np.where(inside, light, around)
    small = [cv2.resize(one, (columns, rows), interpolation=cv2.INTER_AREA) for one in (light, x, y)]
    return View(*(np.asarray(one, np.float32) for one in small))


def _trace(pose: Pose, surface: Surface, lamp: Lamp) -> tuple[Light, Light, Light]:
    """Return sheet coordinates and brightness for every sample; points off the sheet are far away."""
    rows, columns = (side * _FINE for side in pose.size)
    v = (np.arange(-1, rows // _STEP + 2) * _STEP + (_STEP - rows) / 2) / _FINE
    u = (np.arange(-1, columns // _STEP + 2) * _STEP + (_STEP - columns) / 2) / _FINE
    grid_u, grid_v = np.meshgrid(u, v)
    hits = surface.meet(pose.rays(grid_u, grid_v))
    fields = []
    for values, missing in ((hits.x, -1e4), (hits.y, -1e4), (lamp.on(hits), 1.0)):
        known = np.nan_to_num(values, nan=missing).astype(np.float32)
        fine = cv2.resize(known, None, fx=_STEP, fy=_STEP, interpolation=cv2.INTER_LINEAR)
        fields.append(np.ascontiguousarray(fine[_STEP : _STEP + rows, _STEP : _STEP + columns], np.float32))
    return fields[0], fields[1], fields[2]


def _turned(
    rays: Rays, about: tuple[float, float], angle: float
) -> tuple[tuple[float, Field], tuple[float, Field]]:
    """Return start and direction of the rays across and along an axis through ``about``."""
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    x0, y0 = rays.x0 - about[0], rays.y0 - about[1]
    across = (float(-sine * x0 + cosine * y0), -sine * rays.dx + cosine * rays.dy)
    along = (float(cosine * x0 + sine * y0), cosine * rays.dx + sine * rays.dy)
    return across, along


def _untwisted(across: Field, along: Field, steep: Field, about: tuple[float, float], angle: float) -> Hits:
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    x = about[0] - sine * across + cosine * along
    y = about[1] + cosine * across + sine * along
    return Hits(x, y, -sine * steep, cosine * steep)


_TO_LIGHT = (INK + (PAPER - INK) * (np.arange(256) / 255) ** GAMMA).astype(np.float32)


def reflectance(grey: Grey) -> Light:
    """Return how much light printed grey levels reflect."""
    return np.asarray(_TO_LIGHT[grey], np.float32)


def room(
    chance: np.random.Generator, size: tuple[int, int], *, dark: float = 0.05, light: float = 0.55
) -> Light:
    """Return what is behind a sheet held up to a camera: soft light, and things with edges, out of focus."""
    rows, columns = size
    picture = np.zeros((rows, columns), np.float32)
    for cells, weight in ((3, 0.55), (7, 0.3)):
        coarse = chance.random((cells * rows // min(size) + 1, cells * columns // min(size) + 1), np.float32)
        picture += weight * cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC)
    for _ in range(14):
        side = chance.uniform(0.03, 0.35, 2) * min(size)
        corner = chance.uniform(-0.1, 1, 2) * (columns, rows)
        box = cv2.boxPoints((tuple(corner), tuple(side), float(chance.normal(0, 4))))
        cv2.fillPoly(picture, [box.astype(np.int32)], float(chance.random()))
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), min(size) / 300), np.float32)
    return np.asarray(np.clip(dark + (light - dark) * picture, 0, 1), np.float32)


# ------------------------------------------------------------------------------------- lens and sensor


def disc(radius: float) -> Light:
    """Return the kernel of a lens out of focus: a disc of ``radius`` pixels with a soft edge."""
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.asarray(kernel / kernel.sum(), np.float32)


def shake(chance: np.random.Generator, length: float, *, bend: float = 0.15) -> Light:
    """Return the kernel of a hand that moved ``length`` pixels, in a line bent by ``bend`` of its length."""
    angle, fine = chance.uniform(0, np.pi), 8
    side = int(np.ceil(length * (1 + bend))) + 3
    side += 1 - side % 2
    t = np.linspace(-0.5, 0.5, int(length * fine * 2) + 2)
    across = bend * chance.uniform(-1, 1) * length * (4 * t**2 - 0.5)
    x = (length * t * np.cos(angle) - across * np.sin(angle) + side / 2) * fine
    y = (length * t * np.sin(angle) + across * np.cos(angle) + side / 2) * fine
    kernel = np.zeros((side * fine, side * fine), np.float32)
    np.add.at(kernel, (y.astype(int), x.astype(int)), 1.0)
    soft = cv2.GaussianBlur(kernel, (0, 0), fine / 3)
    small = np.asarray(cv2.resize(soft, (side, side), interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(small / small.sum(), np.float32)


@dataclass(frozen=True, slots=True)
class Sensor:
    """How light becomes grey levels.

    ``soft``: the lens at its best, a gaussian sigma in pixels; ``white``: light that gives the brightest level;
    ``noise``: standard deviation at white over white (shot noise), with a tenth of it in the dark; ``veil``: light
    scattered over everything; ``sharpen``: amount of the unsharp mask that phones apply; ``quality`` of the JPEG,
    None for none.
    """

    soft: float = 0.55
    white: float = 1.0
    noise: float = 0.012
    veil: float = 0.0
    sharpen: float = 0.0
    quality: int | None = 92


def expose(light: Light, sensor: Sensor, chance: np.random.Generator) -> Grey:
    """Return the picture that a sensor takes."""
    seen = cv2.GaussianBlur(light, (0, 0), sensor.soft) if sensor.soft else light
    seen = (seen + sensor.veil) / (sensor.white + sensor.veil)
    spread = sensor.noise * np.sqrt(np.maximum(seen, 0) + 0.01)
    seen = seen + spread * chance.standard_normal(seen.shape, np.float32)
    grey = 255 * np.clip(seen, 0, 1) ** np.float32(1 / GAMMA)
    if sensor.sharpen:
        grey = grey + sensor.sharpen * (grey - cv2.GaussianBlur(grey, (0, 0), 1.2))
    picture = to_grey(grey)
    return picture if sensor.quality is None else jpeg(picture, sensor.quality)


def to_grey(values: NDArray[np.floating] | Grey) -> Grey:
    """Return grey levels rounded and clipped to bytes."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def jpeg(picture: Grey, quality: int) -> Grey:
    """Return the picture as it comes back from a JPEG file."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
