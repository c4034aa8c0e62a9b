"""How training goes: the numbers that somebody chose."""

from dataclasses import dataclass

LOSSES = ("neighbourhoods", "classes", "copies", "knowledge")


@dataclass(frozen=True)
class Recipe:
    """Temperatures divide cosines before a softmax; `weights` multiply the losses, in the order of LOSSES.

    `kept` is the share of the weights that training began with in those that it ends with: what nobody trained on is
    forgotten less. Source: https://arxiv.org/abs/2109.01903. The stem and the first `frozen_blocks` of the 16 blocks
    learn nothing, unless that is 0.

    What goes on from earlier weights begins with `imagenet_share` of the ImageNet ones mixed in, and with `head_steps`
    in which the head alone learns, at `head_rate`.
    """

    imagenet_share: float = 0.0
    head_steps: int = 0
    head_rate: float = 2e-3
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


# For a network that has learnt already: the head fits itself to it, and mostly holds on to what the network knows. With
# epochs both go on in small steps. One over the 24,969 pictures of the shipped weights lost 0.8 (unseen car models) to
# 1.5 points of mAP (kinds of things and vehicles).
REFINEMENT = Recipe(
    head_steps=1000,
    epochs=0,
    pictures_a_step=64,
    learning_rate=5e-5,
    temperature=0.07,
    label_reward=0.6,
    weights=(4.0, 2.0, 2.5, 0.0),
    averaging=0.99,
    kept=0.0,
    frozen_blocks=5,
)
