"""The team's approved payload shapes, one file each, and the one table that says which of them answers a request."""
