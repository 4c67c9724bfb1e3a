"""Forms: the question as one sentence, and the choices beneath it.

In: what was chosen, and what there is to choose. Out: `Html`.

    question_form  the form that is the question
    load_choices   more choices: how a model is loaded, and what it is fed
    scenario_link  a scenario as the fields of a form, and as a link
    form_fields    chips, ticks and sliders, for any page's form

Imports the modules of `components`.
"""
