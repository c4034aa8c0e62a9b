"""The places where the sample pictures are taken."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image

from indexer.sample.canvas import Gradient, blend
from indexer.sample.colours import WHITE, Colour, darker, lighter, mix
from indexer.sample.stage import Stage, plain_sky
from indexer.sample.towns import paint_night_town, paint_street
from indexer.sample.waters import paint_sea, paint_seaside, paint_sunset_sea


@dataclass(frozen=True)
class Scene:
    """A place and the light in it."""

    paint: Callable[[Stage], None]
    light: Colour = (255, 255, 255)
    """What the vehicle's colours are multiplied with."""
    shadow: float = 0.55
    mirror: float = 0.0
    """How much of the vehicle the ground mirrors."""
    snowfall: int = 0
    """How many flakes fall before the vehicle."""
    is_dark: bool = False
    """Whether vehicles have their lamps on."""


def paint_scene(name: str, size: tuple[int, int], horizon_px: int, rng: Random) -> Image.Image:
    """Return the background `name` of `SCENES`, RGB, with its horizon at the given height."""
    stage = Stage(size, horizon_px, rng)
    SCENES[name].paint(stage)
    return stage.finish()


def _studio(stage: Stage) -> None:
    tone: Colour = stage.rng.choice([(206, 208, 212), (214, 204, 192), (186, 200, 212), (198, 206, 194)])
    line = stage.horizon + (stage.height - stage.horizon) * 0.1
    stage.shade(0, line, Gradient(((0.0, darker(tone, 0.28)), (0.7, lighter(tone, 0.25)), (1.0, lighter(tone, 0.5)))))
    stage.shade(
        line,
        stage.height,
        Gradient(((0.0, lighter(tone, 0.5)), (0.35, lighter(tone, 0.28)), (1.0, darker(tone, 0.12)))),
    )
    stage.glow((stage.width / 2, stage.height * 0.35), stage.width * 0.6, WHITE, 0.55)


def _meadow(stage: Stage) -> None:
    stage.shade(0, stage.horizon, plain_sky((78, 146, 214), (206, 228, 242)))
    stage.clouds(stage.horizon * 0.9, (250, 252, 253))
    stage.ridge(stage.horizon + 6, 120, (138, 172, 176), 1.5)
    stage.ridge(stage.horizon + 6, 66, (104, 152, 96), 2.2)
    for _ in range(7):
        stage.tree(stage.rng.uniform(0, stage.width), stage.horizon + 14, stage.rng.uniform(90, 190), (74, 126, 54))
    stage.shade(stage.horizon, stage.height, blend((134, 176, 78), (66, 120, 42)))
    stage.mottle(stage.horizon, stage.height, (44, 92, 30), (26, 60), 0.3)
    stage.grass(stage.horizon + 10, (78, 136, 50))
    for x, y, near in stage.scatter(46, stage.horizon + 30, stage.height):
        stage.disc((x, y), 2 + 4 * near, stage.rng.choice([(250, 240, 120), (252, 252, 250), (236, 120, 130)]))


def _desert(stage: Stage) -> None:
    stage.shade(0, stage.horizon, plain_sky((96, 158, 206), (250, 226, 190)))
    for _ in range(3):
        x, wide, tall = stage.rng.uniform(-100, stage.width), stage.rng.uniform(140, 340), stage.rng.uniform(60, 170)
        rock, base = mix((176, 98, 66), (224, 186, 156), stage.rng.uniform(0.2, 0.6)), stage.horizon + 4
        stage.pen.polygon(
            [(x, base), (x + wide * 0.16, base - tall), (x + wide * 0.8, base - tall), (x + wide, base)], fill=rock
        )
        lit = [(x + wide * 0.5, base), (x + wide * 0.56, base - tall), (x + wide * 0.8, base - tall), (x + wide, base)]
        stage.pen.polygon(lit, fill=darker(rock, 0.2))
    stage.ridge(stage.horizon + 10, 46, (222, 176, 120), 1.2)
    stage.shade(stage.horizon, stage.height, blend((232, 192, 136), (206, 154, 96)))
    stage.mottle(stage.horizon, stage.height, (178, 122, 72), (10, 50), 0.36)
    stage.mottle(stage.horizon, stage.height, (250, 218, 168), (60, 120), 0.2)
    for x, y, near in stage.scatter(5, stage.horizon + 10, stage.horizon + 60):
        _cactus(stage, x, y, 60 + 60 * near)


def _cactus(stage: Stage, x: float, base: float, height: float) -> None:
    green, thick = (86, 122, 72), round(height * 0.15)
    arms: list[list[tuple[float, float]]]
    arms = [[(0, 0), (0, -1)], [(0, -0.42), (-0.26, -0.46), (-0.27, -0.74)], [(0, -0.3), (0.24, -0.36), (0.26, -0.84)]]
    for arm in arms:
        points = [(x + dx * height, base + dy * height) for dx, dy in arm]
        stage.pen.line(points, fill=green, width=thick, joint="curve")
        stage.disc(points[-1], thick / 2, green)


def _snow(stage: Stage) -> None:
    stage.shade(0, stage.horizon, plain_sky((150, 176, 204), (228, 236, 242)))
    stage.ridge(stage.horizon + 10, 300, (190, 206, 222), 1.4, jagged=0.5)
    stage.ridge(stage.horizon + 10, 150, (212, 222, 232), 2.0, jagged=0.2)
    for index in range(16):
        x = stage.width * (index + stage.rng.uniform(-0.4, 0.4)) / 15
        stage.fir(x, stage.horizon + 24, stage.rng.uniform(110, 260), (58, 92, 84), snow=(236, 242, 247))
    stage.shade(stage.horizon + 10, stage.height, blend((240, 244, 248), (206, 218, 232)))
    stage.mottle(stage.horizon + 10, stage.height, (178, 198, 222), (12, 30), 0.34)


def _forest(stage: Stage) -> None:
    stage.shade(0, stage.height, blend((150, 178, 118), (46, 72, 36)))
    for depth, count in ((0.0, 16), (0.5, 11), (1.0, 6)):
        bark = mix((126, 138, 104), (56, 44, 34), depth)
        for _ in range(count):
            x, thick = stage.rng.uniform(0, stage.width), 12 + 34 * depth * stage.rng.uniform(0.7, 1.2)
            base = stage.horizon + 10 + 50 * depth
            stage.pen.polygon(
                [(x - thick * 0.6, base), (x - thick * 0.4, 0), (x + thick * 0.4, 0), (x + thick * 0.6, base)],
                fill=bark,
            )
            stage.pen.polygon(
                [(x + thick * 0.1, base), (x + thick * 0.1, 0), (x + thick * 0.4, 0), (x + thick * 0.6, base)],
                fill=darker(bark, 0.3),
            )
        stage.mottle(0, stage.horizon, mix((140, 176, 90), (38, 74, 30), depth), (30, 20), 0.5)
    stage.shade(stage.horizon + 40, stage.height, blend((104, 92, 58), (92, 70, 46)))
    stage.mottle(stage.horizon + 40, stage.height, (58, 66, 30), (40, 60), 0.6)
    stage.grass(stage.horizon + 30, (74, 110, 44), 200)


def _sunset(stage: Stage) -> None:
    stage.shade(0, stage.horizon, Gradient(((0.0, (66, 60, 120)), (0.55, (214, 104, 104)), (1.0, (255, 204, 120)))))
    stage.clouds(stage.horizon * 0.8, (246, 156, 120), 0.4)
    sun = stage.width * stage.rng.uniform(0.15, 0.85), stage.horizon - 46.0
    stage.glow(sun, 340, (255, 232, 160), 0.9)
    stage.disc(sun, 44, (255, 244, 206))
    stage.ridge(stage.horizon + 6, 110, (124, 74, 104), 1.4)
    stage.ridge(stage.horizon + 6, 56, (84, 52, 78), 2.4)
    stage.shade(stage.horizon, stage.height, blend((136, 92, 84), (62, 46, 58)))
    stage.mottle(stage.horizon, stage.height, (40, 30, 44), (40, 80), 0.4)


SCENES: dict[str, Scene] = {
    "studio": Scene(_studio, shadow=0.6, mirror=0.22),
    "street": Scene(paint_street, light=(246, 246, 248)),
    "meadow": Scene(_meadow, light=(252, 255, 246)),
    "desert": Scene(_desert, light=(255, 246, 230)),
    "night": Scene(paint_night_town, light=(150, 158, 196), shadow=0.8, mirror=0.3, is_dark=True),
    "snow": Scene(_snow, light=(238, 244, 255), shadow=0.4, snowfall=150),
    "seaside": Scene(paint_seaside),
    "forest": Scene(_forest, light=(214, 222, 202), shadow=0.65),
    "sunset": Scene(_sunset, light=(255, 224, 204), shadow=0.65),
    "sea": Scene(paint_sea, shadow=0.0, mirror=0.3),
    "sunset-sea": Scene(paint_sunset_sea, light=(255, 224, 204), shadow=0.0, mirror=0.3),
}
