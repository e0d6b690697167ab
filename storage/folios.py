"""The numbers of letters: one after the other in each series, none left out."""

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from storage.mongo import MongoDatabase


class Folios:
    """Counts each series ("AR-LD-2026") on a document of its own in `counters`."""

    def __init__(self, database: MongoDatabase) -> None:
        self._letters = database["letters"]
        self._counters = database["counters"]

    def next(self, series: str, session: ClientSession) -> str:
        """The next folio; the counter moves in the letter's own transaction or not at all."""
        counter = self._counters.find_one_and_update(
            {"_id": f"folio:{series}"},
            {"$inc": {"value": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return f"{series}-{(counter or {})['value']:06d}"

    def catch_up(self, series: str) -> None:
        """Let the counter stand no lower than the series' highest folio."""
        highest = self._letters.find_one(
            {"_id": {"$gte": f"{series}-", "$lt": f"{series}."}}, {"_id": 1}, sort=[("_id", -1)]
        )
        if highest is not None:
            number = int(highest["_id"].rpartition("-")[2])
            self._counters.update_one(
                {"_id": f"folio:{series}"}, {"$max": {"value": number}}, upsert=True
            )
