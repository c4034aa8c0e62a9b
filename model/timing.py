"""How long one picture takes, on one thread and on two."""

import time

import numpy as np

from model.runtime import InterpreterPool, Pictures

_RUNS = 60
_ROUNDS = 4


def time_side_by_side(contents: dict[str, bytes], pictures: Pictures) -> dict[str, dict[str, float]]:
    """Return the milliseconds for one picture on one and on two threads, for each LiteRT file by its name.

    The files take turns, and each has the lowest of a few medians, because whatever else the machine does only ever
    adds to them.
    """
    threads = {"one_thread": 1, "two_threads": 2}
    pools = {
        (name, words): InterpreterPool(content, 1, threads_each=number)
        for name, content in contents.items()
        for words, number in threads.items()
    }
    rounds = [{key: _find_median_ms(pool, pictures) for key, pool in pools.items()} for _ in range(_ROUNDS)]
    lowest = {key: round(min(times[key] for times in rounds), 2) for key in pools}
    return {name: {words: lowest[name, words] for words in threads} for name in contents}


def _find_median_ms(pool: InterpreterPool, pictures: Pictures) -> float:
    return 1000 * float(np.median([_time_once(pool, pictures[run % len(pictures)]) for run in range(_RUNS)]))


def _time_once(pool: InterpreterPool, picture: Pictures) -> float:
    began = time.perf_counter()
    pool.compute(picture[np.newaxis])
    return time.perf_counter() - began
