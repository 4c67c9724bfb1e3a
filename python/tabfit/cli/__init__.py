"""The command line: `tabfit`, also `python -m tabfit`.

In: arguments. Out: text or JSON, and an exit code.

    start               where the command begins: `inspect config.json` at once, all else later
    command_line        which commands there are, how a failure is said
    commands/           a module for each command: its arguments, what it does, the lines it prints
    model_arguments     the options that name a model and how it is loaded
    device_arguments    the options that say which device
    visits_file         a table of visits as it is named
    usage_error         what is raised when the words make no command
    examples            what each --help ends with
    terminal            how wide lines may be, columns in line, colour
    printed_json        reports as JSON

Imports everything, and is imported by nothing.
"""
