"""Pictures to test with, drawn on the spot."""

import io

from PIL import Image

Colour = tuple[int, int, int]

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (255, 255, 255)


def draw(colour: Colour, size: tuple[int, int] = (64, 48), kind: str = "PNG", **options: object) -> bytes:
    """Return a picture file of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **options)
    return file.getvalue()


def draw_halves(left: Colour, right: Colour, size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a PNG whose left half has one colour and whose right half another."""
    image = Image.new("RGB", size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
