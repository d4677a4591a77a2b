"""What `continuity demo` tells its story with: a café, two people, and the calls that bring them together."""
