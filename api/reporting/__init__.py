"""Reports for people outside: what an audit bundle holds beside the proofs, as a page, as a PDF, with lineage drawn.

Made on the server from views and events; nothing here is proof, and the report says so.
"""
