"""The measuring bench: real runtimes, real browser, models made on the spot.

Read in this order: `shapes` (which models), `fill` (weights at random),
`onnx_models` and `gguf_models` (files), `server` and `browser` (where they
run), `cases` (what is measured) and `record` (what is written down).
"""
