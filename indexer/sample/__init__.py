"""Draws the sample library: pictures of vehicles for somebody who has none of their own at hand.

Read in this order: `pictures` lists what there is to draw, `vehicles` knows all models, `scenes` paints the places,
`drawing` puts a vehicle into a place. Vehicles with a body are measures (`profiles`, `cars`, `vans`, `buses`, `trucks`)
that `sides`, `faces` and `corners` know how to show; `bicycles`, `motorcycles`, `tractors` and `floaters` are drawn by
hand. Below them all lie `canvas` and `outlines`, which measure in metres.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from indexer.durable import write_file
from indexer.sample.drawing import draw_file
from indexer.sample.pictures import Picture, list_pictures

_WORTH_A_POOL = 12
"""Starting processes takes longer than drawing fewer pictures than this."""


def draw_sample(folder: Path) -> int:
    """Return the number of pictures in the sample library after drawing those that `folder` lacks.

    The pictures are the same ones every time, byte for byte under the same Pillow. Raises `OSError` where the folder
    cannot be written to.
    """
    pictures = list_pictures()
    missing = [picture for picture in pictures if not (folder / picture.key).exists()]
    draw = partial(_draw_into, folder)
    if len(missing) < _WORTH_A_POOL:
        for picture in missing:
            draw(picture)
        return len(pictures)
    # Spawned, not forked: the caller may have threads, and a fork copies their locks.
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for _ in pool.map(draw, missing, chunksize=4):
            pass
    return len(pictures)


def _draw_into(folder: Path, picture: Picture) -> None:
    write_file(folder / picture.key, draw_file(picture), replace=True)
