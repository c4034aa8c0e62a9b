"""The measures of a vehicle with a body, in metres: its rear at x = 0, its front at x = length, the ground at y = 0."""

from dataclasses import dataclass, field
from functools import cached_property

from indexer.sample.colours import CHROME, PAINTS, WHITE, Colour, darker
from indexer.sample.outlines import Outline, Point, rectangle


@dataclass(frozen=True)
class Hull:
    """One solid part of a body: its outline from the side and the role that gives it its colour."""

    outline: Outline
    role: str = "paint"


@dataclass(frozen=True)
class Face:
    """What front and rear look like: `car` has a bonnet below its windscreen, `box` stands upright."""

    style: str
    roof_share: float
    """Width of the roof as a share of the body's width."""
    screen_y: tuple[float, float]
    """Lower and upper edge of the windscreen."""
    lamp: str = "slim"


@dataclass(frozen=True)
class Profile:
    """The measures of one model."""

    length: float
    width: float
    hulls: tuple[Hull, ...]
    wheels: tuple[tuple[float, float], ...]
    """Place along the body and radius of each wheel."""
    face: Face
    belt_y: float
    """Where the windows begin; above it the sides lean inwards."""
    nose_y: float
    """Upper edge of the upright part of the front."""
    windscreen: tuple[Point, Point]
    """Lower and upper end of the windscreen, seen from the side."""
    glass: tuple[Outline, ...] = ()
    pillars: tuple[tuple[float, float], ...] = ()
    """Lower and upper x of each pillar that divides the windows."""
    seams: tuple[Outline, ...] = ()
    trims: tuple[tuple[Outline, str], ...] = ()
    """Areas of another colour, by role: stripes, doors, steps."""
    lamps: tuple[Outline, Outline] = field(default=((), ()))
    """Outlines of the front and the rear lamp."""
    rim: str = "five"
    mirror: Point | None = None

    @cached_property
    def height(self) -> float:
        """Return the height of the highest hull, in metres."""
        return max(y for hull in self.hulls for _, y in hull.outline)

    def top_of(self, role: str) -> float:
        """Return the height of the hulls of one role, 0 where there is none."""
        return max((y for hull in self.hulls if hull.role == role for _, y in hull.outline), default=0.0)


@dataclass(frozen=True)
class Livery:
    """The colours of one vehicle, by role."""

    paint: Colour
    second: Colour
    load: Colour
    chassis: Colour = (48, 49, 52)
    chrome: Colour = CHROME

    def __getitem__(self, role: str) -> Colour:
        colour: Colour = getattr(self, role)
        return colour


def livery(colour: str) -> Livery:
    """Return the colours of a vehicle painted in one of `colours.PAINTS`; a white one gets contrasting parts."""
    paint = PAINTS[colour]
    if colour in ("white", "silver"):
        return Livery(paint, second=PAINTS["blue"], load=(206, 210, 214))
    return Livery(paint, second=WHITE, load=darker(WHITE, 0.06))


def window_row(left: float, right: float, bottom: float, top: float, count: int) -> tuple[Outline, ...]:
    """Return `count` equal windows side by side."""
    step = (right - left) / count
    return tuple(rectangle(left + i * step, bottom, left + (i + 1) * step - 0.09, top, 0.09) for i in range(count))
