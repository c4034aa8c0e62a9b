"""A part of a picture, decoded alone."""

import io

import numpy as np
import pytest
from PIL import Image

from model.preprocess import Box, load_picture, load_pixels
from tests.pictures import BLUE, RED, draw_halves

SIZE = 32
ORIENTATION = 0x0112
TURNS = {  # how an upright picture is stored
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
BOXES: list[Box] = [(0, 0, 0.5, 0.5), (0.5, 0, 1, 0.5), (0.1, 0.3, 0.4, 0.9), (0.62, 0.55, 0.99, 1)]


def gradient(width: int = 240, height: int = 160) -> Image.Image:
    rows, columns = np.mgrid[0:height, 0:width]
    channels = (columns * 255 // width, rows * 255 // height, (columns + rows) * 255 // (width + height))
    return Image.fromarray(np.stack(channels, axis=2).astype(np.uint8))


def save(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def cut(image: Image.Image, box: Box) -> bytes:
    left, top, right, bottom = box
    corners = (left * image.width, top * image.height, right * image.width, bottom * image.height)
    return save(image.crop(tuple(round(place) for place in corners)), "PNG")


def difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other).mean())


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("orientation", TURNS)
def test_a_box_is_meant_on_the_upright_picture(orientation: int, box: Box) -> None:
    upright, turn = gradient(), TURNS[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = save(upright.transpose(turn) if turn is not None else upright, "PNG", exif=exif)
    assert difference(load_pixels(stored, SIZE, box=box), load_pixels(cut(upright, box), SIZE)) < 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"])
def test_a_box_is_the_same_in_every_format(kind: str) -> None:
    picture = draw_halves(RED, BLUE, (640, 480))
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    right = load_pixels(save(image, kind), SIZE, box=(0.6, 0.2, 0.9, 0.8))
    assert difference(right, np.full_like(right, BLUE)) < 3


def test_a_small_part_of_a_large_photo_is_sharp() -> None:
    """A JPEG is decoded small where the whole is wanted, and must not be where a tenth of it is."""
    stripes = np.zeros((2000, 2000, 3), np.uint8)
    stripes[:, ::8] = stripes[:, 1::8] = stripes[:, 2::8] = stripes[:, 3::8] = 255
    photo = save(Image.fromarray(stripes), "JPEG", quality=95)
    part = load_pixels(photo, 64, box=(0.4, 0.4, 0.432, 0.432))  # 64 pixels, each on its own
    whole = load_pixels(photo, 64)
    assert np.ptp(part[:, :, 0]) > 200 > 60 > np.ptp(whole[8:-8, 8:-8, 0])


def test_a_box_of_everything_is_the_whole_picture() -> None:
    photo = save(gradient(), "JPEG")
    assert np.array_equal(load_pixels(photo, SIZE, box=(0.0, 0.0, 1.0, 1.0)), load_pixels(photo, SIZE))


@pytest.mark.parametrize("box", [(0, 0, 0.001, 0.001), (0.999, 0.999, 1, 1), (0.5, 0, 0.501, 1)])
def test_a_box_smaller_than_a_pixel_is_that_pixel(box: Box) -> None:
    image = Image.new("RGB", (9, 7), RED)
    header, pixels = load_picture(save(image, "PNG"), SIZE, box=box)
    assert (header.width, header.height) == (9, 7)
    assert difference(pixels, np.full_like(pixels, RED)) < 1
