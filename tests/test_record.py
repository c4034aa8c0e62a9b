"""What the catalogue keeps of a picture."""

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from indexer.record import label_of
from service.values import Label


@given(st.text(min_size=1))
@example("red\x85cars")
@example("\u0958" * 200)
@example(" " + "a" * 199 + " b")
def test_the_label_of_any_folder_is_one_that_an_edit_takes_as_it_is(folder: str) -> None:
    label = label_of(f"{folder}/a.jpg")
    assert label is None or TypeAdapter(Label).validate_python(label) == label
