"""Wiring: one session for each notebook, and the places where notebooks live."""
