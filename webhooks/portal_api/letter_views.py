"""From a letter to what the API says of it."""

from bot.bootstrap import Services
from domain.letter import Letter
from webhooks.portal_api.answers import LetterAnswer, RegisterLetterAnswer


def letter_answer(wired: Services, letter: Letter) -> LetterAnswer:
    """What everybody is told who may ask for it."""
    return LetterAnswer(
        folio=letter.folio,
        kind=letter.kind,
        state=letter.state(wired.letter_register.today()),
        loan_id=letter.loan_id,
        borrower_id=letter.borrower_id,
        addressee=letter.content.addressee,
        issued_at=letter.content.issued_at,
        valid_until=letter.valid_until,
        superseded_by=letter.superseded_by,
        revoked_at=letter.revoked_at,
        revoked_reason=letter.revoked_reason,
        pdf_url=_pdf_url(wired, letter),
        verify_url=letter.content.verify_url,
    )


def register_letter_answer(wired: Services, letter: Letter) -> RegisterLetterAnswer:
    """What agents are told."""
    return RegisterLetterAnswer(
        **dict(letter_answer(wired, letter)),
        lookups=letter.lookups,
        looked_up_at=letter.looked_up_at,
    )


def with_fresh_link(wired: Services, answer: LetterAnswer) -> LetterAnswer:
    """The letter as it was told of before; only its link is as good as a new one."""
    letter = wired.letters.find(answer.folio)
    return answer.model_copy(update={"pdf_url": _pdf_url(wired, letter)}) if letter else answer


def _pdf_url(wired: Services, letter: Letter) -> str:
    name = wired.site.pack.letters.file_name(letter.kind, letter.folio)
    return wired.media_links.url(letter.file_id, name)
