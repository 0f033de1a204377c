"""A terminal chat client for vision-language models that run on your own Mac."""

__version__ = "0.2.0"
