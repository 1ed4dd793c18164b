"""What all services share: the contract, messaging, database access, money rules, the frame.

Begin with `contract/` (what the services say to each other) and `service.py` (how one runs).
"""
