"""Many questions at once: every model on a device, every device for a model, what would help.

In: the catalogue, a device or an answer. Out: rows judged by the very rules of `estimate`.

    run_requirements       what every way to run a model needs, whatever the device
    catalog_requirements   the same for the catalogue, worked out once and kept as text
    ranking                the ways to run a model, and the order between those that were judged
    comparisons            every model on one device, and one model on every device
    smallest_device        the least memory, the limits and the storage that a scenario needs
    best_of_tasks          the best model for each kind of task on a device
    smaller_models         lighter models for the same task, its maker's first
    shipped_package        what a site brings to its pages when they first ask for more
    alternatives           what fits here, and what would have to change
    verdict_grid/          runtimes x precisions x contexts judged at once with numpy

Imports `estimate`; only `verdict_grid` needs numpy.
"""
