"""Telling others what happens: webhooks, signed as Standard Webhooks say, with CloudEvents as bodies.

`cloud_event` is what is said, `signing` proves that we said it, `posting` says it once, `courier` carries one webhook on, and
`rounds` sees that each of them is carried on in every worker.
"""
