"""`python -m tests.readme`: to be run whenever the model in model/weights has changed."""

from model.artifact import load_artifact
from tests.readme.figure import FIGURE, draw_finds
from tests.readme.tables import README, rewrite


def main() -> None:
    card = load_artifact().card
    README.write_text(rewrite(README.read_text("utf-8"), card), "utf-8")
    FIGURE.write_bytes(draw_finds())
    print(f"{README.name} has the tables of {card.version}, and {FIGURE.name} what it finds.")


if __name__ == "__main__":
    main()
