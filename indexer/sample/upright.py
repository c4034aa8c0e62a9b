"""Draws the front or the rear of a vehicle without a bonnet: a bus, a tram, a camper, a lorry before its load."""

from indexer.sample.canvas import Canvas
from indexer.sample.colours import darker, is_dark, lighter
from indexer.sample.faces import BUMPER, LAMP, TAIL_LAMP, FaceView, bodywork
from indexer.sample.outlines import ellipse, rectangle, symmetric
from indexer.sample.profiles import Livery, Profile
from indexer.sample.sides import draw_pane


def draw_upright_face(canvas: Canvas, profile: Profile, livery: Livery, rear: bool) -> None:
    """Draw the whole front, or the whole rear; a lorry's rear shows the doors of its box."""
    view = FaceView(canvas, profile, livery, rear)
    view.draw_tyres()
    load_y = profile.top_of("load")
    if load_y:
        canvas.fill(rectangle(-view.half, 0.9, view.half, load_y, 0.08), bodywork(livery.load))
    view.draw_mirrors(profile.face.screen_y[1] - 0.5)
    if load_y and rear:
        _draw_doors(view, load_y - 0.08)
    else:
        draw_shell(canvas, profile, livery, rear)


def draw_shell(canvas: Canvas, profile: Profile, livery: Livery, rear: bool) -> None:
    """Draw the upright shell with its large windscreen, the lamps below it and a sign above it."""
    view = FaceView(canvas, profile, livery, rear)
    half, sill, belt, top = view.half, view.sill, profile.belt_y, profile.top_of("paint")
    roof = half * profile.face.roof_share
    canvas.fill(symmetric((half, sill, 0.1), (half, belt, 0.3), (roof, top, 0.3)), bodywork(livery.paint))
    if profile.top_of("second"):
        bib = symmetric((0.0, belt - 0.4, 0.2), (half, belt, 0.0), (roof, top, 0.3))
        canvas.fill(bib, bodywork(livery.second))
    view.draw_screen(roof)
    _draw_sign(view, top)
    canvas.fill(rectangle(-half, sill, half, sill + (belt - sill) * 0.22, 0.06), BUMPER)
    _draw_lower_front(view)


def _draw_sign(view: FaceView, top: float) -> None:
    high, half = view.profile.face.screen_y[1], view.half
    if top - high < 0.4:
        return
    if top - high > 1.5:
        draw_pane(view.canvas, rectangle(-half * 0.84, high + 0.75, half * 0.84, top - 0.55, 0.12))
    view.canvas.fill(rectangle(-half * 0.6, high + 0.12, half * 0.6, high + 0.4, 0.05), (18, 18, 20))
    for index in range(0 if view.rear else 7):
        x = -half * 0.45 + index * half * 0.13
        view.canvas.fill(rectangle(x, high + 0.19, x + half * 0.08, high + 0.33, 0.02), (255, 170, 40))


def _draw_lower_front(view: FaceView) -> None:
    half, low, paint = view.half, view.profile.face.screen_y[0], view.livery.paint
    y = view.sill + (low - view.sill) * 0.48
    is_round = view.profile.face.lamp == "round"
    lamp = ellipse(half * 0.76, y, 0.14) if is_round else rectangle(half * 0.66, y - 0.1, half * 0.94, y + 0.1, 0.07)
    view.fill_both(lamp, TAIL_LAMP if view.rear else LAMP)
    if not view.rear and low > 1.5:
        for step in range(4):
            slot_y = y + 0.06 + 0.12 * step
            view.canvas.line([(-half * 0.6, slot_y), (half * 0.6, slot_y)], 0.05, darker(paint, 0.55))
    elif not view.rear:
        view.canvas.disc((0.0, y + 0.05), 0.1, lighter(paint, 0.5) if is_dark(paint) else darker(paint, 0.5))
    view.draw_plate(view.sill + 0.06)


def _draw_doors(view: FaceView, top: float) -> None:
    view.canvas.line([(0.0, 1.0), (0.0, top)], 0.03, darker(view.livery.load, 0.5))
    for x in (-0.3, 0.3):
        view.canvas.line([(x, 1.1), (x, top - 0.1)], 0.03, (120, 124, 128))
    view.canvas.fill(rectangle(-view.half, 0.62, view.half, 0.9), BUMPER)
    view.fill_both(rectangle(view.half - 0.5, 0.68, view.half - 0.1, 0.84, 0.03), TAIL_LAMP)
    view.draw_plate(0.7)
