"""Draws tractors from their right-hand side, front to the right."""

from indexer.sample.canvas import Canvas, blend
from indexer.sample.colours import Colour, darker, lighter
from indexer.sample.outlines import arc, rectangle, trace
from indexer.sample.sides import draw_pane
from indexer.sample.wheels import draw_wheel

_CAST_IRON = blend((78, 80, 84), (34, 35, 38))
_RIM: Colour = (226, 204, 92)


def draw_cab_tractor(canvas: Canvas, colour: Colour) -> None:
    """Draw a large tractor with a glazed cab, 4.4 m long."""
    _draw_frame(canvas)
    _draw_bonnet(canvas, colour)
    cab = trace("0.75,1.2,0.05 0.6,2.75,0.08 2.1,2.75,0.08 2.3,1.2,0.05")
    canvas.fill(cab, (30, 31, 34))
    draw_pane(canvas, trace("0.86,1.6,0.05 0.74,2.65,0.06 1.26,2.65,0.04 1.3,1.6,0.05"))
    window = trace("1.4,1.3,0.05 1.36,2.65,0.06 2.02,2.65,0.06 2.18,1.3,0.05")
    draw_pane(canvas, window)
    canvas.fill([(1.5, 1.3), (1.75, 2.65), (1.95, 2.65), (1.7, 1.3)], (255, 255, 255), clip=window, opacity=0.14)
    canvas.line([(1.9, 1.55), (1.76, 1.78)], 0.04, (24, 24, 26))
    canvas.fill(rectangle(1.42, 1.3, 1.66, 1.85, 0.08), (24, 26, 30))
    canvas.fill(
        trace("0.5,2.74,0.06 0.56,2.92,0.1 2.1,2.92,0.12 2.24,2.74,0.06"),
        blend(lighter(colour, 0.4), darker(colour, 0.15)),
    )
    canvas.fill(rectangle(2.1, 2.64, 2.24, 2.74, 0.03), (250, 244, 214))
    _draw_mudguard(canvas, colour)
    _draw_wheels(canvas)


def draw_open_tractor(canvas: Canvas, colour: Colour) -> None:
    """Draw an old tractor with an open seat under a roll bar, 4.4 m long."""
    _draw_frame(canvas)
    _draw_bonnet(canvas, colour)
    canvas.line([(0.6, 1.2), (0.56, 2.75), (0.7, 2.84)], 0.09, (44, 45, 48))
    canvas.fill(
        trace("1.05,1.6,0.06 0.92,2.3,0.08 1.06,2.36,0.06 1.24,1.92,0.06 1.66,1.9,0.06 1.7,1.7,0.05 1.5,1.4,0.1"),
        (36, 34, 32),
    )
    canvas.line([(2.2, 1.5), (1.98, 2.0)], 0.05, (40, 40, 42))
    canvas.line([(1.84, 1.88), (2.12, 2.12)], 0.05, (24, 24, 26))
    _draw_mudguard(canvas, colour)
    _draw_wheels(canvas)


def _draw_frame(canvas: Canvas) -> None:
    canvas.fill(trace("0.6,0.6,0.1 0.7,1.25,0.1 2.2,1.2,0.1 4.1,0.95,0.1 4.2,0.6,0.1 2.6,0.5,0.2"), _CAST_IRON)
    canvas.fill(rectangle(2.35, 0.7, 3.0, 0.98, 0.05), (54, 56, 60))
    for step in range(3):
        canvas.fill(rectangle(1.75, 0.5 + step * 0.24, 2.15, 0.56 + step * 0.24, 0.02), (60, 62, 66))


def _draw_bonnet(canvas: Canvas, colour: Colour) -> None:
    canvas.tube([(3.0, 1.6), (3.0, 2.35), (2.94, 2.5)], 0.1, (66, 66, 70))
    bonnet = trace("2.15,0.98,0.05 2.1,1.72,0.1 3.6,1.62,0.4 4.32,1.42,0.2 4.4,0.98,0.08")
    canvas.fill(bonnet, blend(lighter(colour, 0.4), darker(colour, 0.25)))
    for step in range(6):
        canvas.line([(3.3 + step * 0.1, 1.08), (3.3 + step * 0.1, 1.34)], 0.035, darker(colour, 0.6))
    canvas.line([(2.2, 1.5), (4.2, 1.36)], 0.05, lighter(colour, 0.75))
    canvas.fill(rectangle(4.2, 1.12, 4.39, 1.3, 0.05), (250, 246, 226))


def _draw_mudguard(canvas: Canvas, colour: Colour) -> None:
    canvas.line(arc(0.92, 0.9, 0.98, 20, 150), 0.13, darker(colour, 0.1))
    canvas.line(arc(0.92, 0.9, 1.02, 30, 145), 0.03, lighter(colour, 0.4))


def _draw_wheels(canvas: Canvas) -> None:
    draw_wheel(canvas, (0.92, 0.9), 0.9, "tractor", _RIM)
    draw_wheel(canvas, (3.66, 0.58), 0.58, "tractor", _RIM)
