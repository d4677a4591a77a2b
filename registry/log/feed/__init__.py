"""Reading the log in its order: pages and waiting (`feed`), names that keep their position, and who wakes whom."""
