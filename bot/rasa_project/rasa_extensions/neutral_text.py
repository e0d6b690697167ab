"""Typed text is never a command: removes what Rasa's `RegexMessageHandler` would obey."""

import unicodedata


def neutralise(text: str) -> str:
    """The text without slashes in front, so that neither Rasa nor a normaliser finds a command.

    Rasa reads `/intent@0.9{"slot": 1}` after `str.strip()`; a later NFKC would turn a full-width
    slash into a plain one, so its look-alikes and invisible characters before it go as well.
    """
    found_slash = False
    for index, character in enumerate(text):
        if unicodedata.normalize("NFKC", character).startswith("/"):
            found_slash = True
        elif not _is_unseen(character):
            return text[index:] if found_slash else text
    return "" if found_slash else text


def _is_unseen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] in "ZC"
