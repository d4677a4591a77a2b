"""The alerts we recommend: when somebody should look, why, and what they do then. The thresholds are where to begin."""

from __future__ import annotations

from typing import Final, NamedTuple


class Alert(NamedTuple):
    """A name, the PromQL that is true when it fires, for how long it must be, what it means, and what to do.

    Every service tells the installation's gauges, each the same number: hence `max`.
    """

    name: str
    expression: str
    holds: str
    meaning: str
    act: str


ALERTS: Final = (
    Alert(
        "PaidCallQuarantined",
        'max(continuity_unknown_calls{state="quarantined"}) > 0',
        "0m",
        "Nobody knows whether Kling took a paid call, and the program will not guess.",
        "`continuity submissions list --state quarantined`; look the id up in Kling's console, then `submissions resolve`.",
    ),
    Alert(
        "PaidCallUnknownForLong",
        'max(continuity_unknown_oldest_seconds{state="unknown"}) > 900',
        "5m",
        "An outcome has been looked up for a quarter of an hour: look-ups fail, or no worker makes them.",
        "See that a worker runs and reaches Kling: `continuity doctor`.",
    ),
    Alert(
        "RestoredDatabaseSendsNothing",
        "max(continuity_restored_studios) > 0",
        "0m",
        "A backup was put back; what was sent since is not in it, and could be paid twice.",
        "docs/how-to/restore.md: reconcile every account, then `continuity reconcile --accept-restore`.",
    ),
    Alert(
        "ChargedWithoutARecord",
        'max(continuity_reconciliation_findings{kind=~"charge|not_in_log|twin"}) > 0',
        "0m",
        "Kling charged for something the log does not hold.",
        "`continuity reconcile`; docs/how-to/reconcile.md says what each finding asks for.",
    ),
    Alert(
        "NotReconciled",
        "max(continuity_reconciliation_oldest_seconds) > 3 * 86400",
        "1h",
        "An account was not compared with Kling for three days.",
        "See that a worker runs, and what its log says under `round_failed`.",
    ),
    Alert(
        "WorkIsNotTakenUp",
        "max(continuity_due_oldest_seconds) > 300",
        "5m",
        "Something has been due for five minutes: no worker runs, or too few do.",
        "Start workers; `continuity queue` says what waits for what.",
    ),
    Alert(
        "WorkIsTriedInVain",
        "max(continuity_work_in_vain) > 20",
        "30m",
        "Much work is taken up again and again without moving; some polling is usual.",
        "`continuity queue` shows each reason; the worker's log has `step_failed` and `step_crashed`.",
    ),
    Alert(
        "AccountHeld",
        "max(continuity_accounts_held) > 0",
        "10m",
        "Calls of an account are held: Kling refused its key or its money, or a person held it.",
        "`continuity queue` names it and why; mend it, then `continuity accounts resume`.",
    ),
    Alert(
        "ResultAboutToBeDeleted",
        "min(continuity_result_deleted_in_seconds) < 5 * 86400",
        "10m",
        "A paid result is not in our store, and Kling deletes it within five days.",
        "The worker's log says under `result_in_danger` what keeps it from being fetched.",
    ),
    Alert(
        "BudgetNearlySpent",
        'max(continuity_budgets{fill=~"below_full|full"}) > 0',
        "10m",
        "A production has reserved or spent four fifths of its budget.",
        "`continuity productions spend`; raise the budget or tell the production.",
    ),
    Alert(
        "AllowanceHalfSpent",
        'max(continuity_allowances{fill=~"below_80|below_full|full"}) > 0',
        "0m",
        "A key or a studio has reserved or spent half of its day's units: it may be in the wrong hands.",
        "`continuity keys list` shows the limits; ask its holder, or `continuity keys revoke`.",
    ),
    Alert(
        "AllowanceNearlySpent",
        'max(continuity_allowances{fill=~"below_full|full"}) > 0',
        "0m",
        "A key or a studio has reserved or spent four fifths of its day's units; beyond the rest, calls wait for midnight (UTC).",
        "Raise the limit (`continuity keys limit`), or let it be.",
    ),
    Alert(
        "ConsentEndsSoon",
        "min(continuity_consent_ends_in_seconds) < 7 * 86400",
        "1h",
        "Within a week somebody's consent ends, and nothing that shows them is sent any more.",
        "`continuity likenesses list` shows until when; ask them, or finish what needs them.",
    ),
    Alert(
        "NeededAndNotThere",
        "max(continuity_needed_missed) > 0",
        "5m",
        "Open work is past the moment it was needed by.",
        "`continuity queue`; slots, budget or a hold are in the way.",
    ),
    Alert(
        "LanesFull",
        "max(continuity_lanes_full) == max(continuity_lanes) and max(continuity_slots_wanted) > 0",
        "1h",
        "Every slot is taken for an hour and more waits: Kling's concurrency is the limit.",
        "Buy slots and tell us (`continuity accounts slots`), or spread productions over accounts.",
    ),
    Alert(
        "ReaderFarBehind",
        "max by (reader) (continuity_reader_lag_seconds) > 3600",
        "15m",
        "A named reader of the feed has not come to events that are an hour old.",
        "See that it runs; `continuity subscriptions list` tells where it stands. One that nobody runs any more is deleted.",
    ),
    Alert(
        "WebhookPaused",
        'max(continuity_webhooks{state="paused"}) > 0',
        "30m",
        "A webhook tells nothing: its receiver is gone or failed too often, or a person paused it.",
        "`continuity webhooks list` says why; mend the receiver, `continuity webhooks test`, then `resume`.",
    ),
    Alert(
        "WebhookFarBehind",
        "max(continuity_webhook_lag_seconds) > 3600",
        "15m",
        "A webhook has not delivered an event that is an hour old: its receiver fails, or no worker runs.",
        "`continuity webhooks show` names the last problem.",
    ),
    Alert(
        "WebhookDeadLetters",
        "max(continuity_webhook_dead_letters) > 0",
        "10m",
        "A receiver refused an event for a day, and it is not tried any more.",
        "`continuity webhooks dead-letters`; mend the receiver, then `continuity webhooks redeliver`.",
    ),
    Alert(
        "LogForked",
        'increase(continuity_checkpoints_total{outcome="forked"}[1h]) > 0',
        "0m",
        "A log is not the one that was signed: it was rolled back or rewritten. Nothing is signed.",
        "Stop writing; `continuity verify` says where; docs/how-to/audit.md says what to do.",
    ),
    Alert(
        "NoCheckpoints",
        'increase(continuity_checkpoints_total{outcome="failed"}[1h]) > 3',
        "15m",
        "Checkpoints cannot be made or kept.",
        "The worker's log says under `checkpoint_not_made` why: the key file, or a place of CONTINUITY_CHECKPOINTS.",
    ),
    Alert(
        "RegistryUnreadable",
        "min(continuity_registry_readable) < 1",
        "2m",
        "The database cannot be read.",
        "`continuity doctor`; the service's log says why.",
    ),
    Alert(
        "AnswersFail",
        'sum(rate(continuity_requests_total{status=~"5.."}[5m])) > 0.1',
        "10m",
        "Requests fail for reasons of ours.",
        "Look for `request` lines of level error in the service's log; each has its exception.",
    ),
    Alert(
        "AppendsAreSlow",
        "histogram_quantile(0.99, sum(rate(continuity_append_seconds_bucket[5m])) by (le)) > 1",
        "10m",
        "One command in a hundred waits a second for the log.",
        "Look at the database's disk and locks; `continuity_batch_calls` says whether load is the reason.",
    ),
    Alert(
        "WorkerSilent",
        "time() - max(continuity_worker_looked_timestamp_seconds) > 1800",
        "5m",
        "No worker that tells its metrics has asked for work for half an hour.",
        "See its log; a download or a paid call takes minutes, never half an hour.",
    ),
)
