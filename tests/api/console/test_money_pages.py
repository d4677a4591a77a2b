"""Money and trouble: what was spent, what waits, what is in doubt, what failed, and what a person does about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from api.auth import issue_key
from api.console.pages.comparisons import COUNTED, FOUND
from api.console.way_out import OF_CODE, OF_OUTCOME
from generation.kling.outcomes import KIND_OF_CODE
from registry.events.account import Census, FindingKind
from registry.events.references import Ending
from tests.api.console.browsing import Visitor, visiting
from tests.api.console.troubled import Troubled, troubled
from tests.api.served.serving import Served


@pytest.fixture(scope="module", name="trouble")
def trouble_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    with troubled(tmp_path_factory.mktemp("service")) as found:
        found.work_until(found.asked("A street."), "delivered")
        yield found


@pytest.fixture(scope="module")
def service(trouble: Troubled) -> Served:
    return trouble.service


def as_role(trouble: Troubled, role: Any, productions: tuple[str, ...] = ()) -> Any:
    """Somebody with one role."""
    registry, studio = trouble.service.continuity.registry, trouble.service.continuity.studio
    key = issue_key(registry, studio, role, roles=(role,))
    if productions:
        answer = trouble.service.post(
            f"/v1/keys/key_{key.split('_')[1]}/scope", {"productions": list(productions)}
        )
        assert answer.status_code == 200, answer.text
    return visiting(trouble.service, key)


def text_of(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_spending_is_told_with_its_bar(trouble: Troubled, visitor: Visitor) -> None:
    """Each production with what is spent of its budget, in units and dollars; its books name each paid call."""
    text = text_of(visitor, "/console/money")
    assert re.search(r'<meter aria-label="Of the budget of Café"[^>]* value="0.1500"', text)
    assert "3 units" in text
    assert "$0.42" in text
    books = text_of(visitor, f"/console/money/productions/{trouble.production}")
    assert "20 units" in books
    assert "17 units" in books
    [call] = set(re.findall(r"/console/submissions/(submission_\w+)", books))
    assert f"{call}" in text_of(visitor, f"/console/submissions/{call}")


def test_a_budget_is_set_and_taken_away(trouble: Troubled, visitor: Visitor) -> None:
    """By forms that only an approver is offered."""
    page = f"/console/money/productions/{trouble.production}"
    to = f"PUT /v1/productions/{trouble.production}/budget"
    text = text_of(visitor, page)
    forms = re.findall(r'action="(/console/do\?[^"]*budget[^"]*)"', text)
    assert len(forms) == 2
    assert visitor.send(page, to, {"units": "40"}).status_code == 303
    assert "40 units" in text_of(visitor, page)
    with as_role(trouble, "operator") as operator:
        assert "%2Fbudget" not in text_of(operator, page)
    assert visitor.send(page, to, {"units:null": ""}).status_code == 303
    assert "no limit" in text_of(visitor, page)
    assert visitor.send(page, to, {"units": "20"}).status_code == 303


def test_a_key_for_a_production_sees_its_money_alone(trouble: Troubled) -> None:
    """The places that tell of the whole studio are not offered, and refused; other productions are not there."""
    other = trouble.service.made("/v1/productions", {"name": "Bridge"})["id"]
    with as_role(trouble, "submitter", (trouble.production,)) as somebody:
        text = text_of(somebody, "/console/money")
        assert "Café" in text
        assert "Bridge" not in text
        assert "/console/money/queue" not in text
        assert somebody.get("/console/money/queue").status_code == 403
        assert somebody.get(f"/console/money/productions/{other}").status_code == 404


def test_a_paid_call_in_doubt_is_decided(trouble: Troubled, visitor: Visitor) -> None:
    """It stands on top with why; its page says what each decision means; an operator decides, others are told who may."""
    card = trouble.in_doubt("A lantern.", accepted=False)
    page = f"/console/submissions/{card['id']}"
    assert "three looks found nothing" in text_of(visitor, "/console/submissions")
    text = text_of(visitor, page)
    for words in ("Kling has it", "Kling has not got it", "does not matter any more", "you pay twice"):
        assert words in text
    to = f"POST /v1/submissions/{card['id']}/resolve"
    with as_role(trouble, "approver") as approver:
        said = text_of(approver, page)
        assert "role operator" in said
        assert "%2Fresolve" not in said
    refused = visitor.send(page, to, {"decision": "adopt", "task_id": "1", "reason": "in the console"})
    assert refused.status_code == 409
    assert "has no task 1" in refused.text
    told = visitor.send(page, to, {"decision": "abandon", "reason": "the scene was cut"})
    assert (told.status_code, told.headers["location"]) == (303, page)
    after = text_of(visitor, page)
    assert "the scene was cut" in after
    assert "A person decides" not in after


def test_the_queue_says_who_waits_for_what(trouble: Troubled, visitor: Visitor) -> None:
    """Lanes, what a person must look at, and each that has not ended; it follows the studio's events by itself."""
    account = trouble.service.get("/v1/accounts").json()["items"][0]["id"]
    held = {"scope": "sending", "reason": "budget meeting on Monday"}
    assert trouble.service.post(f"/v1/accounts/{account}/hold", held).status_code == 200
    asked = trouble.asked("A dog runs.")
    text = text_of(visitor, "/console/money/queue")
    assert "budget meeting on Monday" in text
    assert f"/console/generations/{asked}" in text
    assert "not before its account is resumed" in text
    after = trouble.service.position()
    assert f'data-live="/console/v1/events/stream?after={after}"' in text
    alone = text_of(visitor, f"/console/money/queue?production=production_{'0' * 26}")
    assert asked not in alone
    resume = f"POST /v1/accounts/{account}/resume"
    told = visitor.send(f"/console/accounts/{account}", resume, {"scope": "sending", "reason": "it is over"})
    assert told.status_code == 303
    assert "budget meeting" not in text_of(visitor, "/console/money/queue")
    trouble.work_until(asked, "delivered")


def test_failures_stand_in_classes_with_the_way_out(trouble: Troubled, visitor: Visitor) -> None:
    """By Kling's code where it refused, with its words and what to do; one class can be looked at alone."""
    policy = {"do": "code", "code": 1301, "status": 400, "message": "content policy"}
    refused = trouble.failed("A fight.", **policy)["id"]
    failed = trouble.failed("A river.", do="fail_task", message="risk control")["id"]
    text = text_of(visitor, "/console/money/failures")
    assert OF_CODE[1301].way in text
    assert "risk control" in text
    assert f"/console/generations/{failed}" in text
    alone = text_of(visitor, "/console/money/failures?kind=kling-1301")
    assert f"/console/generations/{refused}" in alone
    assert f"/console/generations/{failed}" not in alone
    paid = trouble.service.get(f"/v1/generations/{refused}").json()["submission"]
    assert "content policy" in text_of(visitor, f"/console/submissions/{paid}").split("word for word")[1]


def test_an_account_is_compared_and_counted(trouble: Troubled, visitor: Visitor) -> None:
    """An operator has it done now, and is shown the report; deadlines tell what Kling will delete."""
    page, account = "/console/money/comparisons", trouble.account
    told = visitor.send(page, "POST /v1/reconciliations", {"account": account})
    assert told.status_code == 303, told.text
    assert "What differs" in text_of(visitor, told.headers["location"])
    told = visitor.send(page, "POST /v1/elements/census", {"account": account})
    assert told.headers["location"] == f"{page}#of-{account}"
    assert "orphan" in text_of(visitor, page)
    deadlines = text_of(visitor, "/console/money/deadlines")
    assert "29 d 23 h" in deadlines
    assert "all fetched" in deadlines


def test_every_code_and_finding_has_its_words() -> None:
    """What the provider may refuse with, how requests end, and what comparing finds: none stands without what to do."""
    assert set(OF_CODE) == set(KIND_OF_CODE)
    assert set(OF_OUTCOME) == set(get_args(Ending)) - {"delivered", "cancelled"}
    assert set(FOUND) == set(get_args(FindingKind))
    assert set(COUNTED) == set(get_args(Census))


def test_forms_of_a_page_are_each_sent_once(trouble: Troubled, visitor: Visitor) -> None:
    """Each bears a key of its own, so that two of them are two requests."""
    text = text_of(visitor, f"/console/money/productions/{trouble.production}")
    keys = re.findall(r"/console/do\?[^\"]*key=([^&\"]+)", text)
    assert len(keys) == len(set(keys)) > 2
