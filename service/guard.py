"""Stands before every request and behind every answer: names and origins, rates, keys, sizes, headers."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from indexer.settings import Settings
from service.headers import protect
from service.keys import ask_for_key, key_check, open_keys
from service.origins import origin_check
from service.rates import limit_rates
from service.sizes import limit_sizes


def guard(app: Flask, settings: Settings) -> None:
    """Let the app answer only whom the settings allow, and only with what browsers cannot misuse.

    Raises `SettingError`.
    """
    keys = open_keys(settings)
    app.extensions["lookalike-keys"] = keys
    # The name that was asked for is never taken from a proxy's header: a page could send that one itself.
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    app.before_request(origin_check(settings.hosts | {settings.host.lower()}))
    limit_rates(app, settings)  # before the keys: whoever tries them out is counted
    app.before_request(key_check(keys))
    limit_sizes(app, settings.max_upload_bytes)
    app.after_request(ask_for_key)
    app.after_request(protect)
