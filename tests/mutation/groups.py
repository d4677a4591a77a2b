"""What is mutated, and the tests that ought to notice: the cheap ones, within this process, on SQLite and folders."""

from __future__ import annotations

from typing import Final, NamedTuple


class Group(NamedTuple):
    """Files that stand together for a promise, and the tests that answer for it.

    `without` names tests of those files that start processes or take seconds, by words of their names. Not measured are functions
    that run `at_import`, while their module is read, before a mutant can be chosen, and those `elsewhere`: only a database server
    reaches them (it goes away; it takes several transactions at once). `with_provider`: one sandbox serves all mutants.
    """

    files: tuple[str, ...]
    tests: tuple[str, ...]
    without: tuple[str, ...] = ()
    at_import: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    with_provider: bool = False


_DECIDERS: Final = "tests/registry/deciders/test_"

GROUPS: Final[dict[str, Group]] = {
    "auth": Group(
        files=(
            "api/auth.py",
            "api/door.py",
            "api/sessions.py",
            "api/rates.py",
            "api/roles.py",
            "registry/deciders/access.py",
            "registry/deciders/allowance.py",
            "registry/views/places.py",
        ),
        tests=(
            "tests/api/test_auth.py",
            "tests/api/test_door.py",
            "tests/api/test_console_sessions.py",
            "tests/api/test_rates.py",
            "tests/api/test_roles.py",
            f"{_DECIDERS}allowance_decider.py",
            f"{_DECIDERS}studio_access_account.py",
            f"{_DECIDERS}deciders_are_covered.py",
            "tests/registry/views/test_places.py",
        ),
        at_import=("registry.views.places.x__of",),
    ),
    "submission": Group(
        files=(
            "registry/deciders/submission.py",
            "generation/kling/answers.py",
            "generation/kling/outcomes.py",
        ),
        tests=(
            f"{_DECIDERS}deciders_are_covered.py",
            f"{_DECIDERS}quarantine_decider.py",
            f"{_DECIDERS}submission_calls.py",
            f"{_DECIDERS}submission_protocol.py",
            f"{_DECIDERS}submission_words.py",
            "tests/generation/kling/test_kling_answers.py",
            "tests/generation/kling/test_kling_outcomes.py",
        ),
    ),
    "sending": Group(
        files=(
            "generation/allowances.py",
            "generation/looking.py",
            "generation/posting.py",
            "generation/submission.py",
        ),
        tests=(
            "tests/generation/test_allowances.py",
            "tests/generation/test_budgets.py",
            "tests/generation/test_looking.py",
            "tests/generation/test_purses.py",
            "tests/generation/test_submission_guards.py",
            "tests/generation/test_submission_outcomes.py",
            "tests/generation/test_submission_records.py",
        ),
        with_provider=True,
    ),
    "verify": Group(
        files=("registry/archive/verifying.py", "registry/blobs/digest.py", "registry/proof/leaf.py"),
        tests=(
            "tests/registry/archive/test_archive_damage.py",
            "tests/registry/archive/test_archive_verified.py",
            "tests/registry/blobs/test_digest.py",
            "tests/registry/proof/test_leaf_hash.py",
        ),
        without=("flipped", "leaves_nothing"),
    ),
    "store": Group(
        files=(
            "registry/blobs/disk.py",
            "registry/blobs/folder.py",
            "registry/log/answers.py",
            "registry/log/batch.py",
            "registry/log/closing.py",
            "registry/log/fair.py",
            "registry/log/leases.py",
            "registry/log/pen.py",
            "registry/log/rates.py",
            "registry/log/states.py",
            "registry/log/writer.py",
        ),
        tests=(
            "tests/api/test_rates.py",
            "tests/registry/blobs/test_blobs_on_disk.py",
            "tests/registry/log/test_batches.py",
            "tests/registry/log/test_fair.py",
            "tests/registry/log/test_kept.py",
            "tests/registry/log/test_log_answers.py",
            "tests/registry/log/test_log_append.py",
            "tests/registry/log/test_log_leases.py",
            "tests/registry/log/test_bounded_queue.py",
            "tests/registry/log/test_states.py",
        ),
        without=("kill", "largest_file", "processes", "share_of_any_twenty"),
        elsewhere=(
            "registry.log.writer.x__cut_off",
            "registry.log.writer.x__lost",
            "registry.log.writer.xǁWriterǁ_after_loss",
            "registry.log.writer.xǁWriterǁ_after_nothing_landed",
            "registry.log.writer.xǁWriterǁ_parted",
            "registry.log.writer.xǁWriterǁ_stands",
        ),
    ),
}
