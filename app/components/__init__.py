"""Components: parts of pages as escaped HTML. They format and never calculate.

In: answers and other values of the core. Out: `Html`, and the style that lies beside a module.

    html               the only maker of HTML
    copied_text        what is shown, as text to copy
    labels             words for the core's names, numbers as people read them
    outcome_marks      a shape and a word for each outcome
    page_layout        what every page has around it; loading_status is said before Python is there
    formula_popover    how a figure comes about
    expandable_list    rows that open
    code_tabs          code to copy, a tab for each runtime
    charts/            drawings: charts as SVG, a budget's band, the steps of a download
    forms/             the question and what lies beneath it, as fields
    models/            finding a model, and what is known of it
    verdict/           the verdict's card, its plain sentence, common devices, quality
    device/            what the device said, what it keeps, what was tried and measured on it

The folders import from the modules beside them; `forms`, then `models`. Imports the core.
"""
