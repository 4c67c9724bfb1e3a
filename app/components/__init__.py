"""Views: an answer as escaped HTML. They format and never calculate."""
