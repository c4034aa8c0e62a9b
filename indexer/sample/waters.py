"""The sea, by day and in the evening."""

from indexer.sample.canvas import Gradient, blend
from indexer.sample.colours import WHITE, Colour, darker, mix
from indexer.sample.stage import Stage, plain_sky


def paint_seaside(stage: Stage) -> None:
    """Paint a beach, with the sea behind it."""
    stage.shade(0, stage.horizon, plain_sky((64, 148, 216), (198, 230, 244)))
    stage.clouds(stage.horizon * 0.8, (253, 253, 253), 0.36)
    shore = stage.horizon + (stage.height - stage.horizon) * 0.3
    _water(stage, shore, (30, 116, 168), (96, 196, 200))
    stage.shade(shore, stage.height, blend((238, 216, 168), (216, 184, 128)))
    stage.mottle(shore, stage.height, (196, 160, 104), (50, 90), 0.3)
    foam = [(x, shore + stage.rng.uniform(-7, 7)) for x in range(0, stage.width + 40, 40)]
    stage.pen.line(foam, fill=(250, 252, 252), width=9, joint="curve")
    stage.pen.line([(x, y + 14) for x, y in foam], fill=(206, 182, 136), width=12, joint="curve")


def paint_sea(stage: Stage) -> None:
    """Paint the open sea on a fine day."""
    stage.shade(0, stage.horizon, plain_sky((70, 140, 208), (214, 232, 242)))
    stage.clouds(stage.horizon * 0.9, (252, 253, 254), 0.45)
    stage.ridge(stage.horizon + 2, 50, (128, 158, 172), 1.3)
    _water(stage, stage.height, (36, 104, 150), (22, 72, 118))


def paint_sunset_sea(stage: Stage) -> None:
    """Paint the open sea at sunset."""
    stage.shade(0, stage.horizon, Gradient(((0.0, (72, 64, 124)), (0.6, (226, 122, 96)), (1.0, (254, 206, 122)))))
    sun = stage.width * stage.rng.uniform(0.2, 0.8), stage.horizon - 30.0
    stage.glow(sun, 300, (255, 226, 150))
    stage.disc(sun, 40, (255, 240, 196))
    _water(stage, stage.height, (206, 122, 96), (52, 50, 96))
    for _, y, near in stage.scatter(60, stage.horizon + 4, stage.height):
        x, half = sun[0] + stage.rng.uniform(-1, 1) * (20 + 60 * near), 10 + 40 * near
        stage.pen.line([(x - half, y), (x + half, y)], fill=(255, 220, 150), width=3)


def _water(stage: Stage, bottom: float, far: Colour, near: Colour) -> None:
    stage.shade(stage.horizon, bottom, blend(far, near))
    stage.mottle(stage.horizon, bottom, darker(far, 0.3), (22, 70), 0.34)
    for x, y, closeness in stage.scatter(130, stage.horizon + 4, bottom):
        length = 12 + 60 * closeness
        stage.pen.line([(x, y), (x + length, y)], fill=mix(near, WHITE, stage.rng.uniform(0.1, 0.6)), width=2)
