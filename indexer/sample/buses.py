"""The measures of buses and trams."""

from indexer.sample.outlines import rectangle, trace
from indexer.sample.profiles import Face, Hull, Profile, window_row

_CITY_BUS = Profile(
    length=10.6,
    width=2.5,
    hulls=(Hull(rectangle(0.0, 0.32, 10.6, 3.05, 0.28)), Hull(rectangle(0.0, 0.32, 10.6, 0.66, 0.1), "chassis")),
    wheels=((2.4, 0.5), (8.0, 0.5)),
    face=Face("box", 0.96, (1.25, 2.5)),
    belt_y=1.3,
    nose_y=3.05,
    windscreen=((10.58, 1.25), (10.5, 2.5)),
    glass=(
        *window_row(0.4, 4.0, 1.35, 2.5, 3),
        *window_row(5.35, 8.9, 1.35, 2.5, 3),
        rectangle(4.1, 0.5, 4.62, 2.5, 0.08),
        rectangle(4.68, 0.5, 5.2, 2.5, 0.08),
        rectangle(9.05, 0.5, 9.5, 2.5, 0.08),
        rectangle(9.56, 0.5, 9.95, 2.5, 0.08),
        trace("10.1,1.3,0.06 10.1,2.5,0.06 10.52,2.5,0.1 10.58,1.3,0.06"),
    ),
    trims=((rectangle(0.02, 0.98, 10.58, 1.14), "second"), (rectangle(1.0, 3.04, 4.2, 3.2, 0.08), "second")),
    lamps=(rectangle(10.4, 0.74, 10.58, 0.94, 0.06), rectangle(0.02, 0.8, 0.12, 1.3, 0.04)),
    rim="steel",
    mirror=(10.5, 2.0),
)

_COACH = Profile(
    length=12.0,
    width=2.55,
    hulls=(
        Hull(
            trace("0.1,0.34,0.1 0,0.6,0.1 0.05,3.3,0.3 0.4,3.6,0.3 11.2,3.6,0.5 11.75,3,0.6 12,1.2,0.4 11.95,0.34,0.1")
        ),
    ),
    wheels=((2.3, 0.52), (3.5, 0.52), (9.4, 0.52)),
    face=Face("box", 0.92, (1.3, 3.1)),
    belt_y=1.7,
    nose_y=3.55,
    windscreen=((11.96, 1.3), (11.7, 3.1)),
    glass=(trace("0.3,1.9,0.1 0.3,3.1,0.2 11.2,3.1,0.2 11.66,2.6,0.3 11.82,1.5,0.1 10.4,1.6,0.3"),),
    pillars=tuple((1.7 + 1.45 * i, 1.7 + 1.45 * i) for i in range(6)),
    seams=([(4.4, 0.5), (4.4, 1.3), (8.5, 1.3), (8.5, 0.5)], [(5.7, 0.5), (5.7, 1.3)], [(7.1, 0.5), (7.1, 1.3)]),
    trims=(
        (trace("0,0.7 0,1.6 5.6,1.5,0.6 8.2,0.7,0.6 8,0.6"), "second"),
        (trace("0,0.5 0,0.62 11.9,0.62 11.9,0.5"), "chassis"),
    ),
    lamps=(rectangle(11.66, 0.74, 11.92, 1.0, 0.08), rectangle(0.02, 0.8, 0.14, 1.5, 0.04)),
    rim="steel",
    mirror=(11.8, 2.6),
)

_DOUBLE_DECKER = Profile(
    length=9.6,
    width=2.5,
    hulls=(Hull(rectangle(0.0, 0.34, 9.6, 4.35, 0.4)), Hull(rectangle(0.0, 0.34, 9.6, 0.6, 0.1), "chassis")),
    wheels=((2.1, 0.5), (7.1, 0.5)),
    face=Face("box", 0.94, (1.3, 2.2)),
    belt_y=1.3,
    nose_y=4.35,
    windscreen=((9.58, 1.3), (9.55, 2.2)),
    glass=(
        *window_row(0.5, 7.9, 2.95, 3.75, 6),
        *window_row(0.5, 7.9, 1.3, 2.15, 6),
        trace("8.05,2.95,0.08 8.05,3.75,0.1 9.4,3.75,0.2 9.55,2.95,0.08"),
        rectangle(8.15, 0.5, 8.6, 2.15, 0.08),
        rectangle(8.66, 0.5, 9.1, 2.15, 0.08),
        trace("9.2,1.3,0.05 9.2,2.15,0.05 9.56,2.15,0.05 9.58,1.3,0.05"),
    ),
    trims=((rectangle(0.02, 2.45, 9.58, 2.58), "second"), (rectangle(2.4, 2.26, 6.0, 2.8, 0.05), "second")),
    lamps=(rectangle(9.4, 0.76, 9.58, 0.98, 0.06), rectangle(0.02, 0.8, 0.12, 1.2, 0.04)),
    rim="steel",
    mirror=(9.5, 2.0),
)

_TRAM = Profile(
    length=13.0,
    width=2.4,
    hulls=(Hull(trace("0.1,0.3,0.1 0,1,0.3 0.5,3.1,0.5 1.2,3.4,0.3 11.8,3.4,0.3 12.5,3.1,0.5 13,1,0.3 12.9,0.3,0.1")),),
    wheels=((2.0, 0.28), (3.2, 0.28), (9.8, 0.28), (11.0, 0.28)),
    face=Face("box", 0.92, (1.3, 2.8)),
    belt_y=1.3,
    nose_y=3.3,
    windscreen=((12.95, 1.2), (12.6, 2.8)),
    glass=(
        *window_row(1.3, 2.9, 1.4, 2.6, 1),
        *window_row(4.2, 5.8, 1.4, 2.6, 1),
        *window_row(7.3, 8.9, 1.4, 2.6, 1),
        *window_row(10.2, 11.6, 1.4, 2.6, 1),
        *(rectangle(x, 0.5, x + 0.56, 2.6, 0.08) for x in (3.0, 3.6, 6.0, 6.6, 9.0, 9.6)),
        trace("11.75,1.4,0.08 11.75,2.6,0.1 12.5,2.6,0.2 12.8,1.4,0.1"),
        trace("1.2,1.4,0.08 1.2,2.6,0.1 0.5,2.6,0.2 0.2,1.4,0.1"),
    ),
    trims=(
        (trace("0.06,0.5 0.02,0.95,0.2 12.98,0.95,0.2 12.94,0.5"), "second"),
        (rectangle(2.0, 3.4, 5.0, 3.62, 0.1), "chassis"),
        (trace("7,3.4 8.2,4.1 7.4,4.72 7.5,4.74 8.34,4.1 7.16,3.4"), "chassis"),
        (rectangle(6.9, 4.72, 8.1, 4.8), "chassis"),
    ),
    lamps=(rectangle(12.72, 0.9, 12.95, 1.12, 0.06), rectangle(0.05, 0.9, 0.25, 1.12, 0.06)),
    rim="steel",
)

BUSES = {"city-bus": _CITY_BUS, "coach": _COACH, "double-decker": _DOUBLE_DECKER}
TRAMS = {"tram": _TRAM}
