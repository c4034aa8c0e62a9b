"""What every answer tells browsers about itself: run nothing else, be framed and read by nobody else, guess nothing."""

from flask import Response, request

PAGE_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",  # the chosen picture before it is sent; Bootstrap's icons
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ]
)
_UNCACHED = {"Cache-Control": "no-store"}
_UNUSED_FEATURES = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
    "payment", "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip

HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED_FEATURES),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def protect(response: Response) -> Response:
    """Add the headers that an answer has not set itself; what is said under `/v1` stays in no cache by itself."""
    set_already = {name.title() for name, _ in response.headers}
    said = HEADERS | _UNCACHED if request.path.startswith("/v1") else HEADERS
    response.headers.extend((name, value) for name, value in said.items() if name.title() not in set_already)
    return response
