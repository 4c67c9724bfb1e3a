"""The answer to one question: its exchange (`control`) and what it shows (`view` and beside)."""
