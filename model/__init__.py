"""A picture becomes 64 numbers.

This package stands at the bottom of the house and imports nothing of ours. Read it in this order: `errors`, `header`,
`colour` and `preprocess` (a file becomes upright RGB pixels), `artifact` and `runtime` (pixels become unit vectors),
`verdicts` (what a cosine means), `embed` (a folder becomes an .npz file). `dataset`, `edits`, `metrics`, `evaluate`,
`thresholds` and `tables` say how good the vectors are. The rest makes the artifact in `weights/`: `checkpoint` and
`backbone` (the network to start from), `features`, `projection`, `head` and `train` (the 64 numbers), `export` and
`release` (the file and its card). A user's own classifier becomes one by way of `keras_file`, `cut`, `scale` and
`convert`. Of these `backbone`, `head`, `train`, `export`, `release`, `rivals` and the last four need TensorFlow, and
nothing that serves imports them.
"""

VECTOR_SIZE = 64
