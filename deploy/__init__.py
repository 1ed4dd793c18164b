"""What is deployed: locally (`local/`), as images, and the demonstration (`demo/`)."""
