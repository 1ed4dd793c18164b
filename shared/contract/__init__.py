"""The contract: every event that crosses a topic, as frozen models, and the topics' catalogue.

Read `catalogue.py` first: it lists which event travels on which topic, who owns it and who reads
it. This package imports no framework; departments need only the JSON Schemas generated from it.
"""
