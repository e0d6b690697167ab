"""What can go wrong between a letter's facts and its document. All of it travels by pickle."""

import traceback


class PressError(Exception):
    """The document was not made this time; another attempt may do."""


class UnusableLogo(PressError):
    """No letter can bear this picture."""

    def __str__(self) -> str:
        return (
            "the logo cannot be printed: make it a PNG or JPEG of at most 20 million pixels, "
            "or leave `logo` out of the site file"
        )


class UnusableMerchantLogo(PressError):
    """No letter can bear the logo of its merchant; it may do without."""

    def __str__(self) -> str:
        return "the merchant's logo cannot be printed: put it anew"


class LetterRenderError(PressError):
    """A template could not be laid out with these facts."""

    def __init__(self, template: str, cause: str) -> None:
        super().__init__(template, cause)
        self.template, self.cause = template, cause

    def __str__(self) -> str:
        return f"template {self.template}: {self.cause}"


def kind_and_place(error: Exception) -> str:
    """What failed and where, without its message: that may hold what stands on the letter."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.filename}, line {frame.lineno}"
