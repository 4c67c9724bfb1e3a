"""Ship it: a model held against a site's visitors, and the code that takes it there.

In: a scenario, and a table of visits that never leaves the tab. Out: the page, and code to copy.

    control                       what is asked, and the reply
    visits_form  session_visits   how visits are brought, and kept while the page is open
    view  largest_model_chart     what they come to
    code_to_copy                  the last step as code

Imports `tabfit.population`, `tabfit.gate` and `app.components`.
"""
