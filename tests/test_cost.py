"""What decoding takes is known beforehand, limited for each picture and shared between those decoded at once."""

import io
import platform
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image

from model.cost import BYTES_PER_PIXEL, MemoryShare, coefficient_bytes, decoding_bytes
from model.errors import TooManyPixelsError
from model.preprocess import load_pixels, read_header
from tests.running import ROOT, wait_until

# A process of its own says by how many bytes it grew while it decoded one picture.
GROWTH = """
import re, sys
from pathlib import Path
from model.preprocess import load_pixels

def memory(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) << 10

load_pixels(Path(sys.argv[1]), 224)
Path("/proc/self/clear_refs").write_text("5")
before = memory("VmRSS")
load_pixels(Path(sys.argv[2]), 224)
print(memory("VmHWM") - before)
"""
KINDS = {
    "webp": ("RGBA", "WEBP", {"quality": 10, "method": 0}),
    "avif": ("RGBA", "AVIF", {"quality": 10, "speed": 10, "subsampling": "4:4:4"}),
    "png": ("RGBA", "PNG", {"compress_level": 1}),
    "grey png": ("L", "PNG", {"compress_level": 1}),
    "gif": ("P", "GIF", {}),
    "progressive jpeg": ("RGB", "JPEG", {"progressive": True, "subsampling": 0}),
    "jpeg": ("RGB", "JPEG", {}),
    "tiff": ("RGB", "TIFF", {"compression": "tiff_lzw"}),
    "tiff in one strip": ("RGBA", "TIFF", {"compression": "tiff_lzw", "strip_size": (1 << 31) - 1}),
}


def picture(kind: str, size: tuple[int, int]) -> bytes:
    mode, name, options = KINDS[kind]
    file = io.BytesIO()
    Image.new(mode, size).save(file, name, **options)
    return file.getvalue()


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux: asks it for a process's peak")
@pytest.mark.parametrize("kind", KINDS)
def test_no_more_memory_is_taken_than_was_foreseen(kind: str, tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(picture(kind, (64, 64)))
    large = picture(kind, (3500, 3000))
    (tmp_path / "large").write_bytes(large)
    command = [sys.executable, "-c", GROWTH, tmp_path / "small", tmp_path / "large"]
    grown_bytes = int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    with Image.open(io.BytesIO(large)) as image:
        foreseen_bytes = coefficient_bytes(image) or decoding_bytes(image)
    assert grown_bytes < foreseen_bytes + (12 << 20)


# A process of its own frees eight large pieces that lie below a small one, and says how many bytes it has then.
FREED = """
import ctypes, sys
from pathlib import Path
from model.allocator import return_large_pieces

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]

def piece(size):
    return ctypes.memset(libc.malloc(size), 1, size)

if sys.argv[1] == "returned":
    return_large_pieces()
libc.free(piece(16 << 20))  # left alone, glibc keeps pieces of this size from now on
pieces = [piece(16 << 20) for _ in range(8)]
piece(1 << 16)
for large in pieces:
    libc.free(large)
print(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc: others keep nothing")
def test_what_decoding_took_is_given_back() -> None:
    left_bytes = {}
    for way in ("kept", "returned"):
        command = [sys.executable, "-c", FREED, way]
        left_bytes[way] = int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert left_bytes["kept"] > 128 << 20
    assert left_bytes["returned"] < 64 << 20


@pytest.mark.parametrize(
    ("kind", "largest"),
    [
        ("webp", 5 / 17), ("avif", 5 / 15), ("progressive jpeg", 5 / 6), ("tiff in one strip", 5 / 8.5),
        ("png", 1), ("grey png", 1), ("gif", 1), ("jpeg", 1), ("tiff", 1),
    ],
)  # fmt: skip
def test_what_decodes_only_whole_has_a_smaller_limit(kind: str, largest: float) -> None:
    data, pixels = picture(kind, (1200, 900)), 1200 * 900
    assert read_header(data, max_pixels=int(pixels / largest) + 1).width == 1200
    with pytest.raises(TooManyPixelsError) as refused:
        read_header(data, max_pixels=int(pixels / largest * 0.99))
    assert refused.value.limit == pytest.approx(0.99 * pixels, rel=0.01)


def test_a_jpeg_of_one_scan_for_each_component_costs_as_much_as_a_progressive_one() -> None:
    plain, passes = picture("jpeg", (64, 64)), picture("progressive jpeg", (64, 64))
    scan = plain.index(b"\xff\xda")
    apart = plain[: scan + 4] + b"\x01" + plain[scan + 5 :]  # says that its first scan has one component of three
    costs = [coefficient_bytes(Image.open(io.BytesIO(data))) for data in (plain, apart, passes)]
    assert costs == [0, 64 * 64 * 3, 64 * 64 * 6]


def test_looking_for_passes_changes_nothing_for_the_decoder() -> None:
    assert load_pixels(picture("jpeg", (64, 64)), 8).shape == (8, 8, 3)


def test_most_pictures_cost_no_more_than_the_limit_reckons_with() -> None:
    for kind in ("png", "grey png", "gif", "jpeg", "tiff"):
        with Image.open(io.BytesIO(picture(kind, (640, 480)))) as image:
            assert decoding_bytes(image) <= 640 * 480 * BYTES_PER_PIXEL


class Takers:
    """Threads that take a share each, in order, and hold it until they are let go."""

    def __init__(self, share: MemoryShare) -> None:
        self._share, self.holding = share, set[int]()
        self._let_go: list[threading.Event] = []
        self._threads: list[threading.Thread] = []

    def take(self, needed_bytes: int) -> None:
        number, gone = len(self._threads), threading.Event()

        def run() -> None:
            with self._share.holding(needed_bytes):
                self.holding.add(number)
                gone.wait()
            self.holding.discard(number)

        thread = threading.Thread(target=run)
        self._let_go.append(gone)
        self._threads.append(thread)
        thread.start()
        # As many hold or wait as there are: read in this order, one on its way from this to that counts for none.
        wait_until(lambda: len(self.holding) + self._share.waiting == number + 1)

    def let_go(self, number: int) -> None:
        self._let_go[number].set()
        self._threads[number].join()


def test_decoding_waits_its_turn_until_there_is_room() -> None:
    takers = Takers(MemoryShare(together_bytes=100, uncounted_bytes=10))
    for needed_bytes in (60, 40, 50, 500, 20, 10):
        takers.take(needed_bytes)
    wait_until(lambda: takers.holding == {0, 1, 5})
    takers.let_go(0)
    wait_until(lambda: takers.holding == {1, 2, 5})
    takers.let_go(1)
    takers.let_go(2)
    wait_until(lambda: takers.holding == {3, 5})
    takers.let_go(3)
    wait_until(lambda: takers.holding == {4, 5})
    takers.let_go(4)
    takers.let_go(5)


def test_what_fails_while_it_holds_a_share_gives_it_back() -> None:
    share = MemoryShare(together_bytes=100, uncounted_bytes=10)
    with pytest.raises(ValueError, match="broken"), share.holding(100):
        raise ValueError("broken")
    with share.holding(100):
        assert share.waiting == 0
