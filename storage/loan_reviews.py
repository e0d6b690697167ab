"""Which loans to look at because something of them changed, or a day came that may matter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bson import ObjectId
from pymongo import ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession

from storage.mongo import Document, MongoDatabase


@dataclass(frozen=True, slots=True)
class ReviewMark:
    """A loan to look at; `token` is None when a day came and nothing changed."""

    loan_id: str
    token: ObjectId | None


def new_mark() -> Document:
    """The field that marks a loan: another value for each change, greater than those before."""
    return {"review_mark": ObjectId()}


class LoanReviews:
    """The marks on the `loans` collection."""

    def __init__(self, database: MongoDatabase) -> None:
        self._loans = database["loans"]

    def mark(self, loan_id: str, *, session: ClientSession | None = None) -> None:
        """Look at the loan again although nothing of it changed."""
        self._loans.update_one({"_id": loan_id}, {"$set": new_mark()}, session=session)

    def list_due(self, today: date, limit: int) -> list[ReviewMark]:
        """Loans to review: the change waiting longest first, then what the day brings up."""
        marked = self._loans.find({"review_mark": {"$exists": True}}, {"review_mark": 1})
        found = list(marked.sort("review_mark", 1).limit(limit))
        if len(found) < limit:
            of_the_day = self._loans.find(
                {"review_on": {"$lte": today.isoformat()}, "review_mark": None}, {"_id": 1}
            )
            found += of_the_day.sort("review_on", 1).limit(limit - len(found))
        return [ReviewMark(each["_id"], each.get("review_mark")) for each in found]

    def note_done(self, reviewed: Iterable[tuple[ReviewMark, date | None]]) -> None:
        """
        Take marks away, each with the day from which time alone may change something.

        A loan that changed since its mark was read stays marked.
        """
        updates = [
            UpdateOne({"_id": mark.loan_id, "review_mark": mark.token}, _done(next_on))
            for mark, next_on in reviewed
        ]
        if updates:
            self._loans.bulk_write(updates, ordered=False)

    def note_failed(self, loan_id: str) -> int:
        """Count a review that failed; how many did in a row."""
        document = self._loans.find_one_and_update(
            {"_id": loan_id},
            {"$inc": {"review_failures": 1}},
            projection={"review_failures": 1},
            return_document=ReturnDocument.AFTER,
        )
        return int(document["review_failures"]) if document else 0


def _done(next_on: date | None) -> Document:
    gone = {"review_mark": "", "review_failures": ""}
    if next_on is None:
        return {"$unset": gone | {"review_on": ""}}
    return {"$unset": gone, "$set": {"review_on": next_on.isoformat()}}
