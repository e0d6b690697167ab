"""What follows for letters from what happened to loans, and the notices of it."""

from bot.bootstrap import Services


def review_letters(services: Services) -> None:
    """Revoke, issue and offer what is due, then say what waits to be said."""
    services.letter_followups.review_due()
    services.letter_wishes.drop_old()
    services.letter_notice_queue.say_due()
