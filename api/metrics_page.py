"""docs/reference/metrics.md, written from what is declared: the gauges, what a process counts, and the alerts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from api.alerts import ALERTS, Alert
from api.gauges import GAUGES
from api.metrics import OF_A_PROCESS, Measure
from api.scraping import READABLE, READERS


def metrics_reference() -> str:
    """The text of docs/reference/metrics.md."""
    return _PAGE.format(
        installation="\n\n".join(map(_answers, dict.fromkeys(gauge.asks for gauge in GAUGES))),
        process=_rows(OF_A_PROCESS),
        readers=_rows(READERS),
        readable=READABLE.name,
        alerts="\n".join(map(_rule, ALERTS)),
    )


def _answers(question: str) -> str:
    return f"### {question}\n\n{_HEAD}\n{_rows(gauge.measure for gauge in GAUGES if gauge.asks == question)}"


def _rows(measures: Iterable[Measure]) -> str:
    return "\n".join(
        f"| `{one.name}` | {one.kind} | {', '.join(f'`{label}`' for label in one.labels)} | {one.meaning} |"
        for one in measures
    )


def _rule(alert: Alert) -> str:
    """As Prometheus' rule files have it; JSON's strings are YAML's too."""
    meaning, act = json.dumps(alert.meaning), json.dumps(alert.act)
    return _RULE.format(alert=alert, meaning=meaning, act=act)


_RULE: Final = """      - alert: {alert.name}
        expr: '{alert.expression}'
        for: {alert.holds}
        annotations:
          summary: {meaning}
          description: {act}"""
_HEAD: Final = "| metric | kind | labels | meaning |\n|---|---|---|---|"
_PAGE: Final = """# Metrics

`GET /metrics` answers in Prometheus' text format. It is open, like the probes, and it is not for everybody: it says how much is
spent and how busy you are. Keep it behind the proxy, reachable by your monitoring alone. It names nobody: labels are words of
this program (stages, routes, statuses), never an id, a name or anything a caller sent; the only names are those that readers of
the feed were given. Whose work it is, `continuity queue` and the API tell whoever has a key.

This page is written from the declarations (`python -m api.metrics_page > docs/reference/metrics.md`).

## The installation

Counted from the views when somebody asks, in one snapshot, at most once a second; every service tells the same numbers, so
take their `max` (or `min`). A number that does not exist now is left out. When the database cannot be read `{readable}` is 0,
and no old number is told.

{installation}

### How far behind is each reader?

| metric | kind | labels | meaning |
|---|---|---|---|
{readers}

## Each process

Of services at `/metrics`; of workers at `http://127.0.0.1:$CONTINUITY_METRICS_PORT/metrics`, when that port is set
(`CONTINUITY_METRICS_HOST` for another address). Beside these there are the usual `process_…` and `python_…` of any Python
program.

| metric | kind | labels | meaning |
|---|---|---|---|
{process}

## Alerts

A file of rules for Prometheus; the summary says what an alert means, the description what to do. The thresholds are where to
begin.

```yaml
groups:
  - name: continuity
    rules:
{alerts}
```
"""

if __name__ == "__main__":
    print(metrics_reference(), end="")  # noqa: T201 - this module prints its own reference
