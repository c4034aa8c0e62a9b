"""The objects of one bucket of S3, or of a server that speaks like it, through s3fs."""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import RawIOBase
from typing import IO, Any, cast

from aiohttp import ClientError as TransportError
from botocore.exceptions import BotoCoreError, NoCredentialsError, PartialCredentialsError
from botocore.parsers import ResponseParserError
from s3fs import S3FileSystem

from indexer.library import IN_MEMORY_BYTES, LibraryUnavailableError

TRIES = 3
CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 15
CONNECTIONS = 64
PAGE = 1000  # the most that S3 lists at once
BLOCK_BYTES = 4 << 20  # read ahead

# What s3fs takes for the version of an object and cuts off: then the object would be another one.
VERSION_MARK = "?versionId="

# What is raised where nothing answers, or something else does; the last where it is led round in circles.
_AWAY = (OSError, BotoCoreError, TransportError, ResponseParserError, RecursionError)

# What a server says of an object that must not be there yet, or must be a certain one, and is not; or is being written.
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")


class BucketAwayError(LibraryUnavailableError):
    """The bucket does not answer as one does, and may in a moment."""


class Objects:
    """The objects of a bucket, by name. A write that has returned is durable. Nothing is sent before it is used.

    Without `endpoint` the bucket is Amazon's. Credentials and region come from where all of Amazon's tools look for
    them: AWS_ACCESS_KEY_ID and so on, ~/.aws, the role of the machine. Raises `LibraryUnavailableError` whenever the
    bucket cannot be asked or is none, and `PermissionError` where single objects are denied.
    """

    def __init__(self, bucket: str, endpoint: str | None = None) -> None:
        self._bucket, self._s3 = bucket, _connect(endpoint)

    def require_access(self) -> None:
        """Raise `LibraryUnavailableError` if the bucket cannot be listed: `BucketAwayError`, or what to mend."""
        try:
            with _translated_errors():
                _checked(self._s3.call_s3("list_objects_v2", Bucket=self._bucket, MaxKeys=1), "Name")
        except (PermissionError, FileNotFoundError) as error:
            raise LibraryUnavailableError(f"the bucket {self._bucket} cannot be listed: {error}") from error

    def list(self, prefix: str, page: int = PAGE) -> Iterator[dict[str, Any]]:
        """Yield the objects whose name starts with a prefix, in order, and hold a page of them at once.

        Each is what S3 says of it: `Key`, `Size`, `LastModified`, `ETag`.
        """
        following: dict[str, str] = {}
        while True:
            found = self._list_page(Prefix=prefix, MaxKeys=page, **following)
            yield from found.get("Contents", ())
            if not found.get("IsTruncated"):
                return
            following = {"ContinuationToken": found["NextContinuationToken"]}

    def describe(self, name: str) -> dict[str, Any]:
        """Return what S3 says of an object: `ContentLength`, `LastModified`, `ETag`. Raises `FileNotFoundError`."""
        return _checked(self._ask("head_object", Key=name), "LastModified", "ETag")

    def open(self, name: str) -> tuple[dict[str, Any], IO[bytes]]:
        """Return what S3 says of an object (`size`, `LastModified`, `ETag`) and its bytes, to be read from any place.

        An object that is replaced meanwhile cannot be read on. Raises `FileNotFoundError`, also to read.
        """
        with self._translating():
            file = self._s3.open(f"{self._bucket}/{name}", "rb", block_size=BLOCK_BYTES)
            if file.details["type"] != "file":  # there are only objects whose name begins so
                raise FileNotFoundError(name)
            return _checked(file.details, "LastModified", "ETag"), cast(IO[bytes], _Reader(file, self._translating))

    def read(self, name: str, end: int | None = None) -> bytes:
        """Return the bytes of an object, the first `end` of them. Raises `FileNotFoundError`."""
        with self._translating():
            try:
                data: bytes = self._s3.cat_file(f"{self._bucket}/{name}", start=None if end is None else 0, end=end)
            except OSError as error:
                if _code(error) != "InvalidRange":
                    raise
                return b""  # an empty object has no first byte
        return data

    def write(self, name: str, data: bytes, replace: bool) -> None:
        """Write an object, whole or not at all. Raises `FileExistsError` if there is one and `replace` is false."""
        with self._translating():
            self._s3.pipe_file(f"{self._bucket}/{name}", data, mode="overwrite" if replace else "create")

    def copy(self, source: str, target: str) -> None:
        """Copy an object within the bucket, over whatever is there. Raises `FileNotFoundError`."""
        with self._translating():
            self._s3.cp_file(f"{self._bucket}/{source}", f"{self._bucket}/{target}")

    def copy_anew(self, source: str, target: str) -> None:
        """Copy an object to where there is none. Raises `FileExistsError`, `FileNotFoundError`.

        Few servers can copy on a condition and most can write on one: so what is small goes through this machine. For
        what is large the place is looked at a moment before.
        """
        if self.describe(source)["ContentLength"] <= IN_MEMORY_BYTES:
            self.write(target, self.read(source), replace=False)
        elif next(self.list(target, page=1), {}).get("Key") == target:
            raise FileExistsError(target)
        else:
            self.copy(source, target)

    def delete(self, name: str) -> None:
        """Delete an object, if there is one."""
        self._ask("delete_object", Key=name)

    def delete_unchanged(self, name: str, etag: str) -> bool:
        """Delete an object that still has this ETag; return False if it has another. Raises `FileNotFoundError`.

        Amazon and others look and delete in one; servers that do not know the condition delete whatever is there.
        """
        try:
            self._ask("delete_object", Key=name, IfMatch=etag)
        except FileExistsError:
            return False
        except LibraryUnavailableError as error:
            if error.__cause__ is None or _code(error.__cause__) != "NotImplemented":
                raise
            self.delete(name)
        return True

    @contextmanager
    def _translating(self) -> Iterator[None]:
        """Turn what goes wrong with an object into the errors that this class raises."""
        try:
            with _translated_errors():
                yield
        except PermissionError as error:
            self.require_access()  # or is it everything that is denied?
            raise PermissionError(errno.EACCES, f"the bucket denies it: {error}") from error

    def _ask(self, method: str, **arguments: Any) -> dict[str, Any]:
        with self._translating():
            answer: dict[str, Any] = self._s3.call_s3(method, Bucket=self._bucket, **arguments)
        return answer

    def _list_page(self, **arguments: Any) -> dict[str, Any]:
        try:
            return _checked(self._ask("list_objects_v2", **arguments), "Name")
        except PermissionError as error:
            raise LibraryUnavailableError(f"the bucket cannot be listed there: {error}") from error
        except FileNotFoundError as error:  # whatever it is that answers, it has no buckets
            raise BucketAwayError(f"the bucket does not answer: {error}") from error


class _Reader(RawIOBase):
    """The bytes of an object; what goes wrong with them while they are read is raised as by `Objects`."""

    def __init__(self, file: IO[bytes], translating: Callable[[], AbstractContextManager[None]]) -> None:
        self._file, self._translating = file, translating

    def read(self, size: int = -1) -> bytes:
        with self._translating():
            return self._file.read(size)

    def seek(self, place: int, whence: int = 0) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()


def _checked(answer: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return an answer that has what a bucket always says: whatever lists nothing seems to have lost everything."""
    if not all(answer.get(name) for name in names):
        raise BucketAwayError("the bucket does not answer: something else does in its place")
    return answer


def _connect(endpoint: str | None) -> S3FileSystem:
    """Return s3fs without its caches; nothing is sent yet."""
    logging.getLogger("botocore").setLevel(logging.INFO)  # below, it logs signatures
    config: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "read_timeout": READ_TIMEOUT_S,
        "max_pool_connections": CONNECTIONS,
        "retries": {"mode": "standard", "total_max_attempts": TRIES},
    }
    if endpoint:  # what other servers than Amazon's can be relied on to understand
        config |= {"s3": {"addressing_style": "path"}, "request_checksum_calculation": "when_required"}
    s3 = S3FileSystem(endpoint_url=endpoint, config_kwargs=config, use_listings_cache=False, skip_instance_cache=True)
    s3.retries = 1  # botocore tries again, with jitter
    return s3


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (FileExistsError, PermissionError):
        raise
    except FileNotFoundError as error:
        if _code(error) == "NoSuchBucket":
            raise LibraryUnavailableError(f"there is no such bucket: {error}") from error
        raise
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise LibraryUnavailableError(f"the bucket cannot be asked: {error}") from error
    except _AWAY as error:
        if _code(error) in _TAKEN:
            raise FileExistsError(str(error)) from error
        raise BucketAwayError(f"the bucket does not answer: {error}") from error


def _code(error: BaseException) -> str:
    """Return what S3 calls an error, or nothing if it was not S3 that raised it."""
    response = getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
