"""What can go wrong with a picture by URL.

    FetchError
      FetchDisabledError     nobody may give URLs here
      ForbiddenUrlError      the URL, or the address that it leads to, is not one to fetch from
      UnreachableError       no such host, no connection, no certificate to be trusted
      UpstreamError          an answer, but not the picture: `status` says what
      UnusableAnswerError    an answer that breaks off, is encoded, is no HTTP or leads on and on
      TooLargeError          more than `limit_bytes`
      FetchTimeoutError      not all there after `timeout_s`

Each reads as one sentence that names the host asked for and no other: no address, no redirect's host, no credentials.
"""


class FetchError(Exception):
    """Everything that can be wrong with a picture by URL; says so in one plain sentence. `outcome` is what it is
    counted as."""

    outcome = "failed"


class FetchDisabledError(FetchError):
    """Pictures by URL are turned off."""


class ForbiddenUrlError(FetchError):
    """A URL that is not fetched from: its form, its port, or the address that it leads to."""

    outcome = "forbidden"


class UnreachableError(FetchError):
    """A host that cannot be found, connected to, or trusted."""

    outcome = "unreachable"


class UpstreamError(FetchError):
    """Another HTTP status than 200."""

    outcome = "upstream"

    def __init__(self, host: str, status: int) -> None:
        super().__init__(f"{host} answered with status {status} instead of a picture")
        self.status = status


class UnusableAnswerError(FetchError):
    """An answer that no picture can be taken from."""

    outcome = "unusable"


class TooLargeError(FetchError):
    """An answer of more bytes than are taken."""

    outcome = "too_large"

    def __init__(self, host: str, limit_bytes: int) -> None:
        super().__init__(f"what {host} sends is larger than the {limit_bytes:,} bytes that are taken")
        self.limit_bytes = limit_bytes


class FetchTimeoutError(FetchError):
    """An answer that was not complete in time."""

    outcome = "timeout"

    def __init__(self, host: str, timeout_s: float) -> None:
        super().__init__(f"{host} did not send the whole picture within {timeout_s:g} s")
        self.timeout_s = timeout_s
