"""What callers may ask over HTTP, one file per resource; `answering` and `commanding` hold what they all stand on.

A route reads its cards from the views, or turns its body into commands; it decides nothing. The reply to a change is built inside
the commit, from the views, and kept under the caller's Idempotency-Key.
"""
