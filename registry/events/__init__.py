"""The bottom of the house: what happened, in words that must stay readable for ever.

Nothing here imports anything of ours. Start with `envelope` (what every event carries), then one file per subject, then
`catalogue` (name and version -> class).
"""
