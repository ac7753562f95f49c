"""The page from which the whole book is judged."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from vouch.grading.models import Assessment, AssessmentRun, Standing
from vouch.grading.tasks import continue_run
from vouch.grading.terms import RunState
from vouch.parties.models import Party
from vouch.platform.identity.models import User
from vouch.policy.models import PolicyVersion

pytestmark = pytest.mark.django_db


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_risk_officer_orders_a_batch_and_the_job_does_it(
    policy: PolicyVersion, book_of_firms: list[Party], staff: dict[str, User], client: Client
) -> None:
    sign_in(client, staff["wangfang"])
    assert client.post("/assessments/", {"as_of": "2020-02-29"}).status_code == 302
    # Ordered once more before the job has come round: it is the same batch.
    client.post("/assessments/", {"as_of": "2020-02-29"})
    run = AssessmentRun.objects.get()
    assert (run.state, run.total, run.done) == (RunState.RUNNING, 6, 0)
    assert 'hx-trigger="every 2s"' in client.get("/assessments/").content.decode()
    continue_run(run_id=run.pk)
    continue_run(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.done) == (RunState.FINISHED, 6)
    assert Assessment.objects.count() == Standing.objects.count() == 6
    table = client.get("/assessments/progress/").content.decode()
    assert "已完成" in table
    assert "hx-trigger" not in table


def test_who_may_not_judge_the_book_gets_no_form(
    policy: PolicyVersion, book_of_firms: list[Party], staff: dict[str, User], client: Client
) -> None:
    sign_in(client, staff["liqiang"])
    assert "评估全部客户" not in client.get("/assessments/").content.decode()
    assert client.post("/assessments/", {"as_of": "2020-02-29"}).status_code == 403
    assert not AssessmentRun.objects.exists()


@pytest.mark.parametrize(
    ("said", "answer"), [("2999-01-01", "不能晚于今天"), ("昨天", "请写成 2020-02-29 的样子")]
)
def test_a_wrong_day_is_said_beside_the_field(
    policy: PolicyVersion, staff: dict[str, User], client: Client, said: str, answer: str
) -> None:
    page = sign_in(client, staff["wangfang"]).post("/assessments/", {"as_of": said})
    assert page.status_code == 422
    assert answer in page.content.decode()


def test_without_a_policy_in_force_the_page_says_so(
    book_of_firms: list[Party], staff: dict[str, User], client: Client, now: datetime
) -> None:
    page = sign_in(client, staff["wangfang"]).post("/assessments/", {"as_of": "2020-02-29"})
    assert "没有已发布的政策" in page.content.decode()
