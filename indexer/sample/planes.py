"""Lays a flat drawing onto a plane that a camera sees."""

from math import ceil, floor

from PIL import Image

from indexer.sample.camera import Matrix, to_vector
from indexer.sample.canvas import Canvas
from indexer.sample.outlines import Box, Point, bounds


def lay(canvas: Canvas, picture: Canvas, plane: Matrix, part: Box) -> None:
    """Paint a part of the picture, which lies on a plane, as the canvas sees it."""
    left, bottom, right, top = part
    corners = canvas.to_pixels(
        [apply(plane, corner) for corner in ((left, bottom), (left, top), (right, top), (right, bottom))]
    )
    x0, y0, x1, y1 = bounds(corners)
    area = max(0, floor(x0)), max(0, floor(y0)), min(canvas.image.width, ceil(x1)), min(canvas.image.height, ceil(y1))
    to_metres = _from_pixels(canvas, area[:2])
    to_source = product(_to_pixels(picture, part), product(inverse(plane), to_metres))
    flat = [value / to_source[2][2] for row in to_source for value in row][:8]
    pixels = picture.image.crop(_pixel_box(picture, part))
    size = area[2] - area[0], area[3] - area[1]
    warped = pixels.transform(size, Image.Transform.PERSPECTIVE, flat, Image.Resampling.BILINEAR)
    canvas.image.alpha_composite(warped, area[:2])


def _from_pixels(canvas: Canvas, offset: tuple[int, int]) -> Matrix:
    step, (left, _, _, top) = 1 / canvas.pixels_per_m, canvas.box
    return (step, 0.0, left + offset[0] * step), (0.0, -step, top - offset[1] * step), (0.0, 0.0, 1.0)


def _to_pixels(picture: Canvas, part: Box) -> Matrix:
    scale, (left, top, _, _) = picture.pixels_per_m, _pixel_box(picture, part)
    return (scale, 0.0, -picture.box[0] * scale - left), (0.0, -scale, picture.box[3] * scale - top), (0.0, 0.0, 1.0)


def _pixel_box(picture: Canvas, part: Box) -> tuple[int, int, int, int]:
    left, bottom, right, top = part
    (x0, y0), (x1, y1) = picture.to_pixels([(left, top), (right, bottom)])
    return round(x0), round(y0), round(x1), round(y1)


def product(left: Matrix, right: Matrix) -> Matrix:
    """Return the matrix that applies `right` first and `left` after it."""
    columns = list(zip(*right, strict=True))
    a, b, c = (to_vector(sum(x * y for x, y in zip(row, col, strict=True)) for col in columns) for row in left)
    return a, b, c


def inverse(matrix: Matrix) -> Matrix:
    """Return the inverse up to a factor, which is all that a homography needs: its adjugate."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )


def apply(matrix: Matrix, point: Point) -> Point:
    """Return where a homography takes a point."""
    x, y, w = (row[0] * point[0] + row[1] * point[1] + row[2] for row in matrix)
    return x / w, y / w
