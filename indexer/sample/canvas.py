"""A transparent canvas measured in metres, drawn several times too large and reduced when it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, hypot

from PIL import Image, ImageChops, ImageDraw

from indexer.sample.colours import Colour, darker, lighter, mix
from indexer.sample.outlines import Box, Outline, Point, ellipse

SUPERSAMPLING = 2
"""Pixels drawn for each pixel kept, along each side. Three looks hardly better and takes twice the time."""

_GRADIENT_STEPS = 32


@dataclass(frozen=True)
class Gradient:
    """A paint that changes from top to bottom (or from left to right) of what it fills."""

    stops: tuple[tuple[float, Colour], ...]
    sideways: bool = False

    def swatch(self, width: int, height: int) -> Image.Image:
        """Return an opaque RGBA picture of the gradient, `width` x `height` pixels."""
        strip = Image.new("RGBA", (1, _GRADIENT_STEPS))
        strip.putdata([(*self._at(i / (_GRADIENT_STEPS - 1)), 255) for i in range(_GRADIENT_STEPS)])
        if self.sideways:
            strip = strip.transpose(Image.Transpose.ROTATE_90)
        along = (width, 1) if self.sideways else (1, height)
        return strip.resize(along, Image.Resampling.BILINEAR).resize((width, height), Image.Resampling.NEAREST)

    def _at(self, place: float) -> Colour:
        first, *others = self.stops
        for stop in others:
            if place <= stop[0]:
                return mix(first[1], stop[1], max(0.0, (place - first[0]) / (stop[0] - first[0])))
            first = stop
        return first[1]


Paint = Colour | Gradient


def blend(top: Colour, bottom: Colour) -> Gradient:
    """Return the plain gradient from one colour at the top to another at the bottom."""
    return Gradient(((0.0, top), (1.0, bottom)))


class Canvas:
    """An RGBA picture that shows `box` (metres) at `scale` pixels per metre, before supersampling."""

    def __init__(self, box: Box, scale: float) -> None:
        self.box = box
        self.scale = scale
        self.pixels_per_m = scale * SUPERSAMPLING
        left, bottom, right, top = box
        size = ceil((right - left) * self.pixels_per_m), ceil((top - bottom) * self.pixels_per_m)
        self.image = Image.new("RGBA", size)
        self._pen = ImageDraw.Draw(self.image)

    def finish(self) -> Image.Image:
        """Return the drawing at its final size, RGBA, its edges smooth."""
        return self.image.reduce(SUPERSAMPLING)

    def to_pixels(self, outline: Outline) -> list[Point]:
        """Return the points in pixels of `image`, where y grows downwards."""
        left, _, _, top = self.box
        return [((x - left) * self.pixels_per_m, (top - y) * self.pixels_per_m) for x, y in outline]

    def fill(self, outline: Outline, paint: Paint, clip: Outline | None = None, opacity: float = 1.0) -> None:
        """Fill the outline, or the part of it that lies within `clip`."""
        points = self.to_pixels(outline)
        if isinstance(paint, tuple) and clip is None and opacity >= 1:
            self._pen.polygon(points, fill=paint)
            return
        area = self._area(points)
        size = area[2] - area[0], area[3] - area[1]
        if min(size) <= 0:
            return
        mask = _mask(points, area, round(255 * opacity))
        if clip is not None:
            mask = ImageChops.multiply(mask, _mask(self.to_pixels(clip), area, 255))
        self.image.paste(paint if isinstance(paint, tuple) else paint.swatch(*size), area, mask)

    def _area(self, points: Sequence[Point]) -> tuple[int, int, int, int]:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, top = max(0, floor(min(xs))), max(0, floor(min(ys)))
        return left, top, min(self.image.width, ceil(max(xs)) + 1), min(self.image.height, ceil(max(ys)) + 1)

    def line(self, points: Outline, width_m: float, colour: Colour) -> None:
        """Draw a line with round ends, at least one pixel of the finished picture wide or nearly so."""
        width = max(2, round(width_m * self.pixels_per_m))
        self._pen.line(self.to_pixels(points), fill=colour, width=width, joint="curve")
        if width > SUPERSAMPLING:
            for x, y in (points[0], points[-1]):
                self._pen.polygon(self.to_pixels(ellipse(x, y, width_m / 2)), fill=colour)

    def tube(self, points: Outline, width_m: float, colour: Colour) -> None:
        """Draw a line that looks round: darker below, a light streak above its middle."""
        shift = width_m * 0.2
        self.line(points, width_m, darker(colour, 0.45))
        self.line([(x, y + shift / 2) for x, y in points], width_m * 0.7, colour)
        if width_m * self.pixels_per_m > 6:
            self.line([(x, y + shift) for x, y in points], width_m * 0.22, lighter(colour, 0.5))

    def disc(self, centre: Point, radius: float, paint: Paint) -> None:
        """Fill a circle."""
        self.fill(ellipse(*centre, radius), paint)


def _mask(points: Sequence[Point], area: tuple[int, int, int, int], level: int) -> Image.Image:
    left, top, right, bottom = area
    mask = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in points], fill=level)
    return mask


def length_m(start: Point, end: Point) -> float:
    """Return the distance between two points."""
    return hypot(end[0] - start[0], end[1] - start[1])
