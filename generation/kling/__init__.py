"""Talking to Kling: sign, send once, classify what came back, look up. Start at `client`, then `outcomes`."""
