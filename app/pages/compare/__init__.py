"""Compare: models on a device, devices for a model, scenarios side by side.

In: a form's fields or a link, and the device. Out: the page, its table, and files of it.

    control                               what is asked, and the reply
    form  filter_and_sort                 the question, and the rows that answer it
    models_on_device  devices_for_model   the two tables
    best_for_device                       the best model of each kind of task
    typical_devices                       what is said before any script
    side_by_side  side_by_side_link       two to four scenarios, and their link
    export                                CSV and JSON

Imports `tabfit.compare` and `app.components`.
"""
