"""A whole studio in a folder: exported, checked offline, brought into another installation.

`layout` says what the folder holds; `exporting` fills it, `verifying` checks it without any database, `importing` brings it in.
"""
