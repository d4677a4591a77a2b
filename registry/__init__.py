"""The registry: what is true, and how it became true.

Source images, characters, Kling element ids, scenes and clips, kept as append-only events. Start reading at
`registry.events` (the lasting contract), then `registry.deciders.scene`.
"""
