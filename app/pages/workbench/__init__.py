"""Workbench: a decoder of one's own from sliders.

In: the sliders' values or a link. Out: the page.

    control   what is asked, and the reply
    view      sliders for every width, the parameters they make, and what those need

Imports `tabfit.workbench` and `app.components`.
"""
