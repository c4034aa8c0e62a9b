"""HTTP: REST, the page, health and metrics. Above `indexer` and `model`, below the page, which speaks HTTP to it.

To be read in this order: `context` (what the views work with), `app` (how they hang together), `errors` (the one
table of what goes wrong), `intake` (requests in) and `answers` (JSON out), then a module a noun: `search`, `images`,
`files`, `status` with `readiness`, `page`. `fetch` gets pictures by URL and trusts nobody. `access` follows requests,
`metrics` and `gauges` are for Prometheus. `server` runs the app in this process.
"""
