"""Compare: models on a device, devices for a model, scenarios side by side."""
