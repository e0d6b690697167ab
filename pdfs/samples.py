"""A sample letter of each kind and country, about people who do not exist."""

from datetime import UTC, date, datetime

from domain.country import country_pack
from domain.letter_content import (
    AnyLetterContent,
    BalanceLetterContent,
    Holder,
    Issuer,
    LetterKind,
    NoDebtLetterContent,
    Operation,
)
from domain.merchant import PaymentAccount

CODE = "7KQ2M4XTPA9CWE6H"


def sample(kind: LetterKind, country: str, issuer: Issuer | None = None) -> AnyLetterContent:
    """A letter as it could be, of one of the countries that have a pack; KeyError for others."""
    make = _balance if kind is LetterKind.BALANCE else _no_debt
    content = make(country)
    return content.model_copy(update={"issuer": issuer}) if issuer else content


def practice() -> list[AnyLetterContent]:
    """Letters that touch whatever a process loads late."""
    return [sample(kind, country) for kind in LetterKind for country in _PLACES]


def _common(kind: LetterKind, country: str) -> dict[str, object]:
    folio = f"{country}-{country_pack(country).letters.kinds[kind].folio_code}-2026-000123"
    return {
        "folio": folio,
        "code": CODE,
        "verify_url": f"https://fiado.example/verificar/{folio}?c={CODE}",
        "country": country,
        **_PLACES[country],
    }


_PLACES: dict[str, dict[str, object]] = {
    "AR": {
        "time_zone": "America/Argentina/Buenos_Aires",
        "issued_at": datetime(2026, 2, 5, 13, 15, tzinfo=UTC),
        "addressee": "Banco de la Nación Argentina, sucursal Caballito",
        "issuer": Issuer(
            legal_name="Fiado Créditos S.A.",
            trade_name="Fiado",
            tax_id="30-71555019-5",
            address="Av. Corrientes 1234, piso 5",
            city="Ciudad Autónoma de Buenos Aires",
            contact="cartas@fiado.example · 0810-555-0199",
            signatory_name="Lucía Benítez",
            signatory_position="Responsable de Atención al Cliente",
        ),
        "holder": Holder(name="Ramona Díaz", document_type="DNI", document_number="28123456"),
        "operation": Operation(
            loan_id="L-2026-004821",
            merchant_name="Casa Norte",
            purpose="Heladera con freezer 320 litros",
            granted_on=date(2025, 11, 10),
            principal_minor=45_000_000,
            currency="ARS",
            installments=6,
        ),
    },
    "PA": {
        "time_zone": "America/Panama",
        "issued_at": datetime(2026, 2, 5, 15, 15, tzinfo=UTC),
        "addressee": "Caja de Ahorros, sucursal Vía España",
        "issuer": Issuer(
            legal_name="Fiado Panamá, S.A.",
            trade_name="Fiado",
            tax_id="155712345-2-2021 DV 45",
            address="Calle 50, edificio Global, piso 12",
            city="Ciudad de Panamá",
            contact="cartas@fiado.example · 800-3423",
            signatory_name="Itzel Barría",
            signatory_position="Gerente de Servicio al Cliente",
        ),
        "holder": Holder(
            name="Nitzia De León", document_type="cédula", document_number="8-765-4321"
        ),
        "operation": Operation(
            loan_id="P-2026-000731",
            merchant_name="Almacén El Canal",
            purpose="Lavadora de 18 kg",
            granted_on=date(2025, 11, 10),
            principal_minor=48_000,
            currency="PAB",
            installments=6,
        ),
    },
}


def _balance(country: str) -> BalanceLetterContent:
    common = _common(LetterKind.BALANCE, country)
    scale = 1_000 if country == "AR" else 1
    accounts = {
        "AR": PaymentAccount(
            kind="cbu",
            number="0110599540000001234563",
            holder="Fiado Créditos S.A.",
            bank="Banco Nación",
        ),
        "PA": PaymentAccount(
            kind="bank",
            number="04-12-01-123456-7",
            holder="Fiado Panamá, S.A.",
            bank="Banco General",
        ),
    }
    return BalanceLetterContent(
        **common,
        valid_until=date(2026, 2, 10),
        days_past_due=0,
        installments_paid=2,
        installments_overdue=0,
        installments_to_come=4,
        next_due_on=date(2026, 2, 10),
        next_amount_minor=9_105 * scale,
        principal_minor=32_000 * scale,
        interest_minor=4_420 * scale,
        charges_minor=0,
        late_interest_minor=0,
        total_minor=36_420 * scale,
        payoff_minor=33_121 * scale,
        payoff_until=date(2026, 2, 10),
        increase_per_day_minor=37 * scale,
        payment_accounts=(accounts[country],),
    )


def _no_debt(country: str) -> NoDebtLetterContent:
    return NoDebtLetterContent(
        **_common(LetterKind.NO_DEBT, country),
        valid_until=date(2026, 3, 7),
        paid_off_on=date(2026, 2, 4),
        last_payment_reference="TRX-2026-118204",
    )
