"""What all fronts and rears share, seen straight on, x = 0 in the middle. `bonneted` and `upright` draw them."""

from dataclasses import dataclass

from indexer.sample.canvas import Canvas, Gradient, Paint, blend
from indexer.sample.colours import WHITE, Colour, darker, lighter
from indexer.sample.outlines import Outline, rectangle, symmetric
from indexer.sample.profiles import Livery, Profile
from indexer.sample.sides import draw_pane

LAMP = Gradient(((0.0, (255, 255, 255)), (0.55, (206, 214, 222)), (1.0, (240, 244, 248))))
TAIL_LAMP = blend((240, 70, 60), (140, 8, 14))
BUMPER: Colour = (24, 25, 28)


@dataclass(frozen=True)
class FaceView:
    """What every part of a front or a rear needs to know."""

    canvas: Canvas
    profile: Profile
    livery: Livery
    rear: bool

    @property
    def half(self) -> float:
        """Return half the width of the body, in metres."""
        return self.profile.width / 2

    @property
    def sill(self) -> float:
        """Return where the body ends below."""
        return self.profile.wheels[-1][1] * 0.66

    def fill_both(self, outline: Outline, paint: Paint) -> None:
        """Fill the outline and its mirror image."""
        self.canvas.fill(outline, paint)
        self.canvas.fill([(-x, y) for x, y in outline], paint)

    def draw_tyres(self) -> None:
        """Draw what shows of the wheels, and the dark between them."""
        high = self.profile.wheels[-1][1] * 1.6
        tyre = rectangle(self.half - 0.34, 0.0, self.half - 0.1, high, 0.05)
        self.fill_both(tyre, blend((34, 34, 36), (16, 16, 18)))
        self.canvas.fill(rectangle(-self.half + 0.2, self.sill * 0.8, self.half - 0.2, high), (14, 14, 15))

    def draw_mirrors(self, y: float) -> None:
        """Draw both outside mirrors."""
        tall = 0.14 if self.profile.height < 2.5 else 0.5
        mirror = rectangle(self.half * 0.94, y, self.half + 0.2, y + tall, 0.06)
        self.fill_both(mirror, blend(lighter(self.livery.paint, 0.1), darker(self.livery.paint, 0.4)))

    def draw_screen(self, roof: float) -> None:
        """Draw the windscreen or the rear window: two seats behind it, narrower at the top as the cabin is."""
        (low, high), half = self.profile.face.screen_y, self.half
        if self.rear:
            low, high = low + (high - low) * 0.15, high - (high - low) * 0.04
        screen = symmetric((half * 0.86, low, 0.08), (roof * 0.92, high, 0.12))
        draw_pane(self.canvas, screen)
        for x in (-0.55, -0.25):
            streak = [(half * x, low), (half * (x + 0.35), high), (half * (x + 0.5), high), (half * (x + 0.15), low)]
            self.canvas.fill(streak, WHITE, clip=screen, opacity=0.12)
        for x in (-0.42, 0.42):
            seat = rectangle(half * x - 0.13, low, half * x + 0.13, low + (high - low) * 0.55, 0.08)
            self.canvas.fill(seat, (12, 14, 18), clip=screen, opacity=0.5)

    def draw_plate(self, y: float) -> None:
        """Draw a number plate that nobody can read."""
        self.canvas.fill(rectangle(-0.27, y, 0.27, y + 0.12, 0.02), (240, 240, 236))
        for index in range(6):
            x = -0.2 + index * 0.07 + (0.03 if index > 2 else 0.0)
            self.canvas.fill(rectangle(x, y + 0.03, x + 0.04, y + 0.09), (50, 52, 60))


def bodywork(paint: Colour) -> Gradient:
    """Return the light on a body seen straight on."""
    stops = ((0.0, lighter(paint, 0.3)), (0.2, lighter(paint, 0.08)), (0.55, paint), (0.85, darker(paint, 0.35)))
    return Gradient((*stops, (1.0, darker(paint, 0.6))))
