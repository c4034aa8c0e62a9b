"""How often one client may ask: so many requests that look, and so many that change something, in a time.

Counted are the addresses of clients, which is why the number of trusted proxies must be right. Counts are kept in this
process, or in a store that many processes share; one that does not answer is replaced by the process until it does.
"""

import math
import time
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, Response, request
from flask_limiter import ApplicationLimit, Limiter
from limits.errors import ConfigurationError

from indexer.settings import SettingError, Settings
from service.keys import SESSION_PATH, Right, needed_right
from service.origins import SAFE_METHODS

_IPV6_NETWORK_BITS = 64  # what one customer of a provider has at least


def limit_rates(app: Flask, settings: Settings) -> None:
    """Refuse requests beyond the rates that the settings give. Raises `SettingError` where the store cannot be used."""
    rates = {Right.READ: settings.rate_read, Right.WRITE: settings.rate_write}
    if not any(rates.values()):
        return

    def rate() -> str:
        return rates.get(_counted_right()) or ""

    def message() -> str:
        return f"one address may ask for this at a rate of {rate()} and no faster"

    limit = ApplicationLimit(rate, error_message=message, exempt_when=lambda: not rate())
    try:
        limiter = Limiter(
            _client,
            app=app,
            application_limits=[limit],
            storage_uri=settings.rate_store or "memory://",
            strategy="sliding-window-counter",
            in_memory_fallback_enabled=settings.rate_store is not None,
        )
    except ConfigurationError as error:
        raise SettingError(f"LOOKALIKE_RATE_STORE cannot be used ({error}); pip install '.[redis]'") from None

    def say_when(response: Response) -> Response:
        breached = limiter.current_limit
        if response.status_code == 429 and breached:
            response.headers["Retry-After"] = str(max(1, math.ceil(breached.reset_at - time.time())))
        return response

    app.after_request(say_when)


def _counted_right() -> Right:
    """Return which requests a request counts with. To offer a key needs none, and is no less to be counted."""
    offers_key = request.path == SESSION_PATH and request.method not in SAFE_METHODS
    return Right.WRITE if offers_key else needed_right(request)


def _client() -> str:
    """Return for whom a request counts: what is wanted, and the client's address, or its network with IPv6."""
    kind, text = _counted_right().name, request.remote_addr or ""
    try:
        address = ip_address(text)
    except ValueError:
        return f"{kind} {text}"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"{kind} {ip_network((int(address), _IPV6_NETWORK_BITS), strict=False)}"
    return f"{kind} {getattr(address, 'ipv4_mapped', None) or address}"
