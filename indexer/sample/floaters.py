"""Draws what neither rolls nor stands: sailing boats and hot-air balloons."""

from itertools import pairwise
from math import cos, pi, sin

from indexer.sample.canvas import Canvas, Gradient, blend
from indexer.sample.colours import WHITE, Colour, darker, lighter
from indexer.sample.outlines import Outline, Point, rectangle, trace

_ROPE: Colour = (92, 88, 84)


def draw_sailing_boat(canvas: Canvas, colour: Colour) -> None:
    """Draw a sailing boat from its side, 8 m long, the water line at y = 0."""
    canvas.tube([(4.4, 0.7), (4.4, 10.2)], 0.12, (176, 150, 116))
    canvas.line([(4.4, 10.1), (8.2, 0.9)], 0.03, _ROPE)
    canvas.line([(4.4, 10.1), (0.2, 0.9)], 0.03, _ROPE)
    main = [*_curve((4.3, 9.9), (0.8, 1.7), 0.5), (4.3, 1.55)]
    jib = [*_curve((4.6, 8.6), (4.75, 1.3), -0.5), (7.95, 1.15)]
    sail = Gradient(((0.0, WHITE), (0.7, (232, 232, 226)), (1.0, (198, 202, 206))), sideways=True)
    canvas.fill(main, sail)
    canvas.fill(jib, blend(lighter(colour, 0.25), darker(colour, 0.1)))
    for share in (0.25, 0.45, 0.65, 0.83):
        y, left = 9.9 - 8.2 * share, 4.3 - 3.5 * share
        canvas.line([(left, y), (4.3, y - 0.15)], 0.025, (186, 188, 190))
    canvas.fill(rectangle(2.9, 7.0, 3.9, 7.3), colour, clip=main)
    canvas.tube([(0.7, 1.6), (4.4, 1.5)], 0.12, (176, 150, 116))
    canvas.fill(trace("2.4,0.8,0.1 2.7,1.3,0.15 5.6,1.2,0.3 6.1,0.8,0.1"), blend(WHITE, (188, 190, 192)))
    for x in (3.1, 3.9, 4.7):
        canvas.fill(rectangle(x, 0.92, x + 0.5, 1.1, 0.08), (46, 58, 70))
    hull = trace("0,0.9,0.05 0.3,-0.2,0.5 6.4,-0.25,1 8.5,1.05,0.05 4.2,0.75,2")
    canvas.fill(hull, blend(lighter(colour, 0.2), darker(colour, 0.4)))
    canvas.fill([(0.0, 0.2), (0.0, 0.05), (9.0, 0.05), (9.0, 0.2)], WHITE, clip=hull)


def _curve(start: Point, end: Point, belly_m: float) -> list[Point]:
    """Return a line from start to end that swings out to the left by `belly_m`."""
    (x0, y0), (x1, y1) = start, end
    return [(x0 + (x1 - x0) * i / 16 - belly_m * sin(pi * i / 16), y0 + (y1 - y0) * i / 16) for i in range(17)]


def draw_balloon(canvas: Canvas, colour: Colour) -> None:
    """Draw a hot-air balloon with striped gores, 16 m wide, its basket's floor at y = 0."""
    throat = [(1.3 + 6.7 * sin(pi / 2 * i / 14) ** 0.9, 4.2 + 9.6 * i / 14) for i in range(14)]
    rows = throat + [(8.0 * cos(pi / 2 * i / 12), 13.8 + 8.0 * sin(pi / 2 * i / 12)) for i in range(13)]
    stripes = (colour, lighter(colour, 0.82), darker(colour, 0.25), lighter(colour, 0.45))
    edges = [sin(pi * (step / 12 - 0.5)) for step in range(13)]
    for index, (left, right) in enumerate(pairwise(edges)):
        paint = stripes[index % 4]
        shade = 0.42 * abs(index - 3.5) / 8.5
        canvas.fill(_gore(rows, left, right), blend(darker(lighter(paint, 0.2), shade), darker(paint, shade + 0.22)))
    for x in (-1.2, -0.4, 0.4, 1.2):
        canvas.line([(x, 4.25), (x * 0.7, 1.5)], 0.06, _ROPE)
    canvas.fill(trace("-0.9,0,0.2 -1,1.5,0.1 1,1.5,0.1 0.9,0,0.2"), blend((168, 120, 66), (104, 68, 34)))
    for step in range(1, 5):
        canvas.line([(-0.95, step * 0.3), (0.95, step * 0.3)], 0.05, (88, 58, 30))
    canvas.fill(rectangle(-1.05, 1.4, 1.05, 1.6, 0.08), (84, 56, 34))


def _gore(rows: list[tuple[float, float]], left: float, right: float) -> Outline:
    return [(width * left, y) for width, y in rows] + [(width * right, y) for width, y in reversed(rows)]
