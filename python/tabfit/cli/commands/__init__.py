"""The commands: a module for each, imported when the command is given.

In: the parser of a command, then the words that it read. Out: text or JSON, and an exit code.
Each has two functions: `add_arguments(command)` and `run(asked)`. What they are called, and
what `--help` says of them, stands in `cli.command_line`.

    estimate  inspect  compare  need  snippet  gate  coverage  check  train  link  completion  mcp
    listings      models, devices and runtimes

Imports `cli` and the rooms whose question a command asks, and no other command.
"""
