from itertools import permutations

import pytest

from domain.delivery import RANK, REPORTED, DeliveryStatus, lower_ranked
from domain.report import DeliveryOutcome

NOT_REPORTED_YET = {
    DeliveryStatus.PENDING,
    DeliveryStatus.WAITING_WINDOW,
    DeliveryStatus.SENDING,
    DeliveryStatus.UNKNOWN,
}
FAILED = {DeliveryStatus.FAILED, DeliveryStatus.EXPIRED}

REPLACES = {
    DeliveryStatus.SENT: NOT_REPORTED_YET,
    DeliveryStatus.FAILED: NOT_REPORTED_YET | {DeliveryStatus.SENT},
    DeliveryStatus.EXPIRED: NOT_REPORTED_YET | {DeliveryStatus.SENT},
    DeliveryStatus.DELIVERED: NOT_REPORTED_YET | {DeliveryStatus.SENT} | FAILED,
    DeliveryStatus.SEEN: NOT_REPORTED_YET
    | {DeliveryStatus.SENT, DeliveryStatus.DELIVERED}
    | FAILED,
}


def test_every_state_has_its_place_and_every_outcome_its_state():
    assert set(RANK) == set(DeliveryStatus)
    assert set(REPORTED) == set(DeliveryOutcome)
    assert {*REPORTED.values(), DeliveryStatus.SEEN} == set(REPLACES)


@pytest.mark.parametrize("status", REPLACES)
def test_a_report_replaces_only_what_is_behind_it(status):
    assert set(lower_ranked(status)) == REPLACES[status]


def test_no_two_states_replace_each_other():
    for one, other in permutations(DeliveryStatus, 2):
        assert not (one in lower_ranked(other) and other in lower_ranked(one))
