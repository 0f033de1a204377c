"""The resident core: sessions, store, engine. Imports no interface and prints nothing."""
