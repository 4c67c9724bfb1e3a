"""Python in the page: the runtime, the standard library, wheels, and its memory after one answer.

In: what `make setup` installed, and the project's own sources. Out: folders and wheels for dist/.

    pyodide_runtime          PyScript and Pyodide as the page serves them
    pyodide_lock             the page's own pyodide-lock.json
    unused_stdlib            what of the standard library the page does without
    compile_bytecode         .py to .pyc, inside Pyodide
    python_wheels            the project's own wheels
    third_party_wheels       wheels that are installed when first needed
    memory_snapshot          Python's memory after its first answer, made by memory_snapshot.mjs
    memory_snapshot_prepare  what Python holds when that is written down; runs inside Pyodide

Imports the modules of `tools.dist`.
"""
