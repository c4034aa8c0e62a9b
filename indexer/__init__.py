"""Owns the library (the bytes) and the catalogue (Qdrant), and makes the second agree with the first.

Above `model`, below `service`. To be read in this order: `record` (what is known of a picture), `library` with
`folder` and `bucket`, and `trash` (its bytes), `engine` (the seam to Qdrant) with `edge` and `server`, `catalogue`
(records, queue, search), `agreement` (the rules by which many change both at once), `keeper` (add, remove, restore),
`sync` and `watcher` (the library changed), `worker` (pending pictures get their vectors), `assembly`. `sample` draws
pictures to try it all with.
"""
