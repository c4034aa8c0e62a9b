"""A picture becomes 64 numbers.

This package stands at the bottom of the house and imports nothing of ours. Read it in this order: `errors`, `header`,
`colour` and `preprocess` (a file becomes upright RGB pixels), `artifact` and `runtime` (pixels become unit vectors),
`verdicts` (what a cosine means), `naming` (which files are left alone), `embed` (a folder becomes an .npz file).
`dataset`, `edits`, `metrics`, `evaluate`, `thresholds` and `tables` say how good the vectors are. The rest makes the
artifact in `weights/`: `checkpoint` and `backbone` (the network to start from), `views`, `teachers`, `head`, `recipe`,
`losses`, `learner` and `train` (the 64 numbers), `projection` and `rivals` (what they are measured against), `export`
and `release` (the file and its card). A user's own classifier becomes one by way of `keras_file`, `cut`, `scale` and
`convert`. Nothing that serves imports TensorFlow, nor any of these that do.
"""

VECTOR_SIZE = 64
