import re
from dataclasses import fields
from pathlib import Path

import pytest

from indexer.settings import PREFIX, SettingError, Settings, load_settings, read_settings

README = Path(__file__).parent.parent / "README.md"


def test_without_anything_set_the_defaults_hold() -> None:
    assert read_settings({}, {}) == Settings()


def test_a_flag_wins_over_a_variable_and_a_variable_over_the_default() -> None:
    environ = {"LOOKALIKE_PORT": "1", "LOOKALIKE_HOST": "0.0.0.0"}
    settings, _ = load_settings(["--port", "2", "--library", "/pictures"], environ)
    assert (settings.port, settings.host, settings.library) == (2, "0.0.0.0", Path("/pictures"))


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read_settings({}, {"LOOKALIKE_QDRANT_URL": "", "LOOKALIKE_PORT": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"), ("PORT", "-1"), ("PORT", "8000.0"), ("PORT", "٣"), ("THREADS", "0"), ("MAX_PIXELS", "many"),
        ("FETCH_URLS", "perhaps"), ("FETCH_TIMEOUT_S", "0"), ("FETCH_TIMEOUT_S", "inf"), ("COLLECTION", "a b"),
        ("QDRANT_URL", "localhost:6333"), ("QDRANT_URL", "http://qdrant:many"), ("S3_ENDPOINT", "http://minio:99999"),
        ("QDRANT_API_KEY", "schl\u00fcssel"), ("QDRANT_API_KEY", "two\nlines"), ("LIBRARY", "a\0b"),
        ("QDRANT_API_KEY_FILE", "/nothing/here"),
        ("LIBRARY", "gs://bucket"), ("LIBRARY", "s3://"), ("LIBRARY", "s3://Bad_Bucket/a"), ("S3_ENDPOINT", "minio"),
        ("HOSTS", "nas.lan:8000"), ("HOSTS", "nas,http://nas.lan/"), ("HOSTS", "a b"),
        ("IGNORE", "a/b"), ("IGNORE", "thumbs, *"), ("IGNORE", "??*"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_the_name_of_the_setting(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=PREFIX + name):
        read_settings({}, {PREFIX + name: value})


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("http://qdrant", "http://qdrant:6333"),
        ("https://qdrant.example/path", "https://qdrant.example:6333/path"),
        ("https://[::1]", "https://[::1]:6333"),
        ("http://qdrant:80", "http://qdrant:80"),
    ],
)
def test_a_qdrant_server_without_a_port_is_asked_where_qdrant_listens(url: str, whole: str) -> None:
    assert read_settings({}, {"LOOKALIKE_QDRANT_URL": url}).qdrant_url == whole


def test_names_to_ignore_are_a_list_with_commas() -> None:
    assert read_settings({}, {"LOOKALIKE_IGNORE": " thumbs,, *-small.jpg ,"}).ignore.patterns == (
        "thumbs",
        "*-small.jpg",
    )


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SettingError, match="LOOKALIKE_PROT"):
        read_settings({}, {"LOOKALIKE_PROT": "8000"})


def test_the_api_key_can_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("secret\n")
    assert read_settings({}, {"LOOKALIKE_QDRANT_API_KEY_FILE": str(file)}).qdrant_api_key == "secret"


def test_a_key_is_never_shown() -> None:
    assert "secret" not in repr(Settings(qdrant_api_key="secret"))


def test_keys_can_lie_in_files_and_files_win(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("a-key-of-16-letters\n")
    found = read_settings({}, {"LOOKALIKE_WRITE_KEY_FILE": str(file), "LOOKALIKE_WRITE_KEY": "x" * 16})
    assert found.write_key == "a-key-of-16-letters"


@pytest.mark.parametrize("key", ["short-secret", "a secret with spaces", "s\u00e9cret-secret-secret", "secret" * 50])
def test_a_key_that_cannot_be_used_is_refused_without_being_shown(key: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(key)
    for environ in ({"LOOKALIKE_WRITE_KEY": key}, {"LOOKALIKE_WRITE_KEY_FILE": str(file)}):
        with pytest.raises(SettingError, match="LOOKALIKE_WRITE_KEY cannot be what it is") as refused:
            read_settings({}, environ)
        assert key not in str(refused.value)


def test_a_key_file_that_is_empty_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff" * 20)
    for setting in ("LOOKALIKE_READ_KEY", "LOOKALIKE_QDRANT_API_KEY"):
        for name in ("empty", "binary"):
            with pytest.raises(SettingError, match=setting):
                read_settings({}, {f"{setting}_FILE": str(tmp_path / name)})


def test_looking_cannot_be_closed_while_changing_is_open() -> None:
    with pytest.raises(SettingError, match="LOOKALIKE_READ_KEY needs LOOKALIKE_WRITE_KEY"):
        read_settings({}, {"LOOKALIKE_READ_KEY": "r" * 16})


def test_each_library_has_its_own_data_folder(tmp_path: Path) -> None:
    one, other = Settings(library=tmp_path / "a"), Settings(library=tmp_path / "b" / "a")
    assert one.data_folder != other.data_folder
    assert Settings(data=tmp_path).data_folder == tmp_path


def test_a_library_can_be_a_bucket_with_a_data_folder_of_its_own() -> None:
    bucket = read_settings({}, {"LOOKALIKE_LIBRARY": "s3://bucket/prefix/"})
    assert bucket.library == "s3://bucket/prefix"
    assert bucket.data_folder.name.startswith("prefix-")
    assert bucket.data_folder != Settings(library="s3://other/prefix").data_folder


def test_the_readme_lists_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(LOOKALIKE_\w+)` \| (.+?) \|", README.read_text(), re.MULTILINE))
    expected = {}
    for setting in fields(Settings):
        expected[PREFIX + setting.name.upper()] = setting.metadata["shown"] or f"`{setting.default}`"
    assert rows == expected
