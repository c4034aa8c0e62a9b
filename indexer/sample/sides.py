"""Draws a `Profile` from its right-hand side, front to the right."""

from indexer.sample.canvas import Canvas, Gradient, Paint, blend
from indexer.sample.colours import GLASS, Colour, darker, lighter, mix
from indexer.sample.outlines import Outline, bounds, ellipse, rectangle
from indexer.sample.profiles import Hull, Livery, Profile
from indexer.sample.wheels import draw_wheel

_SKY: Colour = (206, 222, 236)
_AMBER: Colour = (250, 196, 90)


def draw_side(canvas: Canvas, profile: Profile, livery: Livery) -> None:
    """Draw the whole vehicle."""
    (rear, radius), (front, _) = profile.wheels[0], profile.wheels[-1]
    canvas.fill(rectangle(rear, radius * 0.55, front, radius * 1.5), (18, 18, 20))
    for hull in profile.hulls:
        canvas.fill(hull.outline, _sheet_metal(profile, hull, livery))
    for outline, role in profile.trims:
        canvas.fill(outline, blend(lighter(livery[role], 0.12), darker(livery[role], 0.12)))
    _draw_windows(canvas, profile, livery)
    _draw_fittings(canvas, profile, livery)
    for x, radius in profile.wheels:
        canvas.fill(ellipse(x, radius * 1.05, radius * 1.17), (14, 14, 16), clip=_silhouette(profile))
        draw_wheel(canvas, (x, radius), radius, profile.rim, lighter(livery.chrome, 0.1))


def _silhouette(profile: Profile) -> Outline:
    left, bottom, right, top = 0.0, profile.wheels[0][1] * 0.3, profile.length, profile.height
    return [(left, bottom), (left, top), (right, top), (right, bottom)]


def _sheet_metal(profile: Profile, hull: Hull, livery: Livery) -> Paint:
    """Return a gradient as painted metal shows it: sky on the roof, a streak under the belt, road at the sill."""
    colour = livery[hull.role]
    _, bottom, _, top = bounds(hull.outline)
    height = top - bottom
    belt = min(0.85, max(0.12, (top - profile.belt_y) / height))
    if hull.role == "chassis" or height < 0.7:
        return blend(lighter(colour, 0.1), darker(colour, 0.3))
    return Gradient(
        (
            (0.0, mix(lighter(colour, 0.35), _SKY, 0.25)),
            (belt * 0.35, lighter(colour, 0.08)),
            (belt * 0.92, darker(colour, 0.06)),
            (min(0.9, belt + 0.05), mix(lighter(colour, 0.32), _SKY, 0.15)),
            (min(0.94, belt + 0.16), lighter(colour, 0.03)),
            (0.95, darker(colour, 0.36)),
            (1.0, darker(colour, 0.55)),
        )
    )


def _draw_windows(canvas: Canvas, profile: Profile, livery: Livery) -> None:
    for window in profile.glass:
        draw_pane(canvas, window)
        left, bottom, right, top = bounds(window)
        slant = (top - bottom) * 0.5
        for x_bottom, x_top in profile.pillars:
            if left < x_bottom < right:
                outline = [
                    (x_bottom - 0.04, bottom),
                    (x_top - 0.04, top),
                    (x_top + 0.04, top),
                    (x_bottom + 0.04, bottom),
                ]
                canvas.fill(outline, darker(livery.paint, 0.55), clip=window)
        start = left + (right - left) * 0.2
        for offset, breadth in ((0.0, 0.3), (0.42, 0.1)):
            x = start + offset * slant * 2
            streak = [(x, bottom), (x + slant, top), (x + slant + breadth, top), (x + breadth, bottom)]
            canvas.fill(streak, (255, 255, 255), clip=window, opacity=0.13)


def draw_pane(canvas: Canvas, window: Outline) -> None:
    """Draw one pane of glass in its rubber, the sky mirrored in its upper part."""
    canvas.line([*window, window[0]], 0.035, (22, 23, 26))
    canvas.fill(
        window,
        Gradient(
            (
                (0.0, lighter(GLASS, 0.34)),
                (0.45, GLASS),
                (0.5, darker(GLASS, 0.3)),
                (1.0, darker(GLASS, 0.55)),
            )
        ),
    )


def _draw_fittings(canvas: Canvas, profile: Profile, livery: Livery) -> None:
    for seam in profile.seams:
        canvas.line(seam, 0.012, darker(livery.paint, 0.5))
    for seam in profile.seams[:2] if profile.height < 2 else ():
        x, y = seam[0][0], profile.belt_y - 0.1
        canvas.fill(rectangle(x + 0.06, y - 0.025, x + 0.24, y + 0.015, 0.02), darker(livery.paint, 0.35))
        canvas.line([(x + 0.07, y + 0.012), (x + 0.23, y + 0.012)], 0.014, lighter(livery.paint, 0.5))
    front, rear = profile.lamps
    canvas.fill(front, Gradient(((0.0, (252, 252, 250)), (0.6, (208, 216, 224)), (1.0, _AMBER))))
    canvas.fill(rear, blend((236, 60, 52), (150, 12, 16)))
    if profile.mirror:
        x, y = profile.mirror
        size = 0.13 if profile.height < 2.5 else 0.3
        canvas.fill(
            rectangle(x - size, y - size * 0.2, x + size * 0.3, y + size, size * 0.4),
            darker(livery.paint, 0.25),
        )
