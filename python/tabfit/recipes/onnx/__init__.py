"""ONNX files as exporters write them, and the sessions that a page fetches.

In: an architecture, a precision (or one for each session) and a kind of export. Out: a `Stored`.
What nobody can know of a file, as who exported it when, widens its interval.

    sessions             which weights lie in which file of Transformers.js
    session_precisions   a precision for each of them
    export_families      the kinds of export, their dates, and which a model's file may be
    exports              which operator reads a weight, in which storage type it ends
    arrays               the arrays of a file: what is kept, added and dropped
    graphs               bytes of the graph itself
    files                all of it: `store`

Imports `model`, `storage` and `recipes.stored_model`.
"""
