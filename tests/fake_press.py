"""A press that prints at once, or goes wrong as it is told."""

from domain.letter_content import AnyLetterContent

PDF = b"%PDF-1.7 printed and signed, copy "


class FakePress:
    """`troubles` are raised in turn, None for a letter that is printed; then all are."""

    def __init__(self, *troubles: BaseException | None) -> None:
        self.troubles = list(troubles)
        self.printed: list[str] = []
        self.merchant_logos: list[bytes | None] = []

    def print_letter(
        self, content: AnyLetterContent, *, merchant_logo: bytes | None = None
    ) -> bytes:
        """No two copies are the same, as with a real signature."""
        self.printed.append(content.folio)
        self.merchant_logos.append(merchant_logo)
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
        return PDF + str(len(self.printed)).encode()
