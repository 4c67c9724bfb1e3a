"""Pictures cut into patches that attend to each other, alone or beside text."""
