"""ONNX files as exporters write them: graphs, export families, and the sessions a page fetches."""
