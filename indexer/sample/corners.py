"""Draws a `Profile` from its front corner: its hulls as solid bodies, its side and its front laid onto them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from indexer.sample.bonneted import draw_front_end
from indexer.sample.camera import Camera, Vector
from indexer.sample.canvas import Canvas, length_m
from indexer.sample.colours import Colour, darker, lighter
from indexer.sample.outlines import Box, Outline, bounds, ellipse
from indexer.sample.planes import lay
from indexer.sample.profiles import Hull, Livery, Profile
from indexer.sample.sides import draw_pane, draw_side
from indexer.sample.upright import draw_shell


@dataclass(frozen=True)
class Body:
    """A profile given its width: where its points lie in space."""

    profile: Profile

    @cached_property
    def lean(self) -> float:
        """Return how far each side leans inwards for each metre above the belt."""
        profile = self.profile
        return profile.width / 2 * (1 - profile.face.roof_share) / (profile.height - profile.belt_y)

    def point(self, x: float, y: float, side: int = 1) -> Vector:
        """Return the point of the near (1) or the far side (-1) that the profile shows at x, y."""
        half = self.profile.width / 2 - self.lean * max(0.0, y - self.profile.belt_y)
        return x - self.profile.length / 2, y, side * half

    def corners(self) -> list[Vector]:
        """Return the corners of the box that holds the body."""
        profile = self.profile
        half = profile.width / 2
        xs, ys = (-profile.length / 2 - 0.1, profile.length / 2 + 0.1), (0.0, profile.height)
        return [(x, y, z) for x in xs for y in ys for z in (-half, half)]


def corner_box(profile: Profile, camera: Camera) -> Box:
    """Return the part of the picture's space that the vehicle takes."""
    left, bottom, right, top = bounds([camera.project(corner) for corner in Body(profile).corners()])
    return left, bottom - 0.05, right, top + 0.1


def ground_outline(profile: Profile, camera: Camera) -> Outline:
    """Return the outline, in the picture's space, of the ground that the vehicle stands on."""
    x, z = profile.length / 2, profile.width / 2
    return [camera.project(corner) for corner in ((-x, 0, z), (x, 0, z), (x, 0, -z), (-x, 0, -z))]


def draw_corner(canvas: Canvas, profile: Profile, livery: Livery, camera: Camera) -> None:
    """Draw the whole vehicle."""
    body = Body(profile)
    _draw_underside(canvas, body, camera)
    for hull in profile.hulls:
        for outline, colour in _strips(body, hull, livery[hull.role], camera):
            canvas.fill(outline, colour)
    _draw_windscreen(canvas, body, camera)
    _lay_side(canvas, body, livery, camera)
    _lay_front(canvas, body, livery, camera)


def _draw_underside(canvas: Canvas, body: Body, camera: Camera) -> None:
    profile = body.profile
    for side in (-1, 1):
        for x, radius in profile.wheels:
            outline = ellipse(x, radius, radius)
            inner = [(px, py, pz - side * 0.2) for px, py, pz in (body.point(x, y, side) for x, y in outline)]
            canvas.fill([camera.project(point) for point in inner], (20, 20, 22))
    (rear, radius), (front, _) = profile.wheels[0], profile.wheels[-1]
    for z in (1, -1):
        sill = [(rear, radius * 0.6), (front, radius * 0.6), (profile.length - 0.1, radius), (rear, radius * 1.4)]
        canvas.fill([camera.project(body.point(x, y, z)) for x, y in sill], (14, 14, 16))


def _strips(body: Body, hull: Hull, colour: Colour, camera: Camera) -> Iterator[tuple[Outline, Colour]]:
    """Yield the surfaces between both sides that face the camera, from the rear to the front."""
    outline = list(hull.outline)
    edges = sorted(zip(outline, outline[1:] + outline[:1], strict=True), key=lambda edge: edge[0][0] + edge[1][0])
    turn = _turning(outline)
    for start, end in edges:
        size = length_m(start, end)
        if not size:
            continue
        normal = (turn * (end[1] - start[1]) / size, turn * (start[0] - end[0]) / size, 0.0)
        if camera.sees(body.point(*start), normal):
            corners = (body.point(*start), body.point(*end), body.point(*end, -1), body.point(*start, -1))
            yield [camera.project(corner) for corner in corners], _lit(colour, normal)


def _turning(outline: Outline) -> int:
    """Return 1 for an outline that runs against the clock, -1 for one that runs with it."""
    area = sum(
        x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(outline, [*outline[1:], outline[0]], strict=True)
    )
    return 1 if area > 0 else -1


def _lit(colour: Colour, normal: Vector) -> Colour:
    """Return the colour under a sky that lights what faces up, and leaves what faces down dark."""
    light = 0.34 * max(0.0, normal[1]) + 0.06 * normal[0] - 0.5 * max(0.0, -normal[1])
    return lighter(colour, light) if light > 0 else darker(colour, -light)


def _draw_windscreen(canvas: Canvas, body: Body, camera: Camera) -> None:
    if body.profile.face.style != "car":
        return
    lower, upper = (body.point(*end) for end in body.profile.windscreen)
    corners = [(x, y, z * share) for (x, y, z), share in ((lower, 0.93), (upper, 0.9), (upper, -0.9), (lower, -0.93))]
    screen = [camera.project(corner) for corner in corners]
    draw_pane(canvas, screen)
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = screen
    for share, breadth in ((0.3, 0.16), (0.55, 0.06)):
        low, high = (x0 + (x3 - x0) * share, y0 + (y3 - y0) * share), (x1 + (x2 - x1) * share, y1 + (y2 - y1) * share)
        streak = [low, high, (high[0] + (x2 - x1) * breadth, high[1]), (low[0] + (x3 - x0) * breadth, low[1])]
        canvas.fill(streak, (255, 255, 255), clip=screen, opacity=0.16)


def _lay_side(canvas: Canvas, body: Body, livery: Livery, camera: Camera) -> None:
    """Lay the side on in two parts: upright up to the belt, leaning inwards above it."""
    profile, half = body.profile, body.profile.width / 2
    side = Canvas((-0.15, -0.02, profile.length + 0.15, profile.height + 0.05), canvas.scale)
    draw_side(side, profile, livery)
    middle, lean, belt = profile.length / 2, body.lean, profile.belt_y
    upright = camera.plane((-middle, 0.0, half), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    leaning = camera.plane((-middle, 0.0, half + lean * belt), (1.0, 0.0, 0.0), (0.0, 1.0, -lean))
    left, bottom, right, top = side.box
    lay(canvas, side, leaning, (left, belt - 0.01, right, top))
    lay(canvas, side, upright, (left, bottom, right, belt))


def _lay_front(canvas: Canvas, body: Body, livery: Livery, camera: Camera) -> None:
    """Lay the front on: upright up to the windscreen and, on a vehicle without a bonnet, as steep as that above it."""
    profile, half = body.profile, body.profile.width / 2
    (low_x, low_y), (high_x, high_y) = profile.windscreen
    is_box = profile.face.style == "box"
    front = Canvas((-half, 0.0, half, profile.height if is_box else profile.nose_y + 0.2), canvas.scale)
    (draw_shell if is_box else draw_front_end)(front, profile, livery, rear=False)
    foot, across = (low_x if is_box else profile.length - 0.05) - profile.length / 2, (0.0, 0.0, -0.96)
    left, bottom, right, top = front.box
    upright = camera.plane((foot, 0.0, 0.0), across, (0.0, 1.0, 0.0))
    lay(canvas, front, upright, (left, bottom, right, min(low_y, top)))
    if is_box:
        slope = (high_x - low_x) / (high_y - low_y)
        leaning = camera.plane((foot - slope * low_y, 0.0, 0.0), across, (slope, 1.0, 0.0))
        lay(canvas, front, leaning, (left, low_y, right, top))
