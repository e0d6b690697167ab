"""Rendering and signing a letter, and how much of it is not xhtml2pdf's own work.

`fiado bench letters`, or `python -m tests.benchmarks.letters [LETTERS]`. Each round lays the same
page out three times: as the service does it, by xhtml2pdf alone with its own defaults (the
baseline), and through the press's process. Targets: p50 of at most 120 ms, at most 40 % outside
xhtml2pdf. The processor's own time is told too: others at work on the machine stretch the clock's.
"""

import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

from xhtml2pdf import pisa

from domain.country import country_codes
from domain.letter_content import AnyLetterContent, LetterKind
from pdfs.letter_signer import LetterSigner
from pdfs.letters import TEMPLATES, letter_html
from pdfs.press import Press
from pdfs.renderer import NOTHING_LOADED, render_html
from pdfs.samples import sample
from pdfs.signing_key import self_made_key

WARM_UP = 5
PARTS = ("words and page", "xhtml2pdf", "signature")

Result = TypeVar("Result")


class Stopwatch:
    def __init__(self) -> None:
        self.took: dict[str, list[float]] = defaultdict(list)
        self.worked: dict[str, list[float]] = defaultdict(list)

    def time(self, name: str, work: Callable[[], Result]) -> Result:
        started, before = perf_counter(), process_time()
        result = work()
        self.took[name].append((perf_counter() - started) * 1000)
        self.worked[name].append((process_time() - before) * 1000)
        return result

    def total(self, name: str, parts: tuple[str, ...]) -> None:
        """Count the last times of some parts as one."""
        for times in (self.took, self.worked):
            times[name].append(sum(times[part][-1] for part in parts))

    def start_again(self) -> None:
        self.took.clear()
        self.worked.clear()

    def cpu(self, name: str) -> float:
        return statistics.median(self.worked[name])

    def p50(self, name: str) -> float:
        return statistics.median(self.took[name])

    def p95(self, name: str) -> float:
        return sorted(self.took[name])[int(len(self.took[name]) * 0.95)]


def one_round(
    watch: Stopwatch, content: AnyLetterContent, signer: LetterSigner, press: Press
) -> None:
    template = TEMPLATES[content.kind]

    def words() -> tuple[str, object]:
        facts = template.facts(content)
        return letter_html(template, facts, 1, None), facts.metadata

    html, metadata = watch.time("words and page", words)
    rendered = watch.time("xhtml2pdf", lambda: render_html(html, metadata))
    watch.time("signature", lambda: signer(rendered.pdf, content))
    watch.total("letter", PARTS)
    watch.time("bare", lambda: pisa.pisaDocument(html, BytesIO(), resource_policy=NOTHING_LOADED))
    watch.time("press", lambda: press.print_letter(content))


def report(title: str, watch: Stopwatch) -> None:
    outside = 1 - watch.cpu("xhtml2pdf") / watch.cpu("letter")
    print(f"{title:18} {'p50 ms':>8} {'p95 ms':>8} {'cpu ms':>8}")
    for name in ("letter", *PARTS, "bare"):
        print(f"  {name:16} {watch.p50(name):8.1f} {watch.p95(name):8.1f} {watch.cpu(name):8.1f}")
    print(f"  {'by the press':16} {watch.p50('press'):8.1f} {watch.p95('press'):8.1f}")
    print(f"  {'letter / bare':16} {watch.cpu('letter') / watch.cpu('bare'):8.2f}")
    print(f"  {'not xhtml2pdf':16} {outside:8.0%}")


def main(letters: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        signer = LetterSigner(self_made_key(Path(folder) / "key.p12", "Fiado Créditos S.A."))
        with Press(signer) as press:
            for kind in LetterKind:
                for country in country_codes():
                    watch = Stopwatch()
                    for number in range(WARM_UP + letters):
                        if number == WARM_UP:
                            watch.start_again()
                        one_round(watch, sample(kind, country), signer, press)
                    report(f"{kind} {country}", watch)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
