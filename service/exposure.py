"""Whether others than this machine's own users can reach the service, and whether that was meant."""

import socket
from ipaddress import ip_address

from indexer.settings import Settings


class ExposedError(Exception):
    """Anybody on the network could change the library, and nobody has said that this is meant."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"others can reach {host}: set LOOKALIKE_WRITE_KEY_FILE, "
            "or LOOKALIKE_OPEN=yes if everybody may add and remove pictures"
        )


def require_guard(settings: Settings) -> None:
    """Raise `ExposedError` if others can reach the service, without a write key and without a word that it is meant."""
    if not (settings.write_key or settings.open or is_loopback(settings.host)):
        raise ExposedError(settings.host)


def is_loopback(host: str) -> bool:
    """Return whether all addresses of a host lead back to this machine. A name that leads nowhere does not."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(_leads_back(str(address[0])) for *_, address in found)


def _leads_back(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    carried = getattr(address, "ipv4_mapped", None)  # not followed by `is_loopback` before Python 3.13
    return (carried or address).is_loopback
