"""How training goes: the numbers that somebody chose."""

from dataclasses import dataclass

LOSSES = ("neighbourhoods", "classes", "copies", "knowledge")


@dataclass(frozen=True)
class Recipe:
    """Temperatures divide cosines before a softmax; `weights` multiply the losses, in the order of LOSSES.

    `kept` is the share of the weights that training began with in those that it ends with: what nobody trained on is
    forgotten less. Source: https://arxiv.org/abs/2109.01903. The stem and the first `frozen_blocks` of the 16 blocks
    learn nothing, unless that is 0.
    """

    epochs: int = 15
    pictures_a_step: int = 128
    learning_rate: float = 7e-4
    warmup_steps: int = 80
    temperature: float = 0.08
    copy_temperature: float = 0.06
    class_scale: float = 16.0
    label_reward: float = 0.3
    weights: tuple[float, float, float, float] = (2.5, 2.0, 2.0, 2.0)
    averaging: float = 0.995
    kept: float = 0.4
    frozen_blocks: int = 0
    seed: int = 0


# For a network that has learnt already: only the last five blocks and the head go on, in small steps.
REFINEMENT = Recipe(
    epochs=3,
    pictures_a_step=32,
    learning_rate=2e-4,
    warmup_steps=60,
    weights=(2.5, 2.0, 1.5, 1.0),
    averaging=0.99,
    kept=0.6,
    frozen_blocks=11,
)
