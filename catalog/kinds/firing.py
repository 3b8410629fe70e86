"""Firing of triggers, event triggers and rules: tgenabled, evtenabled, ev_enabled."""

from typing import Final

STATES: Final = {"O": "ENABLE", "D": "DISABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}
USUAL_STATE: Final = "O"
