"""From a loan as the domain knows it to what the API says of it."""

from bot.services.loan_accounts import LoanAccount
from domain.loan import Payment
from domain.loan_position import InstallmentPosition, LoanPosition
from domain.money import format_amount
from webhooks.portal_api.answers import (
    BalanceAnswer,
    InstallmentAnswer,
    LoanAnswer,
    NextInstallmentAnswer,
    PaymentAnswer,
    PayoffAnswer,
    PositionAnswer,
    ReversalAnswer,
)


def loan_answer(account: LoanAccount) -> LoanAnswer:
    loan = account.position.loan
    return LoanAnswer(
        loan_id=loan.loan_id,
        borrower_id=loan.borrower_id,
        merchant_id=loan.merchant_id,
        currency=loan.currency,
        principal=format_amount(loan.principal_minor, loan.currency),
        granted_on=loan.granted_on,
        purpose=loan.purpose,
        late_interest_daily_rate=f"{loan.late_interest_daily_rate:f}",
        cancelled_on=loan.cancelled_on,
        installments=[_installment(each, loan.currency) for each in account.position.installments],
        position=_position(account),
    )


def payment_answer(payment: Payment, currency: str) -> PaymentAnswer:
    reversal = payment.reversal
    return PaymentAnswer(
        payment_id=payment.payment_id,
        loan_id=payment.loan_id,
        amount=format_amount(payment.amount_minor, currency),
        paid_on=payment.paid_on,
        method=payment.method,
        reference=payment.reference,
        reversal=reversal and ReversalAnswer(**reversal.model_dump(exclude={"payment_id"})),
    )


def _installment(each: InstallmentPosition, currency: str) -> InstallmentAnswer:
    terms = each.installment
    return InstallmentAnswer(
        number=terms.number,
        due_on=terms.due_on,
        principal=format_amount(terms.principal_minor, currency),
        interest=format_amount(terms.interest_minor, currency),
        charges=format_amount(terms.charges_minor, currency),
        amount=format_amount(terms.amount_minor, currency),
        state=each.state,
        unpaid=format_amount(each.unpaid_minor, currency),
        paid_on=each.paid_on,
        days_past_due=each.days_past_due,
    )


def _position(account: LoanAccount) -> PositionAnswer:
    position, currency = account.position, account.currency
    upcoming, balance = position.next_installment, position.balance
    return PositionAnswer(
        as_of=account.as_of,
        on=position.as_of,
        state=position.state,
        days_past_due=position.days_past_due,
        installments_paid=position.installments_paid,
        left_to_pay=format_amount(position.left_to_pay_minor, currency),
        balance=BalanceAnswer(
            principal=format_amount(balance.principal_minor, currency),
            interest=format_amount(balance.interest_minor, currency),
            charges=format_amount(balance.charges_minor, currency),
            late_interest=format_amount(balance.late_interest_minor, currency),
        ),
        overdue=format_amount(position.overdue_minor, currency),
        to_bring_up_to_date=format_amount(position.amount_to_bring_up_to_date_minor, currency),
        overpaid=format_amount(position.overpaid_minor, currency),
        next_installment=upcoming
        and NextInstallmentAnswer(
            number=upcoming.installment.number,
            due_on=upcoming.installment.due_on,
            unpaid=format_amount(upcoming.unpaid_minor, currency),
        ),
        payoff=_payoff(position, currency),
        paid_off_on=position.paid_off_on,
    )


def _payoff(position: LoanPosition, currency: str) -> PayoffAnswer | None:
    if position.left_to_pay_minor == 0:
        return None
    payoff = position.payoff(position.as_of)
    return PayoffAnswer(
        on=payoff.on,
        amount=format_amount(payoff.amount_minor, currency),
        late_interest=format_amount(payoff.late_interest_minor, currency),
        increase_per_day=format_amount(payoff.increase_per_day_minor, currency),
    )
