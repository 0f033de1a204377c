"""How long tests wait for what must come."""

PATIENCE = 60.0
"""Seconds until what a test waits for counts as never coming; no test that passes waits so long."""
