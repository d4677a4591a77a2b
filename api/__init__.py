"""Ways in: the HTTP API, the Python client, the command line. The composition root is `bootstrap`."""
