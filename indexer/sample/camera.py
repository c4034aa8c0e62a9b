"""A pinhole camera that looks at a vehicle from its front corner.

A vehicle's space: x forward from its middle, y up from the ground, z towards the side that we see. The picture's space
is metres at the distance of the vehicle's middle, which is what a canvas is measured in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians, sin

from indexer.sample.outlines import Point

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]


@dataclass(frozen=True)
class Camera:
    """Where we stand and how far the vehicle's front is turned towards us."""

    yaw_deg: float
    distance_m: float
    eye_m: float

    def project(self, point: Vector) -> Point:
        """Return where a point of the vehicle's space appears, in metres."""
        right, up, depth = self._turn(point)
        return self.distance_m * right / depth, self.eye_m + self.distance_m * up / depth

    def sees(self, point: Vector, normal: Vector) -> bool:
        """Return whether a surface at the point, facing along the normal, shows us its outer side."""
        yaw = radians(self.yaw_deg)
        eye = (self.distance_m * sin(yaw), self.eye_m, self.distance_m * cos(yaw))
        return sum(n * (e - p) for n, e, p in zip(normal, eye, point, strict=True)) > 0

    def plane(self, origin: Vector, along: Vector, up: Vector) -> Matrix:
        """Return the homography from (s, t, 1) on the plane origin + s along + t up to the picture's metres."""
        zero = self._turn((0.0, 0.0, 0.0))
        steps = [to_vector(a - b for a, b in zip(self._turn(step), zero, strict=True)) for step in (along, up)]
        right, height, depth = zip(*steps, self._turn(origin), strict=True)
        return (
            to_vector(self.distance_m * value for value in right),
            to_vector(self.eye_m * d + self.distance_m * h for d, h in zip(depth, height, strict=True)),
            to_vector(depth),
        )

    def _turn(self, point: Vector) -> Vector:
        """Return how far the point lies to the right of, above and before the camera."""
        x, y, z = point
        yaw = radians(self.yaw_deg)
        return x * cos(yaw) - z * sin(yaw), y - self.eye_m, self.distance_m - (x * sin(yaw) + z * cos(yaw))


def to_vector(values: Iterable[float]) -> Vector:
    """Return three numbers as a vector; any other count raises `ValueError`."""
    first, second, third = values
    return first, second, third
