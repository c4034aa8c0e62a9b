"""From a picture file to upright pixels: every colour mode, every orientation, every way to be broken."""

import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model.errors import MAX_SIDE_PIXELS, ImageError, TooManyPixelsError, UndecodableError, UnsupportedFormatError
from model.preprocess import FORMATS, Header, draw_thumbnail, load_pixels, read_header
from tests.pictures import BLUE, GREEN, RED, draw, draw_halves

KINDS = sorted(FORMATS - {"MPO"})
SIZE = 32
ORIENTATION = 0x0112


def save(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def draw_corners() -> Image.Image:
    """A lying picture whose four corners differ, so that every turn shows."""
    image = Image.new("RGB", (80, 40), RED)
    image.paste(GREEN, (40, 0, 80, 20))
    image.paste(BLUE, (0, 20, 40, 40))
    image.paste((250, 250, 250), (40, 20, 80, 40))
    return image


def draw_gradient(width: int, height: int) -> Image.Image:
    rows, columns = np.mgrid[0:height, 0:width]
    channels = (columns * 255 // width, rows * 255 // height, (columns + rows) * 255 // (width + height))
    return Image.fromarray(np.stack(channels, axis=2).astype(np.uint8))


def make_png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def middle(pixels: np.ndarray) -> tuple[int, ...]:
    return tuple(int(value) for value in pixels[SIZE // 2, SIZE // 2])


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_gives_its_header_and_its_colour(kind: str) -> None:
    picture = draw(GREEN, (64, 48), kind)
    assert read_header(picture) == Header(kind, 64, 48)
    pixels = load_pixels(picture, SIZE)
    assert pixels.shape == (SIZE, SIZE, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(middle(pixels) - np.array(GREEN)).max() < 8


def test_a_path_is_read_by_content_whatever_its_ending_says(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(draw(RED, kind="PNG"))
    assert read_header(path) == Header("PNG", 64, 48)
    assert np.array_equal(load_pixels(path, SIZE), load_pixels(path.read_bytes(), SIZE))


def test_a_missing_file_is_no_fault_of_the_picture(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_header(tmp_path / "gone.jpg")


def test_a_jpeg_of_several_pictures_counts_as_jpeg() -> None:
    several = save(Image.new("RGB", (30, 20), RED), "MPO", save_all=True, append_images=[Image.new("RGB", (30, 20))])
    assert read_header(several) == Header("JPEG", 30, 20)
    assert middle(load_pixels(several, SIZE))[0] > 200


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_stands_upright(kind: str, orientation: int) -> None:
    upright = draw_corners()
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(turns[orientation]) if orientation in turns else upright
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    picture = save(stored, kind, exif=exif)

    header = read_header(picture)
    assert (header.width, header.height) == upright.size
    difference = load_pixels(picture, SIZE).astype(int) - load_pixels(save(upright, "PNG"), SIZE)
    assert np.abs(difference).mean() < 6
    assert Image.open(io.BytesIO(draw_thumbnail(picture, 20))).size == (20, 10)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
def test_a_broken_exif_block_leaves_the_picture_as_it_is() -> None:
    picture = save(draw_corners(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff broken")
    assert read_header(picture) == Header("JPEG", 80, 40)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_transparent_parts_become_white(mode: str) -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0)).convert("P" if mode == "PA" else mode)
    if mode == "PA":
        clear.info["transparency"] = 0
    assert middle(load_pixels(save(clear, "PNG"), SIZE)) == (255, 255, 255)


def test_half_transparent_red_becomes_pink() -> None:
    picture = save(Image.new("RGBA", (20, 20), (255, 0, 0, 128)), "PNG")
    assert middle(load_pixels(picture, SIZE)) == pytest.approx((255, 127, 127), abs=2)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_palette_entry_becomes_white(kind: str) -> None:
    image = Image.new("P", (20, 20), 1)
    image.putpalette([0, 0, 0, 200, 0, 0])
    assert middle(load_pixels(save(image, kind, transparency=1), SIZE)) == (255, 255, 255)
    assert middle(load_pixels(save(image, kind), SIZE)) == (200, 0, 0)


@pytest.mark.parametrize(("mode", "colour"), [("1", 1), ("L", 255), ("CMYK", (0, 0, 0, 0)), ("YCbCr", (255, 128, 128))])
def test_white_is_white_in_every_mode(mode: str, colour: object) -> None:
    kind = "PNG" if mode in "1L" else "TIFF"
    picture = save(Image.new(mode, (20, 20), colour), kind)  # type: ignore[arg-type]
    assert min(middle(load_pixels(picture, SIZE))) >= 254


@pytest.mark.parametrize(
    ("values", "kind", "grey"),
    [
        (np.full((20, 20), 32_896, np.uint16), "PNG", 128),
        (np.full((20, 20), 32_896, np.uint16), "TIFF", 128),
        (np.full((20, 20), 0.5, np.float32), "TIFF", 127),
        (np.full((20, 20), 100.0, np.float32), "TIFF", 100),
        (np.full((20, 20), 32_896, np.int32), "TIFF", 128),
    ],
)
def test_deep_greys_are_scaled_to_8_bits(values: np.ndarray, kind: str, grey: int) -> None:
    assert middle(load_pixels(save(Image.fromarray(values), kind), SIZE)) == pytest.approx((grey,) * 3, abs=1)


def test_floats_without_a_known_white_are_stretched() -> None:
    values = np.repeat([[-1000.0, 1000.0]], 20, axis=0).astype(np.float32)
    values[0, 0] = np.nan
    pixels = load_pixels(save(Image.fromarray(values), "TIFF"), SIZE)
    assert pixels[SIZE // 2, 0].max() < 40
    assert pixels[SIZE // 2, -1].min() > 215


def test_of_an_animation_the_first_frame_counts() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    for kind in ("GIF", "WEBP", "PNG"):
        picture = save(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
        assert middle(load_pixels(picture, SIZE)) == pytest.approx(RED, abs=3)


def test_a_large_picture_looks_like_its_small_copy() -> None:
    large = draw_gradient(1531, 1177)
    small = np.asarray(large.resize((SIZE, SIZE), Image.Resampling.BICUBIC)).astype(int)
    for kind, options in (("PNG", {}), ("JPEG", {"quality": 95})):
        assert np.abs(load_pixels(save(large, kind, **options), SIZE) - small).mean() < 3


def test_the_bands_of_a_large_picture_join_without_a_seam() -> None:
    tall = draw_gradient(50, 30_000)
    rows = load_pixels(save(tall, "PNG"), SIZE)[:, SIZE // 2, 1].astype(int)
    assert np.all(np.abs(np.diff(rows) - 255 / SIZE) < 2)


def test_a_thumbnail_keeps_its_shape_and_never_grows() -> None:
    thumbnail = Image.open(io.BytesIO(draw_thumbnail(draw_halves(RED, BLUE, (400, 100)), 80)))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (80, 20))
    assert Image.open(io.BytesIO(draw_thumbnail(draw(RED, (30, 10)), 80))).size == (30, 10)
    assert Image.open(io.BytesIO(draw_thumbnail(draw(RED, (3000, 2)), 80))).size == (80, 1)


@pytest.mark.parametrize(
    "data", [b"\0", b"\0" * 5000, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%!PS-Adobe-3.0 EPSF"]
)
def test_what_is_no_picture_of_ours_is_unsupported(data: bytes) -> None:
    with pytest.raises(UnsupportedFormatError, match="JPEG, MPO, PNG"):
        read_header(data)


@pytest.mark.parametrize("kind", ["ICO", "TGA", "PCX"])
def test_a_format_that_is_not_taken_is_unsupported(kind: str) -> None:
    with pytest.raises(UnsupportedFormatError):
        load_pixels(draw(RED, kind=kind), SIZE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_short_does_not_decode(kind: str) -> None:
    whole = save(draw_gradient(200, 200), kind)
    with pytest.raises(UndecodableError, match="damaged or cut short"):
        load_pixels(whole[: len(whole) // 3], SIZE)


def test_a_bomb_is_refused_by_its_header_before_any_memory_is_taken() -> None:
    bomb = make_png(60_000, 60_000, b"")
    tracemalloc.start()
    with pytest.raises(TooManyPixelsError, match="60,000 x 60,000") as caught:
        load_pixels(bomb, SIZE)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert (caught.value.pixels, caught.value.limit) == (3_600_000_000, 50_000_000)


def test_the_limit_is_the_callers_and_counts_pixels() -> None:
    picture = draw(RED, (100, 50))
    assert read_header(picture, max_pixels=5000).width == 100
    with pytest.raises(TooManyPixelsError):
        read_header(picture, max_pixels=4999)


def test_an_endless_column_is_refused_though_it_has_few_pixels() -> None:
    with pytest.raises(TooManyPixelsError, match="on a side"):
        read_header(make_png(1, MAX_SIDE_PIXELS + 1, b""))


def test_a_small_tiff_cut_from_an_enormous_tile_is_refused() -> None:
    tags = {256: 8, 257: 8, 258: 8, 259: 8, 262: 1, 277: 1, 322: 65_536, 323: 65_536, 324: 200, 325: 8}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    tiff = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 0)
    with pytest.raises(TooManyPixelsError, match="65,536 x 65,536"):
        load_pixels(tiff.ljust(300, b"\0"), SIZE)


def test_a_jpeg_of_thousands_of_passes_is_refused() -> None:
    whole = save(draw_gradient(64, 64), "JPEG", progressive=True)
    start = whole.index(b"\xff\xda")
    scan = whole[start : whole.index(b"\xff", start + 2)]
    with pytest.raises(UndecodableError, match="passes"):
        load_pixels(whole[:start] + scan * 5000 + whole[start:], SIZE)


def draw_one_component_again_and_again(times: int) -> bytes:
    """A JPEG that is not progressive and has three components, the first of which is drawn this often."""
    colour, grey = (save(draw_gradient(64, 64).convert(mode), "JPEG", subsampling=0) for mode in ("RGB", "L"))
    return colour[: colour.index(b"\xff\xda")] + grey[grey.index(b"\xff\xda") : -2] * times + b"\xff\xd9"


# Decoders pass over them; whoever reads them as more than that can be told of another first scan than the real one.
@pytest.mark.parametrize("odd", [b"", b"\0\xda\0\x0c\x03", b"\xff\xd0", b"\xff\0", b"\xff\xff"])
def test_a_jpeg_of_thousands_of_scans_is_refused_whatever_stands_before_them(odd: bytes) -> None:
    whole = draw_one_component_again_and_again(5000)
    table = whole.index(b"\xff\xdb")
    with pytest.raises(UndecodableError, match="passes"):
        load_pixels(whole[:table] + odd + whole[table:], SIZE)


def test_scans_behind_a_whole_picture_are_not_drawn() -> None:
    whole = save(draw_gradient(64, 64), "JPEG")
    scan = whole[whole.index(b"\xff\xda") : -2]
    with pytest.raises(UndecodableError, match="does not decode"):
        load_pixels(whole[:-2] + scan * 5000 + whole[-2:], SIZE)


@given(st.sampled_from(KINDS), st.integers(0, 2000), st.binary(min_size=1, max_size=6))
def test_a_damaged_file_decodes_or_is_refused_and_nothing_else(kind: str, place: int, damage: bytes) -> None:
    whole = draw(GREEN, (40, 30), kind)
    place %= len(whole)
    damaged = whole[:place] + damage + whole[place + len(damage) :]
    try:
        pixels = load_pixels(damaged, SIZE)
    except ImageError as fault:
        assert str(fault).endswith(".")  # noqa: PT017  (either way is right, so there is nothing to expect)
    else:
        assert pixels.shape == (SIZE, SIZE, 3)
