"""Outlines in metres: x to the right, y up. An outline is a list of points; nothing here draws."""

from collections.abc import Sequence
from math import ceil, cos, hypot, pi, radians, sin

Point = tuple[float, float]
Outline = Sequence[Point]
Corner = tuple[float, float, float]
"""x, y and the length in metres by which the corner is rounded off."""
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

_STEPS = 6


def rounded(corners: Sequence[Corner]) -> list[Point]:
    """Return the closed outline through the corners, each replaced by a quadratic Bézier curve."""
    outline: list[Point] = []
    for index, (x, y, radius) in enumerate(corners):
        if radius <= 0:
            outline.append((x, y))
            continue
        start = _towards((x, y), corners[index - 1][:2], radius)
        end = _towards((x, y), corners[(index + 1) % len(corners)][:2], radius)
        outline += [_bezier(start, (x, y), end, step / _STEPS) for step in range(_STEPS + 1)]
    return outline


def trace(corners: str) -> list[Point]:
    """Return the rounded outline for corners written as "x,y,radius x,y ...", where no radius means a sharp one."""
    numbers = [[float(number) for number in corner.split(",")] for corner in corners.split()]
    return rounded([(corner[0], corner[1], corner[2] if len(corner) > 2 else 0.0) for corner in numbers])


def symmetric(*right: Corner) -> list[Point]:
    """Return the rounded outline whose right half runs through the corners upwards, and whose left half mirrors it."""
    return rounded([*((-x, y, radius) for x, y, radius in right), *reversed(right)])


def _towards(start: Point, end: Point, length_m: float) -> Point:
    """Return the point `length_m` along the edge, but never past its middle: two curves share it."""
    edge_m = hypot(end[0] - start[0], end[1] - start[1])
    share = min(0.5, length_m / edge_m) if edge_m else 0.0
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _bezier(start: Point, control: Point, end: Point, t: float) -> Point:
    a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
    return a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1]


def rectangle(left: float, bottom: float, right: float, top: float, radius: float = 0.0) -> list[Point]:
    """Return the outline of a rectangle whose corners are rounded by `radius`."""
    return rounded([(left, bottom, radius), (left, top, radius), (right, top, radius), (right, bottom, radius)])


def ellipse(x: float, y: float, radius_x: float, radius_y: float | None = None) -> list[Point]:
    """Return the outline of an ellipse, or of a circle when there is one radius only."""
    return [(x + radius_x * cos(2 * pi * i / 56), y + (radius_y or radius_x) * sin(2 * pi * i / 56)) for i in range(56)]


def arc(x: float, y: float, radius: float, start_deg: float, end_deg: float) -> list[Point]:
    """Return the open arc around (x, y), a point every six degrees or closer, counted from the x axis upwards."""
    steps = max(2, ceil(abs(end_deg - start_deg) / 6))
    angles = [radians(start_deg + (end_deg - start_deg) * i / steps) for i in range(steps + 1)]
    return [(x + radius * cos(angle), y + radius * sin(angle)) for angle in angles]


def bounds(outline: Outline) -> Box:
    """Return the smallest box around the outline."""
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    return min(xs), min(ys), max(xs), max(ys)
