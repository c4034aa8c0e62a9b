"""`python -m tests.readme` makes anew what the README takes from the model: its tables and the figure.

`tables` draws from the model's card, `figure` from the sample library.
"""
