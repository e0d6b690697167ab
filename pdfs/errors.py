"""What can go wrong between a letter's facts and its document."""


class PressError(Exception):
    """The document was not made this time; another attempt may do."""


class LetterRenderError(PressError):
    """A template could not be laid out with these facts."""

    def __init__(self, template: str, cause: str) -> None:
        super().__init__(f"template {template}: {cause}")
        self.template = template

    def __reduce__(self) -> tuple[type[Exception], tuple[str, ...]]:
        # it travels between processes
        message = str(self.args[0])
        return type(self), (self.template, message.removeprefix(f"template {self.template}: "))
