"""Draws one `Picture`: a vehicle in its scene, with its shadow and the light of the place, as the bytes of a file."""

from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from indexer.sample.canvas import Canvas
from indexer.sample.pictures import Picture
from indexer.sample.scenes import SCENES, Scene, paint_scene
from indexer.sample.vehicles import Vehicle, build_vehicle

_FILE_OPTIONS: dict[str, dict[str, object]] = {
    "jpg": {"format": "JPEG", "quality": 86},
    "webp": {"format": "WEBP", "quality": 84, "method": 2},
    "png": {"format": "PNG", "compress_level": 6},
}
_WIDEST, _TALLEST = 0.86, 0.74
"""Shares of the picture that the vehicle fills at most."""
_SHADOW_GRAIN = 4
"""Shadows are drawn this many times too small: nothing in them is sharp, and blurring costs by the pixel."""
_SHADOW_BLUR = 0.008
"""Radius of the blur as a share of the picture's width."""


def draw_file(picture: Picture) -> bytes:
    """Return the picture as the bytes of a JPEG, WebP or PNG file, the same ones for the same Pillow."""
    file = BytesIO()
    options = dict(_FILE_OPTIONS[picture.suffix])
    if picture.edit == "small":
        options["quality"] = 50
    draw_picture(picture).save(file, **options)  # type: ignore[arg-type]
    return file.getvalue()


def draw_picture(picture: Picture) -> Image.Image:
    """Return the picture, RGB, or RGBA for one that is cut out of its background."""
    rng = Random(picture.title)
    vehicle = build_vehicle(picture.model, picture.colour, picture.aspect)
    shot = _Shot(picture, vehicle, rng)
    image = shot.cut_out() if picture.scene == "cutout" else shot.compose()
    return _edited(image, picture.edit)


class _Shot:
    """One vehicle placed in a frame."""

    def __init__(self, picture: Picture, vehicle: Vehicle, rng: Random) -> None:
        self.picture, self.vehicle, self.rng = picture, vehicle, rng
        self.width, self.height = picture.size
        left, bottom, right, top = vehicle.box
        tallest = min(_TALLEST, vehicle.foot - 0.07)
        fit = min(_WIDEST * self.width / (right - left), tallest * self.height / (top - bottom))
        self.scale = fit * rng.uniform(0.88, 1.0)
        self.foot_y = round(self.height * (vehicle.foot + rng.uniform(-0.03, 0.01)))
        self.middle_x = round(self.width * rng.uniform(0.47, 0.53))
        self.sprite = self._draw_sprite()

    def _draw_sprite(self) -> Image.Image:
        canvas = Canvas(self.vehicle.box, self.scale)
        self.vehicle.draw(canvas)
        sprite = canvas.finish()
        return ImageOps.mirror(sprite) if self.picture.mirrored else sprite

    @property
    def corner(self) -> tuple[int, int]:
        """Return the upper left corner of the sprite."""
        return self.middle_x - self.sprite.width // 2, self.foot_y - round(self.vehicle.box[3] * self.scale)

    def to_frame(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return where a point of the vehicle's canvas lies in the frame, in pixels."""
        left, _, right, _ = self.vehicle.box
        x = (point[0] - (left + right) / 2) * self.scale * (-1 if self.picture.mirrored else 1)
        return self.middle_x + x, self.foot_y - point[1] * self.scale

    def cut_out(self) -> Image.Image:
        image = Image.new("RGBA", (self.width, self.height))
        image.alpha_composite(self.sprite, (max(0, self.corner[0]), max(0, self.corner[1])))
        return image

    def compose(self) -> Image.Image:
        scene = SCENES[self.picture.scene]
        horizon = self.foot_y - self.vehicle.eye_m * self.scale
        horizon_px = round(min(0.9, max(0.42, horizon / self.height)) * self.height)
        image = paint_scene(self.picture.scene, self.picture.size, horizon_px, self.rng)
        self._lay_shadow(image, scene.shadow)
        sprite = _lit(self.sprite, scene)
        self._lay_mirror_image(image, sprite, scene.mirror)
        image.paste(sprite, self.corner, sprite)
        if scene.is_dark:
            self._light_lamps(image)
        self._let_it_snow(image, scene.snowfall)
        return image

    def _lay_shadow(self, image: Image.Image, strength: float) -> None:
        if not strength or self.vehicle.foot < 0.8:
            return
        small = self.width // _SHADOW_GRAIN, self.height // _SHADOW_GRAIN
        mask = Image.new("L", small)
        outline = [(x / _SHADOW_GRAIN, y / _SHADOW_GRAIN) for x, y in map(self.to_frame, self.vehicle.ground)]
        ImageDraw.Draw(mask).polygon(outline, fill=round(255 * strength))
        mask = mask.filter(ImageFilter.GaussianBlur(_SHADOW_BLUR * small[0])).resize(image.size)
        image.paste((14, 14, 22), (0, 0), mask)

    def _lay_mirror_image(self, image: Image.Image, sprite: Image.Image, strength: float) -> None:
        if not strength or self.picture.aspect == "corner":
            return
        foot = round(self.vehicle.box[3] * self.scale)
        depth = min(foot, self.height - self.foot_y)
        part = ImageOps.flip(sprite.crop((0, foot - depth, sprite.width, foot)))
        fade = (
            ImageOps.flip(Image.linear_gradient("L")).resize(part.size).point([round(i * strength) for i in range(256)])
        )
        image.paste(part, (self.corner[0], self.foot_y), ImageChops.multiply(part.getchannel("A"), fade))

    def _light_lamps(self, image: Image.Image) -> None:
        for lamp in self.vehicle.lamps:
            x, y = self.to_frame(lamp)
            size = round(self.width * 0.14)
            glow = Image.radial_gradient("L").resize((size, size))
            mask = glow.point([round(255 * max(0.0, 1 - i / 181) ** 2) for i in range(256)])
            image.paste((255, 240, 200), (round(x) - size // 2, round(y) - size // 2), mask)

    def _let_it_snow(self, image: Image.Image, flakes: int) -> None:
        pen = ImageDraw.Draw(image)
        for _ in range(flakes):
            x, y, size = self.rng.uniform(0, self.width), self.rng.uniform(0, self.height), self.rng.uniform(0.6, 2.4)
            pen.ellipse((x - size, y - size, x + size, y + size), fill=(250, 252, 255))


def _lit(sprite: Image.Image, scene: Scene) -> Image.Image:
    """Return the sprite in the light of the scene."""
    return ImageChops.multiply(sprite, Image.new("RGBA", sprite.size, (*scene.light, 255)))


def _edited(image: Image.Image, edit: str) -> Image.Image:
    """Return a near-copy of the picture as people make them."""
    if not edit:
        return image
    flat = Image.new("RGB", image.size, (255, 255, 255))
    flat.paste(image, (0, 0), image if image.mode == "RGBA" else None)
    width, height = flat.size
    match edit:
        case "cropped":
            return flat.crop((width // 12, height // 12, width - width // 12, height - height // 16))
        case "mirrored":
            return ImageOps.mirror(flat)
        case "small":
            return flat.resize((width // 2, height // 2), Image.Resampling.LANCZOS)
        case _:
            return ImageEnhance.Brightness(flat).enhance(1.18)
