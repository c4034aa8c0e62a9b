"""Draws the front or the rear of a vehicle with a bonnet."""

from indexer.sample.canvas import Canvas, Gradient, blend
from indexer.sample.colours import darker, lighter
from indexer.sample.faces import BUMPER, LAMP, TAIL_LAMP, FaceView, bodywork
from indexer.sample.outlines import ellipse, rectangle, rounded, symmetric
from indexer.sample.profiles import Livery, Profile


def draw_bonneted_face(canvas: Canvas, profile: Profile, livery: Livery, rear: bool) -> None:
    """Draw the whole front, or the whole rear."""
    view = FaceView(canvas, profile, livery, rear)
    paint, half, belt, nose = livery.paint, view.half, profile.belt_y, profile.nose_y
    roof = half * profile.face.roof_share
    view.draw_tyres()
    view.draw_mirrors(belt + 0.08)
    cabin = symmetric((half * 0.97, belt - 0.1, 0.02), (roof, profile.height, 0.22))
    canvas.fill(cabin, Gradient(((0.0, lighter(paint, 0.4)), (0.25, paint), (1.0, darker(paint, 0.2)))))
    view.draw_screen(roof)
    shoulders = (half, belt - 0.3, 0.2), (half * 0.92, belt, 0.12), (half * 0.5, belt + 0.06, 0.3)
    canvas.fill(symmetric((half * 0.96, view.sill, 0.08), *shoulders), bodywork(paint))
    if not rear:
        bonnet = symmetric((half * 0.84, nose + 0.02, 0.08), (half * 0.74, belt + 0.03, 0.1))
        canvas.fill(bonnet, blend(lighter(paint, 0.42), lighter(paint, 0.08)))
    draw_front_end(canvas, profile, livery, rear)


def draw_front_end(canvas: Canvas, profile: Profile, livery: Livery, rear: bool) -> None:
    """Draw what sits on the upright part below the bonnet or the boot lid: lamps, grille, bumper, number plate."""
    view = FaceView(canvas, profile, livery, rear)
    depth = profile.nose_y - view.sill
    if rear:
        _draw_boot(view, depth)
    else:
        _draw_grille(view, depth)
        _draw_lamps(view)
    canvas.fill(rectangle(-view.half * 0.84, view.sill, view.half * 0.84, view.sill + depth * 0.16, 0.04), BUMPER)
    view.draw_plate(view.sill + depth * (0.5 if rear else 0.18))


def _draw_boot(view: FaceView, depth: float) -> None:
    half, high, seam = view.half, view.profile.belt_y - 0.05, view.sill + depth * 0.42
    lamp = [(0.62, high - 0.2, 0.04), (0.66, high, 0.05), (0.95, high, 0.06), (0.97, high - 0.24, 0.06)]
    view.fill_both(rounded([(half * x, y, radius) for x, y, radius in lamp]), TAIL_LAMP)
    view.canvas.line([(-half * 0.6, seam), (half * 0.6, seam)], 0.014, darker(view.livery.paint, 0.5))
    view.fill_both(ellipse(half * 0.6, view.sill + 0.05, 0.06, 0.04), (96, 98, 102))


def _draw_grille(view: FaceView, depth: float) -> None:
    half, nose, canvas = view.half, view.profile.nose_y, view.canvas
    grille = symmetric((half * 0.4, nose - depth * 0.42, 0.06), (half * 0.52, nose - 0.02, 0.06))
    canvas.fill(grille, BUMPER)
    for step in range(1, 4):
        y = nose - 0.02 - depth * 0.1 * step
        canvas.line([(-half * 0.44, y), (half * 0.44, y)], 0.016, (150, 154, 160))
    canvas.disc((0.0, nose - depth * 0.2), 0.06, blend((240, 242, 244), (130, 134, 140)))


def _draw_lamps(view: FaceView) -> None:
    half, nose = view.half, view.profile.nose_y
    if view.profile.face.lamp == "round":
        for radius, paint in ((0.145, (120, 124, 128)), (0.12, LAMP), (0.05, (176, 186, 196))):
            view.fill_both(ellipse(half * 0.74, nose - 0.1, radius), paint)
        return
    lamp = [(0.58, nose - 0.1, 0.04), (0.62, nose, 0.04), (0.95, nose + 0.1, 0.05), (0.95, nose - 0.08, 0.05)]
    view.fill_both(rounded([(half * x, y, radius) for x, y, radius in lamp]), LAMP)
    view.fill_both(ellipse(half * 0.78, nose - 0.02, 0.055), (150, 164, 178))
