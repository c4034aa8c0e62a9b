"""All models by name, each from every view that it has: one way to draw them, whatever they are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from indexer.sample.bicycles import draw_city_bicycle, draw_racer
from indexer.sample.bonneted import draw_bonneted_face
from indexer.sample.buses import BUSES, TRAMS
from indexer.sample.camera import Camera
from indexer.sample.canvas import Canvas
from indexer.sample.cars import CARS
from indexer.sample.colours import PAINTS, Colour
from indexer.sample.corners import Body, corner_box, draw_corner, ground_outline
from indexer.sample.floaters import draw_balloon, draw_sailing_boat
from indexer.sample.motorcycles import draw_cruiser, draw_naked_motorcycle, draw_scooter
from indexer.sample.outlines import Box, Outline, Point, bounds, ellipse
from indexer.sample.planes import apply, lay
from indexer.sample.profiles import Livery, Profile, livery
from indexer.sample.sides import draw_side
from indexer.sample.tractors import draw_cab_tractor, draw_open_tractor
from indexer.sample.trucks import TRUCKS
from indexer.sample.upright import draw_upright_face
from indexer.sample.vans import PICKUPS, VANS

_EYE_M = 1.6
_PROFILES: dict[str, Profile] = {**CARS, **VANS, **PICKUPS, **BUSES, **TRUCKS, **TRAMS}


@dataclass(frozen=True)
class Vehicle:
    """Something to be drawn: the room it takes in metres, the ground it covers, its lamps, and how to draw it."""

    box: Box
    ground: Outline
    draw: Callable[[Canvas], None]
    lamps: tuple[Point, ...] = ()
    eye_m: float = _EYE_M
    """How high above its foot the horizon lies."""
    foot: float = 0.86
    """Where its foot stands, as a share of the picture's height."""


@dataclass(frozen=True)
class _Sketch:
    """A model drawn by hand, from its side only."""

    draw: Callable[[Canvas, Colour], None]
    box: Box
    width: float
    eye_m: float = _EYE_M
    foot: float = 0.86


_SKETCHES = {
    "racer": _Sketch(draw_racer, (0.0, -0.02, 1.75, 1.1), 0.16),
    "city-bicycle": _Sketch(draw_city_bicycle, (-0.04, -0.02, 1.85, 1.15), 0.16),
    "naked-motorcycle": _Sketch(draw_naked_motorcycle, (0.0, -0.02, 2.12, 1.32), 0.3),
    "cruiser": _Sketch(draw_cruiser, (0.0, -0.02, 2.4, 1.22), 0.3),
    "scooter": _Sketch(draw_scooter, (0.05, -0.02, 1.7, 1.32), 0.25),
    "cab-tractor": _Sketch(draw_cab_tractor, (-0.08, -0.04, 4.5, 2.95), 0.9),
    "open-tractor": _Sketch(draw_open_tractor, (-0.08, -0.04, 4.5, 2.95), 0.9),
    "sailing-boat": _Sketch(draw_sailing_boat, (-0.1, -0.05, 8.6, 10.4), 0.6, 2.6, 0.84),
    "balloon": _Sketch(draw_balloon, (-8.2, -0.05, 8.2, 21.9), 0.0, -4.5, 0.74),
}  # fmt: skip
MODELS = frozenset(_PROFILES) | frozenset(_SKETCHES)


def build_vehicle(model: str, colour: str, aspect: str) -> Vehicle:
    """Return the vehicle as its side, corner, front or rear shows it; fronts point to the right.

    Raises `KeyError` for a model or a colour that does not exist, and for a front or rear that nobody has drawn.
    """
    if model in _SKETCHES:
        return {"side": _sketch_side, "corner": _sketch_corner}[aspect](_SKETCHES[model], PAINTS[colour])
    views = {"side": _side, "corner": _corner, "front": _front, "rear": _rear}
    return views[aspect](_PROFILES[model], livery(colour))


def _camera(length_m: float) -> Camera:
    return Camera(yaw_deg=36, distance_m=length_m * 1.5 + 3, eye_m=_EYE_M + 0.1)


def _side(profile: Profile, paints: Livery) -> Vehicle:
    box = (-0.1, -0.04, profile.length + 0.1, _highest(profile) + 0.05)
    lamps = (_middle(profile.lamps[0]),)
    draw = partial(draw_side, profile=profile, livery=paints)
    return Vehicle(box, _flat_ground(0.0, profile.length, profile.width * 0.1), draw, lamps)


def _corner(profile: Profile, paints: Livery) -> Vehicle:
    camera = _camera(profile.length)
    draw = partial(draw_corner, profile=profile, livery=paints, camera=camera)
    lamp = camera.project(Body(profile).point(*_middle(profile.lamps[0])))
    return Vehicle(corner_box(profile, camera), ground_outline(profile, camera), draw, (lamp,))


def _front(profile: Profile, paints: Livery, rear: bool = False) -> Vehicle:
    half = profile.width / 2
    draw_face = {"car": draw_bonneted_face, "box": draw_upright_face}[profile.face.style]
    draw = partial(draw_face, profile=profile, livery=paints, rear=rear)
    y = profile.nose_y - 0.05 if profile.face.style == "car" else profile.face.screen_y[0] * 0.6
    lamps = () if rear else ((-half * 0.76, y), (half * 0.76, y))
    box = (-half - 0.3, -0.04, half + 0.3, profile.height + 0.05)
    return Vehicle(box, _flat_ground(-half, half, profile.width * 0.08), draw, lamps)


def _rear(profile: Profile, paints: Livery) -> Vehicle:
    return _front(profile, paints, rear=True)


def _sketch_side(sketch: _Sketch, colour: Colour) -> Vehicle:
    ground = _flat_ground(sketch.box[0], sketch.box[2], sketch.width * 0.2)
    return Vehicle(sketch.box, ground, lambda canvas: sketch.draw(canvas, colour), (), sketch.eye_m, sketch.foot)


def _sketch_corner(sketch: _Sketch, colour: Colour) -> Vehicle:
    """Return the sketch as a flat thing turned towards us: two wheels in a row are nearly that."""
    left, bottom, right, top = sketch.box
    camera, middle = _camera(right - left), (left + right) / 2
    plane = camera.plane((-middle, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))

    def draw(canvas: Canvas) -> None:
        flat = Canvas(sketch.box, canvas.scale)
        sketch.draw(flat, colour)
        lay(canvas, flat, plane, sketch.box)

    box = bounds([apply(plane, (x, y)) for x in (left, right) for y in (bottom, top)])
    half, reach = sketch.width / 2, (right - left) / 2
    ground = [camera.project((x, 0.0, z)) for x, z in ((-reach, half), (reach, half), (reach, -half), (-reach, -half))]
    return Vehicle(box, ground, draw)


def _flat_ground(left: float, right: float, depth: float) -> Outline:
    return ellipse((left + right) / 2, 0.0, (right - left) / 2, depth)


def _middle(outline: Outline) -> Point:
    left, bottom, right, top = bounds(outline)
    return (left + right) / 2, (bottom + top) / 2


def _highest(profile: Profile) -> float:
    return max([profile.height, *(y for outline, _ in profile.trims for _, y in outline)])
