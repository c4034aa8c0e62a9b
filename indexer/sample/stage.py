"""The background's canvas, in pixels: skies, textures and what stands about. `scenes` puts them together."""

from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw

from indexer.sample.canvas import Gradient
from indexer.sample.colours import Colour, darker, lighter, mix

SUPERSAMPLING = 2
"""Backgrounds are soft: two pixels for each one kept are enough."""


class Stage:
    """An RGB picture with a horizon; whatever is random in it comes from `rng`."""

    def __init__(self, size: tuple[int, int], horizon_px: int, rng: Random) -> None:
        self.width, self.height = size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING
        self.horizon = horizon_px * SUPERSAMPLING
        self.rng = rng
        self.image = Image.new("RGB", (self.width, self.height))
        self.pen = ImageDraw.Draw(self.image)

    def finish(self) -> Image.Image:
        """Return the background at its final size."""
        return self.image.reduce(SUPERSAMPLING)

    def shade(self, top: float, bottom: float, gradient: Gradient) -> None:
        """Fill the full width between two heights."""
        height = max(1, round(bottom) - round(top))
        self.image.paste(gradient.swatch(self.width, height), (0, round(top)))

    def mottle(self, top: float, bottom: float, colour: Colour, cells: tuple[int, int], strength: float) -> None:
        """Lay irregular patches of a colour over the full width; more cells make finer patches."""
        size = self.width, max(1, round(bottom - top))
        noise = Image.frombytes("L", cells, self.rng.randbytes(cells[0] * cells[1]))
        mask = noise.point([round(i * strength) for i in range(256)]).resize(size, Image.Resampling.BILINEAR)
        self.image.paste(colour, (0, round(top), size[0], round(top) + size[1]), mask)

    def clouds(self, bottom: float, colour: Colour, cover: float = 0.5) -> None:
        """Lay clouds into the sky, in two sizes; `cover` is the share of the sky that they take."""
        size, cells = (self.width, max(2, round(bottom))), ((9, 6), (36, 20))
        coarse, fine = (Image.frombytes("L", c, self.rng.randbytes(c[0] * c[1])) for c in cells)
        small = size[0] // 4, max(2, size[1] // 4)
        mask = Image.blend(
            coarse.resize(small, Image.Resampling.BICUBIC), fine.resize(small, Image.Resampling.BICUBIC), 0.3
        )
        floor = 255 * (1 - cover) * 0.85
        mask = mask.point([round(min(215.0, max(0.0, (i - floor) * 3.2))) for i in range(256)])
        haze = Image.linear_gradient("L").rotate(180).point([min(255, i * 3) for i in range(256)]).resize(small)
        self.image.paste(colour, (0, 0, *size), ImageChops.multiply(mask, haze).resize(size, Image.Resampling.BILINEAR))

    def ridge(self, base: float, height: float, colour: Colour, waves: float = 2.0, jagged: float = 0.0) -> None:
        """Draw a line of hills, or of mountains when `jagged`, and everything below it down to `base`."""
        phases = [self.rng.uniform(0, 2 * pi) for _ in range(3)]
        points = []
        for x in range(0, self.width + 20, 20):
            turn = 2 * pi * waves * x / self.width
            rise = (
                0.5
                + 0.28 * sin(turn + phases[0])
                + 0.14 * sin(2.3 * turn + phases[1])
                + 0.08 * sin(5.1 * turn + phases[2])
            )
            points.append((float(x), base - height * (rise + jagged * self.rng.uniform(-0.3, 0.3))))
        self.pen.polygon([(0.0, base), *points, (float(self.width), base)], fill=colour)

    def glow(self, centre: tuple[float, float], radius: float, colour: Colour, strength: float = 0.8) -> None:
        """Lay a soft light around a point."""
        size = max(2, round(radius * 2))
        fading = [round(strength * 255 * max(0.0, 1 - i / 181) ** 2) for i in range(256)]
        mask = Image.radial_gradient("L").point(fading).resize((size, size), Image.Resampling.BILINEAR)
        self.image.paste(colour, (round(centre[0] - radius), round(centre[1] - radius)), mask)

    def tree(self, x: float, base: float, height: float, leaf: Colour) -> None:
        """Draw a broad-leaved tree, its crown made of lit and shaded tufts."""
        self.pen.rectangle((x - height * 0.035, base - height * 0.5, x + height * 0.035, base), fill=(84, 64, 46))
        for shade, count, shift in ((0.4, 9, 0.05), (0.2, 9, 0.0), (0.0, 8, -0.06)):
            colour = darker(leaf, shade)
            for _ in range(count):
                angle, reach = self.rng.uniform(0, 2 * pi), self.rng.uniform(0.05, 0.24) * height
                cx, cy = x + reach * cos(angle), base - height * (0.68 - shift) + reach * sin(angle) * 0.9
                self.disc((cx + shift * height * 0.5, cy), height * self.rng.uniform(0.09, 0.15), colour)

    def fir(self, x: float, base: float, height: float, colour: Colour, snow: Colour | None = None) -> None:
        """Draw a fir tree of four tiers, snow on each where a colour for it is given."""
        self.pen.rectangle((x - height * 0.025, base - height * 0.2, x + height * 0.025, base), fill=(70, 52, 40))
        for tier in range(4):
            low, half = base - height * (0.1 + 0.2 * tier), height * (0.24 - 0.048 * tier)
            top = low - height * 0.36
            self.pen.polygon([(x - half, low), (x, top), (x + half, low)], fill=lighter(colour, 0.04 * tier))
            if snow:
                edge = [(x - half, low), (x, top), (x + half * 0.5, low - height * 0.17), (x, low - height * 0.1)]
                self.pen.polygon([*edge, (x - half * 0.4, low - height * 0.06)], fill=snow)

    def disc(self, centre: tuple[float, float], radius: float, colour: Colour) -> None:
        """Draw a filled circle."""
        x, y = centre
        self.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def scatter(self, count: int, top: float, bottom: float) -> list[tuple[float, float, float]]:
        """Return x, y and closeness (0 far to 1 near) of random places on the ground, the far ones first."""
        places = []
        for _ in range(count):
            near = self.rng.random() ** 1.4
            places.append((self.rng.uniform(0, self.width), top + (bottom - top) * near, near))
        return sorted(places, key=lambda place: place[2])

    def grass(self, top: float, colour: Colour, count: int = 420) -> None:
        """Draw blades of grass from `top` down to the lower edge, longer the nearer they stand."""
        for x, y, near in self.scatter(count, top, self.height):
            length = 5 + 24 * near
            tip = x + self.rng.uniform(-0.4, 0.4) * length, y - length
            tone = self.rng.uniform(-0.3, 0.3)
            self.pen.line(
                [(x, y), tip],
                fill=mix(colour, (230, 230, 120) if tone > 0 else (10, 40, 10), abs(tone)),
                width=2 + round(2 * near),
            )


def plain_sky(top: Colour, bottom: Colour) -> Gradient:
    """Return a sky that is deepest overhead."""
    return Gradient(((0.0, top), (0.75, mix(top, bottom, 0.75)), (1.0, bottom)))
