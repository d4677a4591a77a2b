"""What the published figures come from. `python -m benchmarks` runs all of them, `python -m benchmarks.append --help`
says what one does.
"""
