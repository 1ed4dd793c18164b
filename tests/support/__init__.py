"""What the tests run on: brokers, databases, names of their own, and the guard against skips."""
