"""Wheels seen from the side, from a bicycle's to a tractor's."""

from collections.abc import Callable
from math import cos, pi, sin

from indexer.sample.canvas import Canvas, blend
from indexer.sample.colours import BLACK, CHROME, RUBBER, Colour, darker, lighter
from indexer.sample.outlines import Point, arc, ellipse

_RIM = blend((222, 225, 230), (142, 147, 154))


def draw_wheel(canvas: Canvas, centre: Point, radius: float, style: str, colour: Colour = CHROME) -> None:
    """Draw a wheel of one of `STYLES`; `colour` paints the rim where the style has a painted one."""
    STYLES[style](canvas, centre, radius, colour)


def _tyre(canvas: Canvas, centre: Point, radius: float, rim_radius: float) -> None:
    canvas.disc(centre, radius, blend((58, 58, 62), (16, 16, 18)))
    canvas.disc(centre, (radius + rim_radius) / 2, blend((24, 24, 26), (44, 44, 48)))
    canvas.disc(centre, rim_radius * 1.04, BLACK)


def _spokes(canvas: Canvas, centre: Point, reach: tuple[float, float], count: int, width: float) -> None:
    """Draw tapering spokes from reach[0] to reach[1]."""
    (x, y), (start, end) = centre, reach
    for index in range(count):
        angle = 2 * pi * index / count + pi / 2
        along, across = (cos(angle), sin(angle)), (-sin(angle), cos(angle))
        corners = [(start, -width), (end, -width * 0.6), (end, width * 0.6), (start, width)]
        outline = [(x + a * along[0] + b * across[0], y + a * along[1] + b * across[1]) for a, b in corners]
        canvas.fill(outline, lighter(CHROME, 0.25 + 0.25 * along[1]) if along[1] > 0 else CHROME)


def _alloy(count: int) -> Callable[[Canvas, Point, float, Colour], None]:
    def draw(canvas: Canvas, centre: Point, radius: float, _: Colour) -> None:
        rim = radius * 0.72
        _tyre(canvas, centre, radius, rim)
        canvas.disc(centre, rim, _RIM)
        canvas.disc(centre, rim * 0.88, (46, 48, 52))
        canvas.disc(centre, rim * 0.5, (96, 98, 104))
        _spokes(canvas, centre, (0.0, rim * 0.92), count, radius * 0.62 / count)
        canvas.disc(centre, rim * 0.2, _RIM)
        canvas.disc(centre, rim * 0.1, (60, 62, 66))

    return draw


def _steel(canvas: Canvas, centre: Point, radius: float, colour: Colour) -> None:
    rim = radius * 0.62
    _tyre(canvas, centre, radius, rim)
    canvas.disc(centre, rim, blend(lighter(colour, 0.25), darker(colour, 0.3)))
    canvas.disc(centre, rim * 0.82, blend(darker(colour, 0.35), darker(colour, 0.05)))
    for index in range(8):
        angle = pi * index / 4
        hole = centre[0] + rim * 0.6 * cos(angle), centre[1] + rim * 0.6 * sin(angle)
        canvas.disc(hole, rim * 0.11, BLACK)
    canvas.disc(centre, rim * 0.36, _RIM)
    canvas.disc(centre, rim * 0.18, (110, 114, 120))


def _wire(canvas: Canvas, centre: Point, radius: float, _: Colour) -> None:
    x, y = centre
    for index in range(28):
        angle, hub_angle = 2 * pi * index / 28, 2 * pi * (index + (2.4 if index % 2 else -2.4)) / 28
        hub = x + radius * 0.06 * cos(hub_angle), y + radius * 0.06 * sin(hub_angle)
        canvas.line([hub, (x + radius * 0.93 * cos(angle), y + radius * 0.93 * sin(angle))], 0.003, (150, 152, 156))
    canvas.line(arc(x, y, radius * 0.9, 0, 360), radius * 0.045, CHROME)
    canvas.line(arc(x, y, radius * 0.965, 0, 360), radius * 0.08, RUBBER)
    canvas.disc(centre, radius * 0.075, (86, 88, 92))


def _motorcycle(canvas: Canvas, centre: Point, radius: float, colour: Colour) -> None:
    x, y = centre
    _spokes(canvas, centre, (0.0, radius * 0.74), 5, radius * 0.09)
    canvas.line(arc(x, y, radius * 0.72, 0, 360), radius * 0.09, colour)
    canvas.line(arc(x, y, radius * 0.87, 0, 360), radius * 0.25, RUBBER)
    canvas.line(arc(x, y, radius * 0.94, 20, 160), radius * 0.05, (74, 74, 78))
    canvas.line(arc(x, y, radius * 0.42, 0, 360), radius * 0.12, (150, 154, 160))
    canvas.disc(centre, radius * 0.13, (70, 72, 76))


def _tractor(canvas: Canvas, centre: Point, radius: float, colour: Colour) -> None:
    x, y = centre
    for index in range(24):
        angle = 2 * pi * index / 24
        tip = x + radius * cos(angle), y + radius * sin(angle)
        root = x + radius * 0.8 * cos(angle + 0.16), y + radius * 0.8 * sin(angle + 0.16)
        canvas.line([root, tip], radius * 0.11, (34, 34, 36))
    canvas.disc(centre, radius * 0.95, blend((62, 62, 64), (24, 24, 26)))
    canvas.disc(centre, radius * 0.78, (34, 34, 36))
    canvas.disc(centre, radius * 0.6, blend(lighter(colour, 0.2), darker(colour, 0.3)))
    canvas.disc(centre, radius * 0.46, darker(colour, 0.45))
    canvas.disc(centre, radius * 0.42, blend(colour, darker(colour, 0.25)))
    canvas.disc(centre, radius * 0.16, _RIM)
    for bolt in ellipse(x, y, radius * 0.26)[::7]:
        canvas.disc(bolt, radius * 0.03, (70, 70, 72))


STYLES: dict[str, Callable[[Canvas, Point, float, Colour], None]] = {
    "five": _alloy(5),
    "ten": _alloy(10),
    "steel": _steel,
    "wire": _wire,
    "motorcycle": _motorcycle,
    "tractor": _tractor,
}
