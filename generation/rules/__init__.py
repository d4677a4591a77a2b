"""The catalogue of rules: the vendor's contract and the team's guide as checkable sentences, run over any payload."""
