"""The sample library: what is in it, that it is drawn the same way everywhere, and that it shows what its names say."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageChops, ImageStat

from indexer.sample import draw_sample
from indexer.sample.camera import Camera
from indexer.sample.canvas import Canvas, blend
from indexer.sample.colours import PAINTS
from indexer.sample.drawing import draw_file, draw_picture
from indexer.sample.outlines import bounds, rectangle, rounded, symmetric, trace
from indexer.sample.pictures import Picture, list_pictures
from indexer.sample.planes import apply, inverse, product
from indexer.sample.scenes import SCENES, paint_scene
from indexer.sample.vehicles import MODELS, build_vehicle

PICTURES = list_pictures()
ORIGINALS = [picture for picture in PICTURES if not picture.edit]
COPIES = [picture for picture in PICTURES if picture.edit]


def one_of_each(attribute: str) -> list[Picture]:
    """Return the first original for each value of an attribute."""
    return list({getattr(picture, attribute): picture for picture in reversed(ORIGINALS)}.values())


def distance(first: Image.Image, second: Image.Image) -> float:
    """Return the mean difference of two pictures that are seen from afar, 0 to 255."""
    small = [image.convert("RGB").resize((16, 16)) for image in (first, second)]
    return sum(ImageStat.Stat(ImageChops.difference(*small)).mean) / 3


def present(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def leave_missing(folder: Path, missing: list[Picture]) -> None:
    """Put an empty file in the place of every picture that is not to be missing."""
    for picture in PICTURES:
        path = folder / picture.key
        path.parent.mkdir(parents=True, exist_ok=True)
        if picture not in missing:
            path.touch()


def test_some_150_pictures_of_a_dozen_kinds_have_a_key_each() -> None:
    keys = {picture.key for picture in PICTURES}

    assert 150 <= len(keys) == len(PICTURES) <= 190
    assert len({picture.folder for picture in PICTURES}) == 12
    assert {picture.suffix for picture in PICTURES} == {"jpg", "png", "webp"}


def test_a_key_says_what_the_picture_shows() -> None:
    picture = Picture("cars", "sedan", "red", "left", "street", 3, edit="cropped")

    assert picture.key == "cars/red-sedan-street-03-cropped.jpg"


def test_the_list_is_the_same_at_every_call() -> None:
    assert list_pictures() == PICTURES


def test_every_picture_can_be_drawn_by_name() -> None:
    for picture in PICTURES:
        assert picture.model in MODELS
        assert picture.colour in PAINTS
        assert picture.scene in {*SCENES, "cutout"}


def test_every_scene_and_every_model_is_in_the_library() -> None:
    assert {picture.scene for picture in PICTURES} == {*SCENES, "cutout"}
    assert {picture.model for picture in PICTURES} == MODELS


def test_every_near_copy_has_its_original() -> None:
    assert {copy.edit for copy in COPIES} == {"cropped", "mirrored", "small", "bright"}
    assert {copy.title for copy in COPIES} <= {picture.title for picture in ORIGINALS}


@pytest.mark.parametrize("picture", one_of_each("scene"), ids=lambda picture: picture.scene)
def test_a_picture_is_the_same_bytes_every_time(picture: Picture) -> None:
    data = draw_file(picture)

    assert draw_file(picture) == data
    assert len(data) < 250_000


@pytest.mark.parametrize("picture", one_of_each("suffix"), ids=lambda picture: picture.suffix)
def test_a_file_has_the_format_that_its_name_says(picture: Picture) -> None:
    image = Image.open(BytesIO(draw_file(picture)))

    assert image.format == {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[picture.suffix]
    assert image.size == picture.size


def test_a_cutout_is_transparent_around_the_vehicle() -> None:
    cutout = next(picture for picture in ORIGINALS if picture.scene == "cutout")

    alpha = draw_picture(cutout).getchannel("A")

    assert alpha.getextrema() == (0, 255)
    assert alpha.getpixel((0, 0)) == 0


@pytest.mark.parametrize("copy", COPIES[:4], ids=lambda copy: copy.edit)
def test_a_near_copy_is_closer_to_its_original_than_another_picture_of_the_kind(copy: Picture) -> None:
    original = next(picture for picture in ORIGINALS if picture.title == copy.title)
    other = next(p for p in ORIGINALS if p.folder == copy.folder and p.colour != copy.colour and p.scene != copy.scene)
    drawn = edited = draw_picture(copy)
    if copy.edit == "mirrored":
        drawn = drawn.transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    near, far = (distance(drawn, draw_picture(picture)) for picture in (original, other))

    assert edited.tobytes() != draw_picture(original).tobytes()
    assert near < far / 2


@pytest.mark.parametrize("model", sorted(MODELS))
def test_a_model_fills_its_box_from_its_side(model: str) -> None:
    vehicle = build_vehicle(model, "red", "side")
    left, _, right, _ = vehicle.box
    canvas = Canvas(vehicle.box, 160 / (right - left))

    vehicle.draw(canvas)

    alpha = canvas.finish().getchannel("A")
    covered = alpha.getbbox()
    assert covered is not None
    assert covered[2] - covered[0] > 0.9 * alpha.width
    assert covered[3] - covered[1] > 0.85 * alpha.height
    assert ImageStat.Stat(alpha).mean[0] > 255 * 0.06  # a bicycle is mostly air


@pytest.mark.parametrize(("model", "aspect"), sorted({(p.model, p.aspect) for p in ORIGINALS}))
def test_a_vehicle_looks_like_its_colour_from_everywhere(model: str, aspect: str) -> None:
    reds = []
    for colour in ("red", "blue"):
        vehicle = build_vehicle(model, colour, aspect)
        left, _, right, _ = vehicle.box
        canvas = Canvas(vehicle.box, 120 / (right - left))
        vehicle.draw(canvas)
        image = canvas.finish()
        red, _, blue = ImageStat.Stat(image.convert("RGB"), image.getchannel("A")).mean
        reds.append(red - blue)

    assert reds[0] > reds[1] + 8


def test_an_unknown_model_or_colour_or_view_is_refused() -> None:
    for wrong in (("spaceship", "red", "side"), ("sedan", "beige", "side"), ("racer", "red", "rear")):
        with pytest.raises(KeyError):
            build_vehicle(*wrong)


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_has_the_size_asked_for_and_is_not_plain(name: str) -> None:
    scene = paint_scene(name, (121, 90), 50, Random(1))

    assert (scene.size, scene.mode) == ((121, 90), "RGB")
    assert max(ImageStat.Stat(scene).stddev) > 8


def test_a_vehicle_that_points_left_is_the_mirror_image_of_one_that_points_right() -> None:
    right, left = (Picture("cars", "suv", "green", view, "cutout", 1, suffix="png") for view in ("right", "left"))

    drawn = [draw_picture(picture) for picture in (right, left)]
    cropped = [image.crop(image.getbbox()) for image in drawn]

    assert cropped[0].transpose(Image.Transpose.FLIP_LEFT_RIGHT).tobytes() == cropped[1].tobytes()


def test_only_missing_pictures_are_drawn(tmp_path: Path) -> None:
    missing = PICTURES[10:12]
    leave_missing(tmp_path, missing)

    assert draw_sample(tmp_path) == len(PICTURES)

    drawn = {path.relative_to(tmp_path).as_posix() for path in present(tmp_path) if path.stat().st_size}
    assert drawn == {picture.key for picture in missing}


def test_many_pictures_are_drawn_by_other_processes_to_the_same_bytes(tmp_path: Path) -> None:
    missing = PICTURES[::12]
    leave_missing(tmp_path, missing)

    draw_sample(tmp_path)

    for picture in missing:
        assert (tmp_path / picture.key).read_bytes() == draw_file(picture)
    assert len(list(present(tmp_path))) == len(PICTURES)  # no temporary file stays


def test_a_folder_that_cannot_be_written_to_is_an_error(tmp_path: Path) -> None:
    leave_missing(tmp_path, PICTURES[:1])
    (tmp_path / PICTURES[0].folder).rename(tmp_path / "elsewhere")
    (tmp_path / PICTURES[0].folder).write_text("in the way")

    with pytest.raises(OSError, match=PICTURES[0].folder):
        draw_sample(tmp_path)


def test_a_rounded_outline_stays_within_its_corners() -> None:
    corners = [(0.0, 0.0, 0.4), (0.0, 2.0, 9.0), (3.0, 2.0, 0.0), (3.0, 0.0, 0.1)]

    outline = rounded(corners)

    left, bottom, right, top = bounds(outline)
    assert (left, bottom, right, top) == pytest.approx((0.0, 0.0, 3.0, 2.0))
    assert (3.0, 2.0) in outline
    assert (0.0, 0.0) not in outline


def test_a_traced_outline_is_the_rounded_one() -> None:
    assert trace("0,0,.5 1,2 3,0,0.25") == rounded([(0, 0, 0.5), (1, 2, 0), (3, 0, 0.25)])


def test_a_symmetric_outline_mirrors_its_right_half() -> None:
    outline = symmetric((1.0, 0.0, 0.2), (0.6, 1.0, 0.3))

    assert {(round(x, 9), round(y, 9)) for x, y in outline} == {(round(-x, 9), round(y, 9)) for x, y in outline}


def test_the_camera_sees_a_plane_where_it_sees_its_points() -> None:
    camera = Camera(yaw_deg=36, distance_m=9, eye_m=1.7)
    plane = camera.plane((-2.0, 0.0, 0.9), (1.0, 0.0, 0.0), (0.0, 1.0, -0.2))

    for s, t in ((0.0, 0.0), (4.0, 0.0), (1.5, 1.2), (4.0, 1.6)):
        assert apply(plane, (s, t)) == pytest.approx(camera.project((-2.0 + s, t, 0.9 - 0.2 * t)))


def test_the_inverse_of_a_plane_leads_back() -> None:
    plane = Camera(yaw_deg=20, distance_m=7, eye_m=1.5).plane((0.3, 0.1, 0.5), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))

    there_and_back = product(inverse(plane), plane)

    assert apply(there_and_back, (1.25, 0.75)) == pytest.approx((1.25, 0.75))


def test_what_is_nearer_looks_larger() -> None:
    camera = Camera(yaw_deg=36, distance_m=9, eye_m=1.7)

    front, rear = (camera.project((x, 1.0, 0.0))[1] - camera.project((x, 0.0, 0.0))[1] for x in (2.0, -2.0))

    assert front > 1.0 > rear


def test_a_fill_keeps_to_its_clip_and_its_gradient() -> None:
    canvas = Canvas((0.0, 0.0, 4.0, 2.0), 10)

    canvas.fill(rectangle(0, 0, 4, 2), blend((200, 0, 0), (0, 0, 200)), clip=rectangle(0, 0, 2, 2))

    image = canvas.finish()
    assert image.size == (40, 20)
    assert image.getpixel((30, 10)) == (0, 0, 0, 0)
    top, bottom = image.getpixel((5, 1)), image.getpixel((5, 18))
    assert top[0] > 170 > bottom[0]
    assert top[2] < 30 < 170 < bottom[2]
