"""The pure part of escalation: clocks of a case, and the escalation of a case to a supervisor."""
