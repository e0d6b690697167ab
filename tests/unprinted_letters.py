"""Letters that are issued and wait for their document, without going through the rules."""

from typing import Any

from domain.letter import Letter
from domain.letter_content import LetterKind
from storage.letters import Letters, NewLetter
from tests.letter_builders import a_no_debt_draft
from tests.message_builders import NOON


def issue(database: Any, loan_id: str = "L-1", **changes: Any) -> Letter:
    """A new no-debt letter for that loan, each loan once."""
    database["loans"].update_one({"_id": loan_id}, {"$set": {}}, upsert=True)
    fields: dict[str, Any] = {
        "kind": LetterKind.NO_DEBT,
        "loan_id": loan_id,
        "borrower_id": "B-1",
        "merchant_id": "M-100",
        "cause_id": f"test-{loan_id}",
        "facts_key": "facts",
        "loan_version": 0,
        "folio_series": "AR-LD-2026",
        "actor": "test",
    }
    letter, _ = Letters(database).issue_once(
        NewLetter(**(fields | changes)), a_no_debt_draft().content, now=NOON
    )
    return letter
