"""Container images for tests, and the engine they run on."""
