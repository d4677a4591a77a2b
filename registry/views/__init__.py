"""Views: one file per question, each with its table, its projection (events in, rows out) and its queries (cards out).

Views are projected in the append's transaction, so whoever wrote reads what was written; all of them can be rebuilt from the log.
Rows never leave this folder: queries answer frozen cards.
"""
