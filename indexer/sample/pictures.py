"""Which pictures the sample library holds. Nothing here draws: this is the list that `drawing` works through."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

_SIZES = ((640, 480), (640, 480), (640, 427), (600, 600), (720, 480), (480, 640))
_PORTRAIT_AT = 5
_TURNS = "right corner-right left front corner-left right corner-right rear corner-left left"
_PLACES = "studio street meadow night seaside desert snow forest"
_ALONG = "right left corner-right corner-left"
_IN_TOWN = "street night studio"
_OPEN_ROAD = "street desert sunset snow studio"
_COUNTRY = "meadow forest studio sunset snow"
_TRIPS = "street studio meadow seaside"
_EDITS = ("cropped", "mirrored", "small", "bright")


@dataclass(frozen=True)
class Picture:
    """One picture: what it shows, from where, in which place, and how it is kept."""

    folder: str
    model: str
    colour: str
    view: str
    scene: str
    number: int
    size: tuple[int, int] = (640, 480)
    suffix: str = "jpg"
    edit: str = ""
    """What was done to a near-copy of another picture; empty for an original."""

    @property
    def title(self) -> str:
        """Return what the original and its near-copies have in common; it seeds everything random in them."""
        return f"{self.folder}/{self.colour}-{self.model}-{self.scene}-{self.number:02d}"

    @property
    def key(self) -> str:
        """Return the path of the picture in the library."""
        return f"{self.title}{'-' + self.edit if self.edit else ''}.{self.suffix}"

    @property
    def aspect(self) -> str:
        """Return what the vehicle shows of itself: side, corner, front or rear."""
        return {"right": "side", "left": "side"}.get(self.view, self.view.split("-")[0])

    @property
    def mirrored(self) -> bool:
        """Return whether the vehicle's front points to the left."""
        return self.view.endswith("left")


@dataclass(frozen=True)
class _Group:
    """A folder: `count` pictures of its models in turn; colours, views and scenes are dealt out like cards."""

    folder: str
    count: int
    models: str
    colours: str
    views: str = _TURNS
    scenes: str = _PLACES

    def pictures(self) -> Iterator[Picture]:
        rng, models = Random(self.folder), self.models.split()
        decks = [_deal(values.split(), self.count, rng) for values in (self.colours, self.views, self.scenes)]
        for index, (colour, view, scene) in enumerate(zip(*decks, strict=True)):
            yield Picture(self.folder, models[index % len(models)], colour, view, scene, number=index + 1)


def _deal(values: list[str], count: int, rng: Random) -> list[str]:
    """Return `count` values, each about as often as any other, in no order."""
    dealt: list[str] = []
    while len(dealt) < count:
        dealt += rng.sample(values, len(values))
    return dealt[:count]


_GROUPS = (
    _Group("cars", 40, "hatchback sedan sports-car suv classic", "red blue yellow silver green white black"),
    _Group("vans", 14, "van camper", "orange blue turquoise white red", scenes=_OPEN_ROAD),
    _Group("pickups", 10, "pickup", "red silver green black blue", _ALONG, _OPEN_ROAD),
    _Group("buses", 15, "city-bus coach double-decker", "red yellow blue green", _ALONG + " front", _IN_TOWN),
    _Group("trucks", 15, "box-truck tanker tipper", "blue red orange green", _ALONG, _OPEN_ROAD),
    _Group("trams", 9, "tram", "red green yellow", "right corner-left left", _IN_TOWN),
    _Group("tractors", 9, "cab-tractor open-tractor", "green red blue orange", "right left", _COUNTRY),
    _Group("bicycles", 14, "racer city-bicycle", "red turquoise black pink blue", _ALONG, _TRIPS),
    _Group("motorcycles", 12, "naked-motorcycle cruiser", "red black orange blue", _ALONG, _OPEN_ROAD),
    _Group("scooters", 9, "scooter", "turquoise red yellow white", _ALONG, _TRIPS),
    _Group("boats", 8, "sailing-boat", "blue red green yellow", "right left", "sea sunset-sea sea"),
    _Group("balloons", 8, "balloon", "red blue orange violet", "right left", "meadow sunset desert snow"),
)


def list_pictures() -> list[Picture]:
    """Return all pictures of the sample library, originals first, the same ones at every call."""
    originals = [
        _kept(picture, place) for place, picture in enumerate(p for group in _GROUPS for p in group.pictures())
    ]
    copies = [replace(p, edit=_EDITS[i % len(_EDITS)], suffix="jpg") for i, p in enumerate(originals[4::14])]
    return originals + copies


def _kept(picture: Picture, place: int) -> Picture:
    """Return the picture with its size and format: here and there WebP, or PNG cut out of its background."""
    tall = picture.folder in ("balloons", "boats") or picture.view in ("front", "rear")
    size = _SIZES[_PORTRAIT_AT] if tall and place % 2 else _SIZES[place % _PORTRAIT_AT]
    if picture.scene == "studio" and place % 3 == 0:
        return replace(picture, scene="cutout", suffix="png", size=(560, 420))
    return replace(picture, size=size, suffix="webp" if place % 11 == 5 else "jpg")
