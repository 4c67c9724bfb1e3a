"""The page: what it asks the browser, and how it answers."""
