"""The configuration of `deploy/gunicorn.py`, also without a Qdrant server: with one process, which may be embedded."""

import runpy

globals().update(runpy.run_path("deploy/gunicorn.py"))
del globals()["on_starting"]
