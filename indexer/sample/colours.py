"""The paints of the sample vehicles and the arithmetic of light on them."""

Colour = tuple[int, int, int]

WHITE: Colour = (246, 246, 244)
BLACK: Colour = (20, 21, 24)
RUBBER: Colour = (30, 30, 33)
CHROME: Colour = (196, 200, 206)
GLASS: Colour = (44, 60, 74)

PAINTS: dict[str, Colour] = {
    "red": (196, 26, 34),
    "blue": (28, 78, 168),
    "white": (232, 233, 230),
    "black": (38, 39, 44),
    "silver": (158, 164, 172),
    "green": (34, 112, 62),
    "yellow": (240, 190, 24),
    "orange": (228, 102, 22),
    "turquoise": (42, 158, 160),
    "brown": (112, 70, 44),
    "pink": (226, 116, 150),
    "violet": (98, 58, 140),
}


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return the colour that lies `share` (0 to 1) of the way from the first to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def lighter(colour: Colour, share: float) -> Colour:
    """Return the colour moved by `share` (0 to 1) towards white."""
    return mix(colour, (255, 255, 255), share)


def darker(colour: Colour, share: float) -> Colour:
    """Return the colour moved by `share` (0 to 1) towards black."""
    return mix(colour, (0, 0, 0), share)


def is_dark(colour: Colour) -> bool:
    """Return whether white shows better on the colour than black (Rec. 601 luma below the middle)."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128
