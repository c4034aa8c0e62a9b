"""Streets by day and by night."""

from indexer.sample.canvas import Gradient, blend
from indexer.sample.colours import Colour, darker, lighter
from indexer.sample.stage import Stage, plain_sky

_FACADES: tuple[Colour, ...] = ((206, 176, 148), (188, 120, 98), (222, 208, 180), (168, 178, 182))
_FACADES += ((214, 190, 122), (182, 158, 168), (150, 170, 150))
_AWNINGS: tuple[Colour, ...] = ((170, 44, 44), (40, 96, 74), (44, 70, 120), (206, 150, 50))


def paint_street(stage: Stage) -> None:
    """Paint a row of houses with shops, a pavement and a road."""
    stage.shade(0, stage.height, plain_sky((120, 170, 214), (226, 234, 238)))
    kerb = stage.horizon + (stage.height - stage.horizon) * 0.3
    foot = kerb - (stage.height - stage.horizon) * 0.1
    x = -stage.rng.uniform(0, 160)
    while x < stage.width:
        wide = stage.rng.uniform(230, 380)
        _house(stage, x, foot, wide, foot * stage.rng.uniform(0.72, 1.1))
        x += wide
    stage.shade(foot, kerb, blend((176, 172, 166), (194, 190, 184)))
    stage.shade(kerb, kerb + 12, blend((214, 212, 206), (120, 118, 116)))
    _road(stage, kerb + 12, (104, 106, 110), (74, 76, 80), (232, 232, 226))


def _house(stage: Stage, left: float, foot: float, wide: float, tall: float) -> None:
    facade = stage.rng.choice(_FACADES)
    top = foot - tall
    stage.pen.rectangle((left, top, left + wide, foot), fill=facade)
    stage.pen.rectangle((left, top - 14, left + wide, top), fill=darker(facade, 0.3))
    stage.pen.line([(left + wide, top), (left + wide, foot)], fill=darker(facade, 0.35), width=5)
    columns, shop = round(wide / 90), foot - 130
    step = wide / columns
    y = shop - 130
    while y > max(top, -60):
        for column in range(columns):
            _window(stage, left + step * (column + 0.28), y, step * 0.44, 84, facade)
        y -= 128
    _shop(stage, left, shop, wide, foot)


def _window(stage: Stage, left: float, top: float, wide: float, tall: float, facade: Colour) -> None:
    stage.pen.rectangle((left - 5, top - 5, left + wide + 5, top + tall + 5), fill=lighter(facade, 0.55))
    stage.pen.rectangle(
        (left, top, left + wide, top + tall), fill=stage.rng.choice([(82, 102, 120), (104, 126, 142), (70, 86, 100)])
    )
    stage.pen.line([(left + wide / 2, top), (left + wide / 2, top + tall)], fill=lighter(facade, 0.55), width=4)
    stage.pen.rectangle((left - 9, top + tall + 5, left + wide + 9, top + tall + 12), fill=darker(facade, 0.2))


def _shop(stage: Stage, left: float, top: float, wide: float, foot: float) -> None:
    awning = stage.rng.choice(_AWNINGS)
    stage.pen.rectangle((left + 14, top + 16, left + wide - 14, foot), fill=(60, 64, 68))
    for share in (0.06, 0.4, 0.72):
        pane = left + wide * share
        stage.pen.rectangle((pane, top + 44, pane + wide * 0.24, foot - 20), fill=(128, 142, 148))
        stage.pen.polygon(
            [(pane + 10, foot - 20), (pane + 46, top + 44), (pane + 70, top + 44), (pane + 34, foot - 20)],
            fill=(156, 170, 176),
        )
    stripes = round(wide / 26)
    for index in range(stripes):
        x0, x1 = left + wide * index / stripes, left + wide * (index + 1) / stripes
        stage.pen.polygon(
            [(x0 + 6, top), (x1 + 6, top), (x1, top + 42), (x0, top + 42)],
            fill=awning if index % 2 else (236, 232, 224),
        )


def _road(stage: Stage, top: float, far: Colour, near: Colour, paint: Colour) -> None:
    stage.shade(top, stage.height, blend(far, near))
    stage.mottle(top, stage.height, darker(near, 0.4), (120, 90), 0.22)
    line, x = top + (stage.height - top) * 0.9, stage.rng.uniform(-200, 0)
    while x < stage.width:
        stage.pen.polygon([(x, line), (x + 170, line), (x + 164, line + 13), (x - 8, line + 13)], fill=paint)
        x += 330


def paint_night_town(stage: Stage) -> None:
    """Paint a skyline with lit windows and a wet road that mirrors the lamps."""
    stage.shade(0, stage.horizon, Gradient(((0.0, (8, 12, 34)), (0.7, (26, 32, 70)), (1.0, (70, 58, 92)))))
    for _ in range(60):
        stage.disc(
            (stage.rng.uniform(0, stage.width), stage.rng.uniform(0, stage.horizon * 0.7)),
            stage.rng.choice([1.5, 2, 2.5]),
            (196, 206, 230),
        )
    moon = stage.rng.uniform(0.1, 0.9) * stage.width, stage.rng.uniform(0.08, 0.2) * stage.height
    stage.glow(moon, 130, (150, 160, 200), 0.6)
    stage.disc(moon, 34, (236, 236, 220))
    x = -40.0
    while x < stage.width:
        wide = stage.rng.uniform(90, 190)
        _tower(stage, x, wide, stage.rng.uniform(0.25, 0.85) * stage.horizon)
        x += wide + stage.rng.uniform(-10, 14)
    kerb = stage.horizon + (stage.height - stage.horizon) * 0.12
    stage.shade(stage.horizon, kerb, blend((28, 30, 44), (40, 42, 56)))
    _road(stage, kerb, (36, 38, 52), (18, 19, 28), (120, 122, 132))
    _lamps(stage, kerb)


def _tower(stage: Stage, left: float, wide: float, tall: float) -> None:
    top = stage.horizon - tall
    stage.pen.rectangle(
        (left, top, left + wide, stage.horizon), fill=stage.rng.choice([(20, 24, 44), (26, 30, 52), (16, 20, 36)])
    )
    lights: list[Colour] = [(252, 214, 130), (252, 236, 180), (170, 200, 240)]
    y = top + 16
    while y < stage.horizon - 24:
        for column in range(int(wide // 24) - 1):
            if stage.rng.random() < 0.42:
                x = left + 14 + column * 24
                stage.pen.rectangle((x, y, x + 11, y + 15), fill=stage.rng.choice(lights))
        y += 28


def _lamps(stage: Stage, kerb: float) -> None:
    for index in range(4):
        x, top = stage.width * (0.12 + 0.26 * index) + stage.rng.uniform(-30, 30), kerb - 250.0
        stage.pen.line([(x, kerb), (x, top), (x + 44, top)], fill=(60, 62, 74), width=7, joint="curve")
        stage.glow((x + 44, top + 8), 120, (255, 206, 120), 0.75)
        stage.disc((x + 44, top + 8), 11, (255, 242, 206))
        for row in range(9):
            y, half = kerb + 14 + row * 26.0, 26 - row * 2
            shift = stage.rng.uniform(-8, 8)
            stage.pen.line(
                [(x + 44 + shift - half, y), (x + 44 + shift + half, y)],
                fill=(122 - 8 * row, 100 - 7 * row, 70 - 4 * row),
                width=6,
            )
