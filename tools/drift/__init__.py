"""Drift: which rows of our tables the installed packages no longer agree with (`make drift`).

In: node_modules (the runtimes, browser-compat-data, caniuse-lite), the catalogue. Out: one sentence
for each row that says otherwise.

    packages    versions, files and their sizes, kernels and lists inside the runtimes' packages
    browsers    since when browsers have what we say; node reads the tables (browsers.mjs)
    registry    newer versions on npm than those installed (only when asked: `--newest`)
"""
