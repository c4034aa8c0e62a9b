"""What can go wrong between a file and its vector.

ImageError                  the picture is at fault; str() is one sentence for a person
  UnsupportedFormatError    not a picture, or not in a format that we take
  TooManyPixelsError        larger than the limit, known from the header alone
  UndecodableError          says that it is a picture and does not decode
ArtifactError               the model file or its card is at fault
DatasetError                a folder or list of training or test pictures is at fault
DriftError                  a converted model does not compute what the original computes
"""

# JPEG's own limit. Longer sides come in no photograph, and Pillow spends 8 bytes on every row however
# narrow it is.
MAX_SIDE_PIXELS = 65_535

_LONGEST_REASON = 240


class ImageError(Exception):
    """Whatever makes a picture unusable. Its text is a plain sentence without paths."""


class UnsupportedFormatError(ImageError):
    """The bytes are not a picture in a format that we take."""


class TooManyPixelsError(ImageError):
    """The header announces more pixels than allowed; nothing was decoded."""

    def __init__(self, width: int, height: int, limit: int) -> None:
        self.pixels = width * height
        self.limit = limit
        super().__init__(
            f"The picture has {width:,} x {height:,} pixels; at most {limit:,} pixels "
            f"and {MAX_SIDE_PIXELS:,} on a side are taken."
        )


class UndecodableError(ImageError):
    """The bytes begin like a picture but do not decode as one."""


class ArtifactError(Exception):
    """The model file or its card is missing, damaged or of the wrong shape."""


class DatasetError(Exception):
    """A folder of pictures or a list of groups does not have the expected layout."""


class DriftError(Exception):
    """A converted model strays from the one it was made of."""

    def __init__(self, what: str, measured: float, allowed: float) -> None:
        self.measured = measured
        self.allowed = allowed
        super().__init__(f"{what}: {measured:.6f}, allowed {allowed:.6f}")


def tell_fault(fault: ImageError | OSError) -> str:
    """Return why a picture cannot be had, in a sentence without its path."""
    return f"The file cannot be read: {fault.strerror}." if isinstance(fault, OSError) else str(fault)


def tell_reason(fault: Exception) -> str:
    """Return what an error of somebody else's code says, in one line that is not too long."""
    return (" ".join(str(fault).split()) or type(fault).__name__)[:_LONGEST_REASON]
