"""Agents: the service as tools of the Model Context Protocol, on the Python client alone, under one key and its roles.

`offering` says which tools a key is offered and how refusals are told, `looking` reads, `asking` previews, spends and follows.
"""
