"""How training goes: the numbers that somebody chose."""

from dataclasses import dataclass

LOSSES = ("neighbourhoods", "classes", "copies", "knowledge")


@dataclass(frozen=True)
class Recipe:
    """Temperatures divide cosines before a softmax; `weights` multiply the losses, in the order of LOSSES."""

    views: int = 6
    epochs: int = 7
    pictures_a_step: int = 32
    learning_rate: float = 3e-4
    head_learning_rate: float = 5e-4
    warmup_steps: int = 100
    temperature: float = 0.08
    copy_temperature: float = 0.07
    class_scale: float = 16.0
    label_reward: float = 0.3
    weights: tuple[float, float, float, float] = (2.0, 1.5, 0.5, 0.5)
    averaging: float = 0.998
    seed: int = 0
