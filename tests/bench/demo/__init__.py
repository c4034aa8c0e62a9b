"""The demo that Lookalike grew out of, as far as a search in it takes time and memory. Needs TensorFlow."""
