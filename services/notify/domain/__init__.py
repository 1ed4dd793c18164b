"""Pure: what a notice says, which way it goes, when it is tried again."""
