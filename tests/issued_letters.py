"""A service with the demo portfolio whose letters are issued as every door issues them."""

from datetime import UTC, datetime, timedelta

from bot.bootstrap import build_services
from bot.clock import FixedClock
from bot.settings import Settings
from domain.letter_content import LetterKind
from storage.demo_data import load_demo_data

# noon in Buenos Aires
NOON = datetime(2026, 11, 23, 15, tzinfo=UTC)
OWING = "5491144440101"  # Ramona Díaz, loan ends in 0001
PAID = "5491144440106"  # Elena Torres
PANAMA_SITE = """
brand_name = "Crédito Istmo"
legal_name = "Crédito Istmo, S.A."
country = "PA"
currency = "PAB"
time_zone = "America/Panama"
privacy_notice_url = "https://istmo.example/privacidad"

[issuer]
tax_id = "155612345-2-2017 DV 59"
city = "Ciudad de Panamá"
contact = "cartas@istmo.example"

[business_hours]
monday = ["08:00-17:00"]
"""


def a_service(database, data_dir, *, country="AR", **changes):
    """The services of a site in that country, at noon, with its demo people."""
    settings = {"public_base_url": "https://fiado.example", "fiado_simulator": False} | changes
    if country == "PA":
        settings["site_file"] = data_dir / "site.toml"
        settings["site_file"].write_text(PANAMA_SITE)
    configured = Settings(
        _env_file=None,
        fiado_data_dir=data_dir,
        webhook_secret_header="X-Secret",
        webhook_secret="right",
        **settings,
    )
    load_demo_data(database, country, NOON.date())
    return build_services(configured, database=database, clock=FixedClock(NOON))


def issue(wired, kind=LetterKind.BALANCE, phone=None, addressee=None, cause_id="in-1"):
    """The letter of the person at `phone`, by default one who may have it."""
    phone = phone or (OWING if kind is LetterKind.BALANCE else PAID)
    borrower = wired.database["borrowers"].find_one({"phone": phone})
    loan = wired.database["loans"].find_one({"borrower_id": borrower["_id"]})
    letter, _ = wired.letters.issue(
        kind, loan["_id"], addressee=addressee, cause_id=cause_id, actor="contact-1"
    )
    return letter


def expired(wired, **changes):
    letter = issue(wired, **changes)
    wired.clock.move(timedelta(days=60))
    return letter


def superseded(wired, **changes):
    """By a newer one, a day later."""
    letter = issue(wired, **changes)
    wired.clock.move(timedelta(days=1))
    issue(wired, **(changes | {"addressee": "Banco Nación", "cause_id": "in-2"}))
    return letter


def revoked(wired, **changes):
    """Two days later, for a reason that is nobody else's business."""
    letter = issue(wired, **changes)
    wired.clock.move(timedelta(days=2))
    wired.letters.revoke(letter.folio, "cheque sin fondos", actor="agent-1")
    return letter


IN_STATE = {"valid": issue, "expired": expired, "superseded": superseded, "revoked": revoked}
