"""Draws bicycles from their right-hand side, front to the right."""

from indexer.sample.canvas import Canvas, blend
from indexer.sample.colours import BLACK, Colour, darker
from indexer.sample.outlines import Outline, Point, arc, rectangle, trace
from indexer.sample.wheels import draw_wheel

_STEEL: Colour = (138, 142, 150)


def draw_racer(canvas: Canvas, colour: Colour) -> None:
    """Draw a racing bicycle, 1.7 m long."""
    rear, front, crank, seat, head = (0.36, 0.34), (1.36, 0.34), (0.78, 0.28), (0.66, 0.86), (1.18, 0.86)
    _draw_bicycle_wheels(canvas, rear, front)
    fork: Outline = [head, (1.24, 0.66), front]
    canvas.tube(fork, 0.03, colour)
    for tube in ([rear, seat], [rear, crank], [crank, seat], [seat, (1.17, 0.88)], [crank, (1.21, 0.74)]):
        canvas.tube(tube, 0.034 if crank in tube else 0.026, colour)
    canvas.tube([(1.16, 0.94), (1.23, 0.7)], 0.042, colour)
    _draw_drive(canvas, rear, crank)
    canvas.line([(0.67, 0.82), (0.64, 0.98)], 0.026, _STEEL)
    canvas.fill(trace("0.5,1,0.03 0.52,1.04,0.03 0.78,1.02,0.03 0.8,0.99,0.02"), BLACK)
    canvas.line([(1.16, 0.94), (1.26, 0.96)], 0.028, (60, 62, 66))
    canvas.line([(1.24, 0.96), (1.34, 0.95), (1.38, 0.88), (1.33, 0.8), (1.24, 0.79)], 0.034, BLACK)


def draw_city_bicycle(canvas: Canvas, colour: Colour) -> None:
    """Draw a step-through bicycle with mudguards, rack and basket, 1.8 m long."""
    rear, front, crank, seat = (0.38, 0.35), (1.44, 0.35), (0.84, 0.3), (0.68, 0.82)
    _draw_bicycle_wheels(canvas, rear, front)
    for centre, start, end in ((rear, 20, 190), (front, 15, 150)):
        canvas.line(arc(*centre, 0.38, start, end), 0.025, darker(colour, 0.2))
    canvas.line([(0.1, 0.76), (0.62, 0.76)], 0.022, (70, 72, 76))
    canvas.line([(0.14, 0.76), rear], 0.016, (70, 72, 76))
    canvas.tube([(1.2, 0.92), (1.31, 0.62), front], 0.032, colour)
    canvas.tube([rear, (0.71, 0.68)], 0.026, colour)
    canvas.tube([rear, crank], 0.028, colour)
    canvas.tube([crank, seat], 0.036, colour)
    canvas.tube([crank, (0.96, 0.38), (1.1, 0.56), (1.25, 0.8)], 0.044, colour)
    canvas.tube([(1.19, 0.96), (1.27, 0.74)], 0.044, colour)
    _draw_drive(canvas, rear, crank)
    canvas.line([(0.68, 0.8), (0.65, 0.92)], 0.028, _STEEL)
    canvas.fill(trace("0.48,0.94,0.04 0.5,1.02,0.05 0.74,0.98,0.04 0.8,0.95,0.03"), (120, 76, 44))
    canvas.line([(1.19, 0.94), (1.16, 1.08), (1.06, 1.1), (0.98, 1.06)], 0.028, _STEEL)
    canvas.line([(1.06, 1.1), (0.98, 1.06)], 0.042, (120, 76, 44))
    _draw_basket(canvas)


def _draw_basket(canvas: Canvas) -> None:
    basket = trace("1.3,0.8,0.03 1.26,1.08,0.02 1.62,1.08,0.02 1.56,0.8,0.03")
    canvas.fill(basket, blend((196, 156, 100), (142, 104, 58)))
    for step in range(1, 5):
        canvas.line([(1.28, 0.8 + step * 0.056), (1.6, 0.8 + step * 0.056)], 0.01, (116, 82, 44))
    for step in range(9):
        canvas.line([(1.31 + step * 0.03, 0.81), (1.28 + step * 0.04, 1.07)], 0.008, (116, 82, 44))


def _draw_bicycle_wheels(canvas: Canvas, *centres: Point) -> None:
    for centre in centres:
        draw_wheel(canvas, centre, centre[1], "wire")


def _draw_drive(canvas: Canvas, rear: Point, crank: Point) -> None:
    (rear_x, rear_y), (x, y) = rear, crank
    for offset, wheel_offset in ((0.085, 0.04), (-0.085, -0.04)):
        canvas.line([(rear_x, rear_y + wheel_offset), (x, y + offset)], 0.01, (50, 50, 54))
    canvas.line(arc(x, y, 0.085, 0, 360), 0.016, (92, 94, 98))
    canvas.line([(x - 0.1, y + 0.13), (x + 0.1, y - 0.13)], 0.022, (70, 72, 76))
    for foot in (-1, 1):
        pedal_x, pedal_y = x - 0.1 * foot, y + 0.13 * foot
        canvas.fill(rectangle(pedal_x - 0.05, pedal_y - 0.014, pedal_x + 0.05, pedal_y + 0.014), BLACK)
