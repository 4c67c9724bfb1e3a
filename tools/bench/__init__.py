"""Time what people wait for, each beside something that it can be compared with: `make bench`.

In: dist/, as `make site` builds it. Out: docs/performance.md, and the figures behind it in
build/bench-record.json. Nothing is asserted.

    beside             the pages that are opened: ours, bare Pyodide, PyScript's hello
    slow_site          the server of them all, which can be as slow as a link
    browser_processes  a browser's processes: their memory, and how to slow them down
    visits             visits of a page in Chromium
    changes            changes on the open page
    growth             catalogue, contexts, files and visits as they grow, in CPython
    processes          whole processes, and Pyodide beside CPython
    records            one run's figures, kept
    limits             what is asked of them
    document           docs/performance.md
"""
