"""All settings: `LOOKALIKE_*` variables and the same names as flags. The one place that looks at the environment."""

import argparse
import hashlib
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from indexer.cores import count_cores
from indexer.logs import FORMS, LEVELS, Form
from model.naming import ONLY_HIDDEN, Ignored

PREFIX = "LOOKALIKE_"
SERVERS = "the server's"
QDRANT_PORT = 6333
QUANTIZATIONS = ("none", "scalar", "binary")
CORES = count_cores()


class SettingError(Exception):
    """A setting has a value that cannot be used; says which and why in one line."""


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most} is needed")
        return int(text)

    return parse


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]+)?", text) or float(text) == 0:
        raise ValueError("a number of seconds above 0 is needed")
    return float(text)


def _truth(text: str) -> bool:
    known = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if text.lower() not in known:
        raise ValueError("yes or no is needed")
    return known[text.lower()]


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"one of {', '.join(words)} is needed")
        return text.lower()

    return parse


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text):
        raise ValueError("letters, digits, - and _ are allowed, 64 at most")
    return text


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+/?.*", text):
        raise ValueError("an address that starts with http:// or https:// is needed")
    try:
        _ = urlsplit(text).port
    except ValueError:
        raise ValueError("what follows the last colon is not a port") from None
    return text


def _qdrant(text: str) -> str:
    """Return an address that names its port, as Qdrant's own client and whatever else asks there take another one."""
    parts = urlsplit(_url(text))
    if parts.port is not None:
        return text
    return parts._replace(netloc=f"{parts.netloc.rstrip(':')}:{QDRANT_PORT}").geturl()


def _hosts(text: str) -> frozenset[str]:
    return frozenset(host.strip().lower() for host in text.split(",") if host.strip())


def _names(text: str) -> frozenset[str]:
    """Return names that a service goes by, whatever its port."""
    names = _hosts(text)
    if not all(re.fullmatch(r"[a-z0-9._-]+", name) for name in names):
        raise ValueError("names of hosts are needed, with commas, without http:// and without a port")
    return frozenset(name.rstrip(".") for name in names)


def _ignored(text: str) -> Ignored:
    """Return what names with commas between them say is to be ignored."""
    patterns = tuple(pattern.strip() for pattern in text.split(",") if pattern.strip())
    for pattern in patterns:
        if "/" in pattern or "\0" in pattern:
            raise ValueError("names are needed, of a file or a folder each, and no paths")
        if not pattern.strip("*?"):
            raise ValueError(f"{pattern} would leave nothing of the library")
    return Ignored(patterns)


def _library(text: str) -> Path | str:
    """Return a folder, or the address of a bucket."""
    if "://" not in text:
        return _path(text)
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\0]*)?", text):
        raise ValueError("a folder is needed, or a bucket as in s3://bucket/prefix")
    return text.rstrip("/")


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError("a path is needed")
    return Path(text).expanduser()


def _api_key(text: str) -> str:
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("letters, digits and signs without spaces are needed")
    return text


def _key(text: str) -> str:
    if not re.fullmatch(r"[!-~]{16,256}", text):
        raise ValueError("16 to 256 letters, digits and signs without spaces are needed")
    return text


def _rate(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,8}/(second|minute|hour|day)", text):
        raise ValueError("a number of requests is needed, as in 600/minute, by the second, minute, hour or day")
    return text


def _store(text: str) -> str:
    if not re.fullmatch(r"rediss?://[^\s]+", text):
        raise ValueError("an address that starts with redis:// or rediss:// is needed")
    return text


def _setting(
    parse: Callable[[str], Any], default: Any, says: str, shown: str | None = None, secret: bool = False
) -> Any:
    metadata = {"parse": parse, "says": says, "shown": shown, "secret": secret}
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings, parsed and checked. Sizes are in the unit of their name."""

    library: Path | str = _setting(_library, Path("library"), "the folder of pictures, or `s3://bucket/prefix`")
    ignore: Ignored = _setting(
        _ignored, ONLY_HIDDEN, "names of folders and files to leave alone, as in `thumbs, *-small.jpg`", "none"
    )
    data: Path | None = _setting(
        _path, None, "the folder for catalogue, thumbnails and trash", "`data/`, a folder for each library"
    )
    s3_endpoint: str | None = _setting(_url, None, "the server of the bucket, if it is not Amazon's", "none")
    host: str = _setting(str, "127.0.0.1", "the address to listen on")
    port: int = _setting(_whole(0, 65535), 8000, "the port to listen on; 0 takes a free one")
    threads: int = _setting(_whole(1, 256), 16, "requests answered at once")
    processes: int = _setting(
        _whole(1, 256), CORES, "processes that answer requests, under gunicorn", "the number of cores"
    )
    index_threads: int = _setting(_whole(1, 256), CORES, "pictures indexed at once", "the number of cores")
    model: Path | None = _setting(_path, None, "a model's card or file", "the one in `model/weights`")
    collection: str = _setting(_name, "lookalike", "the name of the collection in Qdrant")
    qdrant_url: str | None = _setting(
        _qdrant, None, "a Qdrant server (without a port: 6333), instead of the embedded engine", "none"
    )
    qdrant_api_key: str | None = _setting(_api_key, None, "its API key", "none", secret=True)
    qdrant_api_key_file: Path | None = _setting(_path, None, "a file that holds the API key", "none")
    qdrant_timeout_s: int = _setting(_whole(1, 600), 10, "how long one call to it may take")
    qdrant_shards: int | None = _setting(_whole(1, 1000), None, "into how many shards a new collection is cut", SERVERS)
    qdrant_replicas: int | None = _setting(_whole(1, 100), None, "on how many nodes each shard lies", SERVERS)
    qdrant_write_consistency: int | None = _setting(
        _whole(1, 100), None, "how many replicas must have a write before it counts", SERVERS
    )
    qdrant_vectors_on_disk: bool | None = _setting(_truth, None, "whether vectors are read from the disk", SERVERS)
    qdrant_payload_on_disk: bool | None = _setting(_truth, None, "whether records are read from the disk", SERVERS)
    qdrant_quantization: str | None = _setting(
        _one_of(QUANTIZATIONS), None, "a smaller copy of the vectors to search in: `none`, `scalar`, `binary`", SERVERS
    )
    qdrant_strict: bool | None = _setting(
        _truth, None, "whether the server refuses filters without an index and batches over 500", SERVERS
    )
    qdrant_max_points: int | None = _setting(_whole(1, 10**11), None, "how many pictures the server takes", SERVERS)
    lease_s: float = _setting(_seconds, 60.0, "how long others leave alone what a worker has taken that died")
    max_queue: int = _setting(
        _whole(0, 10**9), 10_000, "how many added pictures may wait to be indexed before more are refused; 0: any"
    )
    max_upload_mb: int = _setting(_whole(1, 1024), 32, "the largest request and the largest download, in MiB")
    max_pixels: int = _setting(_whole(1, 500_000_000), 50_000_000, "the largest picture, width times height")
    min_free_mb: int = _setting(
        _whole(0, 1 << 20), 256, "the disk space, in MiB, that is never used; the embedded engine keeps 64 at least"
    )
    fetch_urls: bool = _setting(_truth, True, "whether pictures may be given by URL", "yes")
    fetch_timeout_s: float = _setting(_seconds, 10.0, "how long a download may take in all")
    fetch_hosts: frozenset[str] = _setting(
        _hosts, frozenset(), "private hosts that may be downloaded from, `name` or `name:port`, with commas", "none"
    )
    log: Form = _setting(_one_of(FORMS), "auto", "`json`, `text`, or `auto`: JSON unless standard error is a terminal")
    log_level: str = _setting(
        _one_of(LEVELS), "info", "what is logged: `debug`, `info`, `warning` or `error` and above"
    )
    stop_timeout_s: float = _setting(_seconds, 8.0, "how long requests and indexing may go on when told to stop")
    watch: bool = _setting(_truth, True, "whether changes in the folder are followed while it runs", "yes")
    sync_every_s: int = _setting(
        _whole(0, 1 << 24), 0, "how often, in seconds, the whole library is looked through again; 0: never"
    )
    write_key: str | None = _setting(_key, None, "the key for adding, changing and removing", "none", secret=True)
    write_key_file: Path | None = _setting(_path, None, "a file that holds the write key", "none")
    read_key: str | None = _setting(_key, None, "the key for searching and looking", "none", secret=True)
    read_key_file: Path | None = _setting(_path, None, "a file that holds the read key", "none")
    open: bool = _setting(_truth, False, "whether others may reach it without a write key", "no")
    hosts: frozenset[str] = _setting(
        _names, frozenset(), "further names that browsers may call it by, without a port, with commas", "none"
    )
    rate_read: str | None = _setting(
        _rate, None, "how often one address may search and look, as in `600/minute`", "none"
    )
    rate_write: str | None = _setting(_rate, None, "how often one address may change something", "none")
    rate_store: str | None = _setting(
        _store, None, "a Redis where many processes count together, instead of each alone", "none", secret=True
    )
    proxies: int = _setting(_whole(0, 9), 0, "how many proxies stand in front of it")
    x_accel: bool = _setting(_truth, False, "whether nginx sends files in its place, as in `deploy/nginx`", "no")

    @property
    def min_free_bytes(self) -> int:
        return self.min_free_mb << 20

    @property
    def max_upload_bytes(self) -> int:
        return self.max_upload_mb << 20

    @property
    def secrets(self) -> list[str]:
        """The values that are never shown."""
        return [value for setting in fields(self) if not setting.repr and (value := getattr(self, setting.name))]

    @property
    def data_folder(self) -> Path:
        """Where everything lies that is not the library: for each library another folder, unless one was set."""
        if self.data is not None:
            return self.data
        root = self.library if isinstance(self.library, str) else self.library.resolve()
        return Path("data") / f"{Path(root).name}-{hashlib.sha256(os.fsencode(root)).hexdigest()[:8]}"


def load_settings(
    arguments: Sequence[str],
    environ: Mapping[str, str] = os.environ,
    parser: argparse.ArgumentParser | None = None,
    commands: Collection[argparse.ArgumentParser] = (),
) -> tuple[Settings, argparse.Namespace]:
    """Return the settings and whatever else the parser knows; flags win over variables. Raises `SettingError`.

    The flags are added to the parser or, where it has `commands`, to each of those.
    """
    parser = parser or argparse.ArgumentParser()
    for each in commands or [parser]:
        _add_flags(each)
    flags = parser.parse_args(arguments)
    return read_settings(vars(flags), environ), flags


def _add_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("settings", f"also as variables, {PREFIX}LIBRARY and so on")
    for setting in fields(Settings):
        shown = setting.metadata["shown"] or setting.default
        flag = "--" + setting.name.replace("_", "-")
        group.add_argument(flag, metavar="X", help=f"{setting.metadata['says']} (default: {shown})")


def read_settings(flags: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """Return the settings that flags and variables give. Raises `SettingError`."""
    _refuse_unknown(environ)
    values = {}
    for setting in fields(Settings):
        text = flags.get(setting.name)
        text = environ.get(_variable(setting)) if text is None else text
        if text is not None and (text != "" or setting.default is MISSING):
            values[setting.name] = _parse(setting, text)
    for setting in fields(Settings):
        if file := values.get(f"{setting.name}_file"):
            values[setting.name] = _parse(setting, _read_secret(setting, file))
    settings = Settings(**values)
    _check_keys(settings)
    return settings


def _parse(setting: Field[Any], text: str) -> Any:
    try:
        return setting.metadata["parse"](text)
    except ValueError as error:
        shown = "what it is" if setting.metadata["secret"] else repr(text)
        raise SettingError(f"{_variable(setting)} cannot be {shown}: {error}") from None


def _variable(setting: Field[Any]) -> str:
    return PREFIX + setting.name.upper()


def _read_secret(setting: Field[Any], file: Path) -> str:
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SettingError(f"{_variable(setting)}_FILE cannot be read: {reason}") from None


def _check_keys(settings: Settings) -> None:
    if settings.read_key and not settings.write_key:
        raise SettingError(f"{PREFIX}READ_KEY needs {PREFIX}WRITE_KEY: who may not look may not change anything either")


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {_variable(setting) for setting in fields(Settings)}
    if unknown := sorted(name for name in environ if name.startswith(PREFIX) and name not in known):
        raise SettingError(f"there is no setting {unknown[0]}")
