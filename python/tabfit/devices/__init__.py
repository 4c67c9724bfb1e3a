"""What there is: a device as data, and the memory it offers.

In: what a browser, the catalogue or the visitor says. Out: a `Device`, and for each pool of memory
a `Budget`: an interval of bytes with its basis and a sentence, or none where nothing is known.

    device            the signals as values, read from JSON (docs: the device contract)
    history           what was tried on the device before, and how it ended
    browser_features  whether a browser has a feature
    budgets           what those signals imply for each pool
    memory_bounds     what no program on the device gets beyond
    fitted_table      a table fitted on reports, or another in its place

The tables that they read lie beside them: `browser_features.json` (`make browsers`) and
`budgets.json` (`make budgets`).

Imports `units`, `errors`, `formula` and `i18n`. Nothing here knows a model.
"""
