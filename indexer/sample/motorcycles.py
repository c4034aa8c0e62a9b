"""Draws motorcycles and scooters from their right-hand side, front to the right."""

from indexer.sample.canvas import Canvas, blend
from indexer.sample.colours import BLACK, CHROME, Colour, darker, lighter
from indexer.sample.outlines import Point, arc, ellipse, rectangle, rounded, trace
from indexer.sample.wheels import draw_wheel

_STEEL: Colour = (138, 142, 150)
_LEATHER: Colour = (52, 40, 34)
_ENGINE = blend((176, 180, 186), (84, 88, 94))
_LAMP = blend((255, 252, 236), (214, 210, 190))
_TAIL_LAMP: Colour = (206, 24, 26)


def draw_naked_motorcycle(canvas: Canvas, colour: Colour) -> None:
    """Draw a sporty motorcycle with an open engine, 2.1 m long."""
    rear, front = (0.38, 0.32), (1.74, 0.32)
    canvas.tube([rear, (0.86, 0.42)], 0.07, (70, 72, 78))
    for centre in (rear, front):
        draw_wheel(canvas, centre, 0.32, "motorcycle", (54, 56, 60))
    canvas.fill(trace("0.7,0.28,0.06 0.72,0.66,0.08 1.3,0.7,0.08 1.36,0.34,0.08 1.2,0.22,0.08"), _ENGINE)
    for step in range(5):
        canvas.line([(1.02, 0.44 + step * 0.045), (1.32, 0.47 + step * 0.045)], 0.018, (52, 54, 58))
    canvas.disc((0.88, 0.42), 0.12, blend((150, 154, 160), (70, 72, 78)))
    canvas.disc((0.88, 0.42), 0.05, (60, 62, 66))
    canvas.line([(1.32, 0.5), (1.38, 0.3), (1.2, 0.2), (0.8, 0.2)], 0.06, (168, 160, 150))
    canvas.tube([(0.74, 0.24), (0.16, 0.42)], 0.13, (136, 140, 146))
    canvas.tube([(1.34, 0.96), (1.74, 0.32)], 0.06, (60, 62, 68))
    canvas.tube([(0.62, 0.62), (0.98, 0.74), (1.4, 0.86)], 0.06, darker(colour, 0.15))
    canvas.line(arc(*front, 0.36, 40, 150), 0.05, colour)
    tail = trace("0.1,0.86,0.03 0.12,0.94,0.05 0.66,0.84,0.1 0.78,0.66,0.06 0.6,0.66,0.1")
    canvas.fill(tail, blend(lighter(colour, 0.25), darker(colour, 0.3)))
    canvas.fill(trace("0.28,0.92,0.03 0.34,0.98,0.05 0.6,0.88,0.08 0.92,0.86,0.04 0.86,0.78,0.05 0.6,0.8,0.1"), BLACK)
    tank = trace("0.82,0.78,0.06 0.9,0.96,0.12 1.14,1.06,0.1 1.38,0.98,0.1 1.36,0.78,0.1 1.1,0.7,0.08")
    canvas.fill(tank, blend(lighter(colour, 0.4), darker(colour, 0.35)))
    canvas.fill(trace("1,0.8,0.04 1.05,0.86,0.03 1.3,0.88,0.04 1.3,0.82,0.03"), lighter(colour, 0.75))
    _draw_lamps(canvas, (1.5, 0.94), (0.1, 0.9))
    canvas.line([(1.36, 1.0), (1.32, 1.1), (1.18, 1.12)], 0.035, BLACK)
    canvas.line([(1.32, 1.1), (1.26, 1.24)], 0.016, BLACK)
    canvas.fill(ellipse(1.25, 1.25, 0.07, 0.045), (40, 42, 46))


def draw_cruiser(canvas: Canvas, colour: Colour) -> None:
    """Draw a long, low motorcycle with much chrome, 2.4 m long."""
    rear, front = (0.42, 0.33), (2.02, 0.33)
    for centre in (rear, front):
        draw_wheel(canvas, centre, 0.33, "wire")
        canvas.line(arc(*centre, 0.29, 0, 360), 0.09, (32, 32, 34))
    canvas.tube([(1.56, 0.98), (2.02, 0.33)], 0.06, CHROME)
    canvas.line([(0.72, 0.3), (1.3, 0.26), (1.5, 0.4), (1.56, 0.86)], 0.05, (40, 40, 44))
    canvas.fill(rectangle(0.76, 0.24, 1.16, 0.48, 0.08), _ENGINE)
    for lean in (-1, 1):
        foot, head = 1.12 + lean * 0.05, 1.12 + lean * 0.2
        cylinder = [(foot - 0.09, 0.4), (head - 0.1, 0.72), (head + 0.1, 0.72), (foot + 0.09, 0.4)]
        canvas.fill(cylinder, _ENGINE)
        for step in range(5):
            x, y = foot + (head - foot) * step / 5, 0.46 + step * 0.055
            canvas.line([(x - 0.1, y), (x + 0.1, y)], 0.014, (58, 60, 64))
    canvas.disc((1.12, 0.38), 0.14, blend((226, 228, 232), (120, 124, 130)))
    for y in (0.2, 0.3):
        canvas.tube([(1.2, y + 0.02), (0.9, y), (0.1, y)], 0.085, (188, 192, 198))
    canvas.line(arc(*rear, 0.37, 5, 165), 0.1, darker(colour, 0.15))
    canvas.line(arc(*rear, 0.4, 30, 150), 0.03, lighter(colour, 0.35))
    canvas.line(arc(*front, 0.37, 30, 160), 0.06, colour)
    seat = trace("0.34,0.78,0.06 0.4,0.92,0.08 0.68,0.8,0.1 0.82,0.7,0.1 1.12,0.76,0.06 1.1,0.64,0.05 0.6,0.64,0.1")
    canvas.fill(seat, blend(lighter(_LEATHER, 0.15), darker(_LEATHER, 0.4)))
    tank = trace("1,0.74,0.08 1.12,0.94,0.14 1.46,0.98,0.12 1.58,0.86,0.08 1.4,0.74,0.08")
    canvas.fill(tank, blend(lighter(colour, 0.42), darker(colour, 0.35)))
    _draw_lamps(canvas, (1.7, 0.92), (0.06, 0.6))
    canvas.line([(1.58, 0.96), (1.5, 1.12), (1.36, 1.16), (1.2, 1.08)], 0.034, _STEEL)
    canvas.line([(1.3, 1.14), (1.2, 1.08)], 0.05, BLACK)


def _draw_lamps(canvas: Canvas, head: Point, tail: Point) -> None:
    canvas.disc(head, 0.1, blend((210, 214, 218), (96, 100, 106)))
    canvas.fill(ellipse(head[0] + 0.05, head[1], 0.06, 0.09), _LAMP)
    canvas.fill(ellipse(*tail, 0.045, 0.035), _TAIL_LAMP)


def draw_scooter(canvas: Canvas, colour: Colour) -> None:
    """Draw a motor scooter with a rounded rear and a leg shield, 1.75 m long."""
    rear, front = (0.38, 0.23), (1.42, 0.23)
    for centre in (rear, front):
        draw_wheel(canvas, centre, 0.23, "steel", CHROME)
    metal = blend(lighter(colour, 0.4), darker(colour, 0.3))
    canvas.tube([(1.3, 0.6), (1.42, 0.23)], 0.06, (90, 92, 96))
    canvas.fill(trace("0.6,0.24,0.04 0.62,0.34,0.04 1.2,0.34,0.06 1.26,0.28,0.05 1.1,0.22,0.04"), darker(colour, 0.25))
    canvas.fill(trace("1.06,0.28,0.05 1.2,0.94,0.1 1.3,0.96,0.06 1.34,0.5,0.2 1.22,0.24,0.1"), metal)
    canvas.fill(trace("1.18,0.36,0.1 1.3,0.54,0.16 1.56,0.44,0.14 1.64,0.26,0.06 1.5,0.36,0.1 1.34,0.36,0.1"), metal)
    rear_body = [
        (0.08, 0.4, 0.12),
        (0.16, 0.68, 0.2),
        (0.56, 0.74, 0.2),
        (0.76, 0.56, 0.1),
        (0.78, 0.34, 0.06),
        (0.62, 0.28, 0.1),
        (0.5, 0.4, 0.1),
        (0.28, 0.4, 0.12),
    ]
    canvas.fill(rounded(rear_body), metal)
    canvas.line(arc(0.44, 0.42, 0.2, 30, 150), 0.012, darker(colour, 0.35))
    canvas.line([(0.2, 0.66), (0.56, 0.7)], 0.02, CHROME)
    seat = trace("0.1,0.74,0.05 0.14,0.84,0.06 0.5,0.8,0.1 0.78,0.82,0.06 0.76,0.72,0.05 0.4,0.7,0.1")
    canvas.fill(seat, blend(lighter(_LEATHER, 0.2), darker(_LEATHER, 0.35)))
    canvas.fill(trace("1.16,0.92,0.06 1.14,1.06,0.08 1.34,1.06,0.08 1.36,0.94,0.06"), metal)
    canvas.fill(ellipse(1.35, 1.0, 0.05, 0.065), _LAMP)
    canvas.fill(ellipse(0.1, 0.58, 0.03, 0.05), _TAIL_LAMP)
    canvas.line([(1.22, 1.04), (1.08, 1.06)], 0.04, BLACK)
    canvas.line([(1.2, 1.06), (1.14, 1.22)], 0.016, _STEEL)
    canvas.disc((1.13, 1.24), 0.055, blend((210, 216, 222), (120, 126, 132)))
    canvas.tube([(0.5, 0.2), (0.16, 0.2)], 0.07, (130, 132, 136))
