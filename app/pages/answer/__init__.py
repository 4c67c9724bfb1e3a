"""The answer to one question: this model, at this precision, on this device.

In: a form's fields or a link, and the device. Out: the page, and what is renewed of it.

    control: what is asked, and the reply
    view: the question, a place for the answer, what is true before scripts run
    checks  charts  memory_chart: the reasons, and the pictures
    best_way_to_run  suggestions  alternatives: what suits the device, and what would help
    lazy_parts: what is worked out when somebody looks
    on_this_device: what was tried and measured here

Imports `app.components`, `app.model_import`, `app.pages.compare` (what would help) and `tabfit`; a
number is formatted here, never worked out.
"""
