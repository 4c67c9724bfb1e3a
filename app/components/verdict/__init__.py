"""The verdict: the word, why, and what it rests on.

In: an answer. Out: `Html`, or plain text to hand on.

    verdict_card    a word, a shape and a colour, the deciding sentence, three figures
    plain_sentence  that sentence, for somebody who knows nothing of memory limits
    answer_text     an answer as plain text
    common_devices  answers for common devices
    quality_note    what a way to run a model costs in quality

Imports the modules of `components`.
"""
