"""Training: what it takes to train a model, part by part.

In: a model and a plan of training. Out: the page.

    control   what is asked, and the reply
    view      two figures, a stacked picture, every part with its formula

Imports `tabfit.training` and `app.components`.
"""
