"""The demo: contacts sent through their real channels, and what the desk made of each."""
