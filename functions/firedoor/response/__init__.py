"""From an occurrence to a contained resource: plan, guard, keep evidence, apply, verify, undo.

Owns the order of these and what each outcome means. Does not own what is changed (``actions``), what is protected
(``guard``), nor how people are told (``telling``).
"""

from firedoor.response.proceeding import measures
from firedoor.response.responding import respond
from firedoor.response.undoing import undo

__all__ = ["measures", "respond", "undo"]
