"""The recipe of the demonstration model; not part of the installed package."""
