"""Puts the parts together as the settings say. Called by entry points only."""

import logging
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from indexer.agreement import Agreement
from indexer.catalogue import Catalogue, ModelMismatchError, Unmade
from indexer.engine import Engine, EngineError, EngineUnavailableError, NoCatalogueError
from indexer.folder import Folder
from indexer.keeper import Keeper
from indexer.library import Library, LibraryError
from indexer.room import NoRoomError
from indexer.settings import CORES, SettingError, Settings
from indexer.sync import Synchroniser
from indexer.trash import FolderTrash, Trash
from indexer.worker import Worker, WorkerSettings
from model import VECTOR_SIZE
from model.artifact import SHIPPED, load_artifact
from model.errors import ArtifactError
from model.naming import is_hidden
from model.runtime import Encoder

MAX_THREADS_EACH = 4  # more threads on one picture wait for each other

log = logging.getLogger(__name__)

# What an entry point reports in one line, because a person can do something about it.
STARTING_ERRORS = (SettingError, LibraryError, EngineError, NoRoomError, ModelMismatchError, ArtifactError)


# Who is to work makes the catalogue where there is none, and ends the leases of who worked before. Who only asks needs
# one, except for a preview, to which all is new then.
Purpose = Literal["work", "ask", "preview"]


@dataclass(frozen=True)
class Parts:
    """One library with its catalogue, and what works on them."""

    library: Library
    catalogue: Catalogue
    keeper: Keeper
    synchroniser: Synchroniser


def open_parts(settings: Settings, purpose: Purpose = "work") -> Parts:
    """Open library and catalogue. Raises `SettingError`, `LibraryError`, `EngineError`, `NoRoomError`."""
    library, trash = _open_library(settings)
    catalogue = _open_catalogue(settings, purpose)
    agreement = Agreement(library, catalogue, trash)
    keeper = Keeper(library, catalogue, trash, agreement)
    return Parts(library, catalogue, keeper, Synchroniser(library, catalogue, agreement))


def open_encoder(settings: Settings, cores: int = CORES) -> Encoder:
    """Load the model for one picture at a time, as quickly as some cores can. Raises `ArtifactError`."""
    return Encoder(load_artifact(settings.model or SHIPPED), 1, min(cores, MAX_THREADS_EACH))


def open_worker(settings: Settings, parts: Parts, encoder: Encoder) -> Worker:
    """Return a worker on the parts, with as many pictures at once as the settings say. Raises `ModelMismatchError`."""
    parts.catalogue.require_model(encoder.version)
    limits = WorkerSettings(settings.index_threads, settings.max_pixels, settings.lease_s)
    return Worker(parts.library, parts.catalogue, encoder.alike(settings.index_threads), limits)


def _open_library(settings: Settings) -> tuple[Library, Trash]:
    if isinstance(settings.library, Path):
        folder = Folder(settings.library, settings.min_free_bytes, settings.ignore)
        _require_apart(folder.root, settings.data_folder.resolve())
        return folder, FolderTrash(settings.data_folder / "trash", folder)
    try:
        from indexer.bucket import Bucket
        from indexer.bucket_trash import BucketTrash
        from indexer.objects import BucketAwayError, Objects
    except ModuleNotFoundError as error:
        raise LibraryError(f"a library in a bucket needs {error.name}: pip install '.[s3]'") from None
    name, _, prefix = settings.library.removeprefix("s3://").partition("/")
    objects = Objects(name, settings.s3_endpoint)
    try:
        objects.require_access()
    except BucketAwayError as error:  # which stops no search, and is waited for by whoever needs it
        log.warning("not there yet, %s: %s", settings.library, error)
    bucket = Bucket(objects, prefix and f"{prefix}/", settings.library, settings.min_free_bytes, settings.ignore)
    return bucket, BucketTrash(bucket)


def _require_apart(root: Path, data: Path) -> None:
    """Raise `SettingError` if what is kept of pictures, in the trash for one, would be taken for pictures."""
    if data.is_relative_to(root) and not any(map(is_hidden, data.relative_to(root).parts)):
        raise SettingError(f"LOOKALIKE_DATA cannot be {data}: it lies in the library; a folder outside is needed")


def _open_catalogue(settings: Settings, purpose: Purpose) -> Catalogue:
    try:
        catalogue = Catalogue(_open_engine(settings, make=purpose == "work"))
    except NoCatalogueError:
        if purpose == "preview":
            return Unmade()
        raise
    if catalogue.engine_name == "edge" and purpose == "work":
        try:
            catalogue.release_leases()
        except BaseException:
            catalogue.close()
            raise
    return catalogue


def _open_engine(settings: Settings, make: bool) -> Engine:
    # Each engine is imported only where it is used: together they would cost 60 MB and half a second.
    if settings.qdrant_url:
        return _open_server(settings, settings.qdrant_url, make)
    folder = settings.data_folder / settings.collection
    if not (make or folder.is_dir()):
        raise NoCatalogueError(folder)
    from indexer.edge import EdgeEngine

    return EdgeEngine(folder, VECTOR_SIZE, settings.min_free_bytes)


def _open_server(settings: Settings, url: str, make: bool) -> Engine:
    """Return an engine on a server. One that is away is waited for by whoever needs it."""
    from indexer.collection import Shape
    from indexer.server import ServerEngine, connect

    client = connect(url, settings.qdrant_api_key, settings.qdrant_timeout_s)
    shape = Shape(**{field.name: getattr(settings, f"qdrant_{field.name}") for field in fields(Shape)})
    engine = ServerEngine(client, settings.collection, VECTOR_SIZE, shape, make)
    try:
        engine.prepare()
    except EngineUnavailableError as error:
        log.warning("not there yet, at %s: %s", url, error)
    return engine
