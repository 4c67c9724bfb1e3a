"""The command line: `tabfit`, also `python -m tabfit`.

In: arguments. Out: text or JSON, and an exit code.

    start         where the command begins: `inspect config.json` at once, all else later
    commands      each command's arguments and what it does
    examples      what each --help ends with
    completion    a script for a shell
    screen        how wide lines may be, columns in line, colour
    text_output   reports as lines for a terminal

Imports everything, and is imported by nothing.
"""
