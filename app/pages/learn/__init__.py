"""Learn: what sizes and precisions mean, in short lessons on computed figures.

In: the catalogue, and `tabfit.learn` for figures that others published. Out: the page.

    control  view: the page and its lessons
    lesson: one lesson: what is told, what is shown, where figures come from
    counting  comparing  arithmetic  corrections  troubleshooting: lessons by what they teach
    size_classes: models by size, as a picture

Imports `tabfit.learn` and `app.components`.
"""
