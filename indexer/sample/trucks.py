"""The measures of trucks: one cab for all, and what each carries behind it."""

from indexer.sample.outlines import Outline, rectangle, rounded, trace
from indexer.sample.profiles import Face, Hull, Profile


def _truck(
    length: float,
    load: Outline,
    wheels: tuple[float, ...],
    extras: tuple[Hull, ...] = (),
    stripes: tuple[Outline, ...] = (),
) -> Profile:
    """Return a truck: one cab for all, 2 m long, behind it whatever it carries."""
    rear = length - 2.1
    cab = [(rear, 0.5, 0.05), (rear, 2.5, 0.15), (rear + 0.3, 2.85, 0.25), (length - 0.55, 2.85, 0.3)]
    cab += [(length - 0.14, 1.6, 0.3), (length, 1.1, 0.15), (length, 0.4, 0.1), (rear + 0.1, 0.4, 0.05)]
    window = [(rear + 0.72, 1.62, 0.06), (rear + 0.72, 2.4, 0.1), (length - 0.56, 2.4, 0.15)]
    window += [(length - 0.3, 1.62, 0.06)]
    return Profile(
        length=length,
        width=2.5,
        hulls=(
            Hull(rectangle(0.1, 0.62, length - 1.0, 0.98, 0.03), "chassis"),
            *extras,
            Hull(load, "load"),
            Hull(rounded(cab)),
        ),
        wheels=tuple((x, 0.5) for x in wheels),
        face=Face("box", 0.95, (1.55, 2.45), "slim"),
        belt_y=1.58,
        nose_y=1.5,
        windscreen=((length - 0.16, 1.62), (length - 0.5, 2.5)),
        glass=(rounded(window),),
        seams=([(rear + 0.6, 2.5), (rear + 0.6, 0.8)], [(length - 0.22, 1.6), (length - 0.24, 1.1)]),
        trims=(
            (rectangle(rear + 0.1, 0.4, length, 0.62, 0.08), "chassis"),
            (rectangle(0.0, 0.62, 0.08, 0.98), "chrome"),
            *((stripe, "paint") for stripe in stripes),
        ),
        lamps=(rectangle(length - 0.26, 0.72, length - 0.02, 0.96, 0.06), rectangle(0.06, 0.7, 0.2, 0.92, 0.02)),
        rim="steel",
        mirror=(length - 0.36, 2.3),
    )


_BOX_TRUCK = _truck(
    8.4,
    rectangle(0.0, 0.98, 6.1, 3.7, 0.06),
    (1.7, 7.3),
    stripes=(trace("0,1.3 0,1.9 3.2,1.9,0.8 4.6,3.1,0.8 6.1,3.1 6.1,2.5 4.9,2.5,0.8 3.6,1.3,0.8"),),
)
_TANKER = _truck(
    9.4,
    rectangle(0.1, 1.0, 7.1, 3.1, 0.9),
    (1.5, 2.6, 8.3),
    (Hull(rectangle(0.4, 0.9, 6.8, 1.3), "chassis"),),
    stripes=(rectangle(0.1, 1.86, 7.1, 2.16), *(rectangle(x, 1.0, x + 0.06, 3.1) for x in (1.6, 3.6, 5.6))),
)
_TIPPER = _truck(
    7.8,
    trace("0.5,1.05,0.1 0,2.6,0.06 0.1,2.75,0.04 6,2.75,0.04 6.4,3.05,0.05 5.5,1.05,0.1"),
    (1.5, 2.6, 6.7),
    stripes=tuple(rectangle(x, 1.12, x + 0.12, 2.66) for x in (0.9, 1.9, 2.9, 3.9, 4.9)),
)

TRUCKS = {"box-truck": _BOX_TRUCK, "tanker": _TANKER, "tipper": _TIPPER}
