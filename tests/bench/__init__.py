"""`make bench`: what Lookalike reaches on the machine at hand, beside what it could reach and what it replaces.

To be read in this order: `plan` (what is measured, in what order), `pictures` (to measure with), `limit` and
`indexing`, `corpus` (a catalogue of many points), `searching`, `starting`, `old_way` with `demo` (the demo that
Lookalike grew out of, in a process of its own), `machine`, `marks` and `report`. Apart from these: `crowd` (many
clients at once) and `scale` with `vectors` (very many points).
"""
