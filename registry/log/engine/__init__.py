"""The database behind the log: what every engine offers (`database`), SQLite and PostgreSQL, and what is theirs alone.

SQL of one engine stays in this room: its guards, its rights, its upkeep, and the short way to its driver.
"""
