"""The one door to JavaScript, and what its raw answers mean.

In: what a browser offers. Out: a device as data, files that a visitor chose, and what the page
asks to be stored.

    bridge   asks the browser and offers Python to the page: the only module that imports `js`
    probes   raw answers -> a device (docs/contracts.md), tried without a browser

Imports `tabfit.devices`; pages get what it found in their requests.
"""
