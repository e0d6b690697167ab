"""Spelling as it comes from a phone, made from clean examples for training and for tests."""

from random import Random

NEIGHBOURS = {
    "a": "qsz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht",
    "h": "gjy", "i": "uok", "j": "hku", "k": "jli", "l": "kop", "m": "nj", "n": "bmh",
    "o": "ipl", "p": "ol", "q": "wa", "r": "etf", "s": "adw", "t": "ryg", "u": "yij",
    "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xas",
}  # fmt: skip
SOUND_SWAPS = (
    ("v", "b"), ("b", "v"), ("z", "s"), ("s", "z"), ("ce", "se"), ("ci", "si"), ("h", ""),
    ("ll", "y"), ("y", "ll"), ("qu", "k"), ("que", "q"), ("g", "j"),
)  # fmt: skip
SLIP_SHARE = 0.6
MERGED_SHARE = 0.15


def _slip(word: str, random: Random) -> str:
    """`word` with one letter lost, doubled, swapped with the next or hit beside."""
    place = random.randrange(len(word))
    kind = random.randrange(4)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    if kind == 2 and place + 1 < len(word):
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    beside = random.choice(NEIGHBOURS.get(word[place], word[place]))
    return word[:place] + beside + word[place + 1 :]


def _misspell(word: str, random: Random) -> str:
    possible = [(old, new) for old, new in SOUND_SWAPS if old in word]
    if not possible:
        return word
    old, new = random.choice(possible)
    return word.replace(old, new, 1)


def add_noise(text: str, random: Random, rate: float = 0.2) -> str:
    """`text` with about `rate` of its words damaged, and now and then two run together."""
    words: list[str] = []
    for word in text.split():
        damaged = _damage(word, random, rate)
        if words and random.random() < rate * MERGED_SHARE:
            words[-1] += damaged
        else:
            words.append(damaged)
    return " ".join(words)


def _damage(word: str, random: Random, rate: float) -> str:
    draw = random.random()
    if draw < rate * SLIP_SHARE and len(word) > 3:
        return _slip(word, random)
    if draw < rate and len(word) > 2:
        return _misspell(word, random)
    return word
