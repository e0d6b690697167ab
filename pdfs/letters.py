"""From the facts of a letter to its document: each kind's model, template and wording."""

from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from domain.letter_content import (
    AnyLetterContent,
    BalanceLetterContent,
    LetterContent,
    LetterKind,
    NoDebtLetterContent,
)
from pdfs.balance_letter import BalanceLetterFacts
from pdfs.errors import LetterRenderError, UnusableLogo, UnusableMerchantLogo, kind_and_place
from pdfs.letter_facts import LetterFacts
from pdfs.no_debt_letter import NoDebtLetterFacts
from pdfs.pictures import Picture, data_uri, logo_picture, qr_png
from pdfs.renderer import render_html

MAX_PASSES = 3


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """How one kind of letter is printed."""

    file: str
    model: type[LetterContent]
    facts: type[LetterFacts[Any]]


TEMPLATES = {
    LetterKind.BALANCE: LetterTemplate("balance.html", BalanceLetterContent, BalanceLetterFacts),
    LetterKind.NO_DEBT: LetterTemplate("no_debt.html", NoDebtLetterContent, NoDebtLetterFacts),
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
    template = TEMPLATES[content.kind]
    try:
        return _rendered(template, template.facts(content), logo, merchant_logo)
    except (MemoryError, UnusableLogo, UnusableMerchantLogo):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the template is the one to look at
        raise LetterRenderError(template.file, kind_and_place(error)) from None


def letter_html(
    template: LetterTemplate,
    facts: LetterFacts[Any],
    pages: int,
    logo: bytes | None,
    merchant_logo: bytes | None = None,
) -> str:
    """The page that is laid out, with all that it needs inside."""
    return _environment.get_template(template.file).render(
        facts=facts,
        letter=facts.content,
        say=facts.say,
        pages=pages,
        has_own_logo=logo is not None,
        logo=logo_picture(logo),
        merchant_logo=_merchant_logo(merchant_logo),
        qr=data_uri(qr_png(facts.content.verify_url)),
    )


def _merchant_logo(logo: bytes | None) -> Picture | None:
    if logo is None:
        return None
    try:
        return logo_picture(logo)
    except UnusableLogo:
        raise UnusableMerchantLogo from None


def _rendered(
    template: LetterTemplate,
    facts: LetterFacts[Any],
    logo: bytes | None,
    merchant_logo: bytes | None,
) -> bytes:
    # nearly every letter has one page: cheaper guessed than counted by a pass of its own
    pages = 1
    for _ in range(MAX_PASSES):
        html = letter_html(template, facts, pages, logo, merchant_logo)
        rendered = render_html(html, facts.metadata)
        if rendered.pages == pages:
            return rendered.pdf
        pages = rendered.pages
    raise RuntimeError("the number of pages does not settle")
