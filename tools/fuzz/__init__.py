"""Thousands of damaged or drawn inputs, for `make fuzz`: each must come to an answer or an error.

In: a count and a seed. Out: how often each outcome came, exit status 1 where something broke.

    configs          config.json with values changed, dropped and made absurd
    commands         command lines
    links            the text after # of a link
    hub              what a hub may answer
    headers          headers of model files; damaged_headers makes and examines them
    trials           what they share: a count and a seed, one trial after another
    late_files       files of the page that arrive late, or not at all

Imports `tabfit`, `app`, and the fakes beside it.
"""
