"""Will it fit? Says whether a model is likely to run in this browser on this device."""

__version__ = "0.1.0"

__all__ = ["__version__"]
