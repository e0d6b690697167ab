"""From the facts of a letter to its document: which template each kind has, and what it says."""

import traceback
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from domain.letter_content import (
    AnyLetterContent,
    BalanceLetterContent,
    LetterContent,
    LetterKind,
    NoDebtLetterContent,
)
from pdfs.errors import LetterRenderError
from pdfs.letter_facts import LetterFacts
from pdfs.logos import data_uri
from pdfs.renderer import Metadata, render_html


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """How one kind of letter is printed."""

    file: str
    model: type[LetterContent]


TEMPLATES = {
    LetterKind.BALANCE: LetterTemplate("balance.html", BalanceLetterContent),
    LetterKind.NO_DEBT: LetterTemplate("no_debt.html", NoDebtLetterContent),
}

_environment = Environment(
    loader=PackageLoader("pdfs"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render_letter(
    content: AnyLetterContent, *, logo: bytes | None, merchant_logo: bytes | None = None
) -> bytes:
    """The document, unsigned; LetterRenderError names the template that could not be laid out."""
    template = TEMPLATES[content.kind].file
    try:
        return render_html(*letter_html(content, logo=logo, merchant_logo=merchant_logo))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the template is the one to look at
        # the message of what failed may hold what stands on the letter; where it failed does not
        frame = traceback.extract_tb(error.__traceback__)[-1]
        cause = f"{type(error).__name__} in {frame.filename}, line {frame.lineno}"
        raise LetterRenderError(template, cause) from None


def letter_html(
    content: AnyLetterContent, *, logo: bytes | None, merchant_logo: bytes | None = None
) -> tuple[str, Metadata]:
    """What the document is made of: its page as HTML, and what readers show about it."""
    facts = LetterFacts(content)
    html = _environment.get_template(TEMPLATES[content.kind].file).render(
        facts=facts,
        letter=facts.content,
        pack=facts.pack,
        say=facts.say,
        pages=1,
        logo=data_uri(logo),
        merchant_logo=data_uri(merchant_logo) if merchant_logo else None,
    )
    return html, facts.metadata
