"""Letters wished for while they cannot be had: noted here, fulfilled by the follow-ups."""

from bot.clock import Clock
from bot.logs import get_logger
from domain.letter_content import LetterKind
from storage.conversations import Conversations
from storage.letter_wishes import LetterWishes as StoredWishes
from storage.letter_wishes import NewWish

log = get_logger()


class LetterWishes:
    """Takes "tell me when I can have it": the letter is issued by itself once it can be."""

    def __init__(self, wishes: StoredWishes, conversations: Conversations, clock: Clock) -> None:
        self._wishes = wishes
        self._conversations = conversations
        self._clock = clock

    def add(
        self,
        kind: LetterKind,
        loan_id: str,
        *,
        conversation_id: str,
        borrower_id: str,
        addressee: str | None,
        cause_id: str,
    ) -> bool:
        """
        Wait for the letter; False if this person waits for it already or asked by this message.

        A letter that can be had already is issued within the minute.
        """
        wish = NewWish(
            kind=kind,
            loan_id=loan_id,
            borrower_id=borrower_id,
            contact_id=self._conversations.get(conversation_id).contact_id,
            conversation_id=conversation_id,
            addressee=addressee,
            cause_id=cause_id,
        )
        is_new = self._wishes.add_once(wish, at=self._clock.now())
        if is_new:
            log.info("letter_wished", kind=kind.value, conversation_id=conversation_id)
        return is_new
