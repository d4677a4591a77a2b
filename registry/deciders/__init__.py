"""Deciders: one file per aggregate with its commands, its state, `decide` (command -> events or a refusal) and `evolve`.

Everything here is a function of its arguments. `kinds` says which one speaks for which kind of stream.
"""
