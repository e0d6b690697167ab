"""`fiado letter verify` as a person calls it, and the line of `check`."""

import os
import subprocess
import sys
from contextlib import ExitStack
from datetime import timedelta
from hashlib import sha256

import pytest
from click.testing import CliRunner
from pymongo import MongoClient

from bot.cli import main
from bot.clock import Clock
from bot.settings import Settings
from bot.settings import settings as settings_of_the_process
from bot.signing_key import letter_signing_key, own_certificates
from domain.letter import StoredFile
from domain.letter_content import LetterKind
from pdfs.letter_signer import LetterSigner
from pdfs.letters import render_letter
from pdfs.signature_check import check_signature
from pdfs.signing_key import SELF_MADE_FILE, self_made_key
from tests.issued_letters import IN_STATE, NOON, a_service
from tests.test_architecture import PRODUCTION

FIADO = (sys.executable, "-m", "bot.cli")


@pytest.fixture
def wired(indexed, tmp_path):
    """Its clock stands at noon of a day that the command is told of by the offset file."""
    return a_service(indexed, tmp_path)


@pytest.fixture
def environment(wired, mongo_uri, tmp_path):
    """What leads `fiado` to the service's database and data directory, at the service's time."""

    def environment():
        offset = wired.clock.now() - Clock().machine_now()
        (tmp_path / "clock_offset").write_text(str(round(offset.total_seconds())))
        return {
            "MONGODB_URI": mongo_uri,
            "MONGODB_DATABASE": wired.database.name,
            "FIADO_DATA_DIR": str(tmp_path),
            "PUBLIC_BASE_URL": "https://fiado.example",
        }

    return environment


@pytest.fixture
def fiado(environment, monkeypatch):
    """Run `fiado` in this process: to start two for each case takes longer than all they do."""
    with ExitStack() as connections:

        def connect(*arguments, **options):
            # a command leaves its connections to the end of its process
            return connections.enter_context(MongoClient(*arguments, **options))

        def fiado(*arguments, **changes):
            settings_of_the_process.cache_clear()
            texts = [str(each) for each in arguments]
            return CliRunner().invoke(main, texts, env=environment() | changes, prog_name="fiado")

        monkeypatch.setattr("storage.mongo.MongoClient", connect)
        monkeypatch.setattr("bot.commands.letter_verify.check_from_stranger", check_signature)
        yield fiado
    settings_of_the_process.cache_clear()


@pytest.fixture
def fiado_process(environment):
    """Run `fiado` as an operator's shell does."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    def fiado(*arguments):
        return subprocess.run(
            [*FIADO, *map(str, arguments)],
            env=kept | environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return fiado


def printed(wired, letter, key=None):
    """The letter's document, signed, and noted in the register as the one that was issued."""
    own = letter_signing_key(wired.settings, wired.site.legal_name, now=NOON)
    pdf = LetterSigner(key or own)(render_letter(letter.content, logo=None), letter.content)
    wired.letter_printing.note_printed(
        letter.folio,
        StoredFile(file_id=letter.file_id, size_bytes=len(pdf), sha256=sha256(pdf).hexdigest()),
    )
    return pdf


@pytest.fixture
def file(tmp_path):
    return tmp_path / "letter.pdf"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        pytest.param("valid", "valid\n", id="valid"),
        pytest.param("expired", "expired\n", id="expired"),
        pytest.param("superseded", "superseded by AR-LD-2026-000002\n", id="superseded"),
        pytest.param("revoked", "revoked on 2026-11-25\n", id="revoked"),
    ],
)
def test_an_authentic_letter_is_told_with_its_state(fiado, wired, file, state, told):
    letter = IN_STATE[state](wired, kind=LetterKind.NO_DEBT)
    file.write_bytes(printed(wired, letter))
    result = fiado("letter", "verify", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "AUTHENTIC: issued by Fiado Créditos S.A., unchanged since\n"
        "  folio        AR-LD-2026-000001\n"
        "  kind         Libre deuda\n"
        f"  state        {told}"
        "  issued       2026-11-23 12:00 (America/Argentina/Buenos_Aires)\n"
        "  valid until  2026-12-23\n"
    )


def test_as_a_program_it_tells_in_its_exit_code_too(fiado_process, wired, file):
    file.write_bytes(printed(wired, IN_STATE["valid"](wired)))
    whole = fiado_process("letter", "verify", file)
    file.write_bytes(file.read_bytes() + b"x")
    changed = fiado_process("letter", "verify", file)
    assert [each.returncode for each in (whole, changed)] == [0, 1]
    assert [each.stderr for each in (whole, changed)] == ["", ""]
    assert whole.stdout.startswith("AUTHENTIC: issued by")
    assert changed.stdout.startswith("NOT AUTHENTIC: it was changed")


def test_nothing_personal_is_printed(fiado, wired, file):
    letter = IN_STATE["revoked"](wired)
    file.write_bytes(printed(wired, letter))
    told = fiado("letter", "verify", file).stdout
    holder = letter.content.holder
    secrets = [*holder.name.split(), holder.document_number, letter.loan_id, letter.code, "cheque"]
    assert [secret for secret in secrets if secret in told] == []


def altered(wired, letter):
    pdf = printed(wired, letter)
    at = pdf.index(b"stream\n") + 40
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def appended(wired, letter):
    return printed(wired, letter) + b"% more\n"


def unsigned(_wired, letter):
    return render_letter(letter.content, logo=None)


def by_another_key(wired, letter):
    printed(wired, letter)
    key = self_made_key(wired.settings.fiado_data_dir / "other.p12", wired.site.legal_name)
    return LetterSigner(key)(render_letter(letter.content, logo=None), letter.content)


def never_issued(wired, letter):
    return printed(wired, letter.model_copy(update={"content": a_content(letter, "000777")}))


def not_what_was_issued(wired, letter):
    """Signed by us, say by a press that was told other facts; another one was stored first."""
    printed(wired, letter)
    other = letter.content.model_copy(update={"addressee": "Otro"})
    return printed(wired, letter.model_copy(update={"content": other}))


def a_content(letter, number):
    return letter.content.model_copy(update={"folio": letter.folio[:-6] + number})


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(altered, "changed after it was signed", id="a byte changed"),
        pytest.param(appended, "changed after it was signed", id="something added"),
        pytest.param(unsigned, "carries no signature", id="not signed"),
        pytest.param(by_another_key, "not signed with a key of ours", id="another key"),
        pytest.param(never_issued, "the register has no such letter", id="never issued"),
        pytest.param(not_what_was_issued, "not the document issued", id="another document"),
        pytest.param(lambda *_: b"%PDF-1.7\n", "damaged", id="a header alone"),
        pytest.param(lambda *_: b"%PDF-1.7\n" + bytes(50_000_000), "larger", id="50 MB"),
    ],
)
def test_what_is_not_authentic_is_told_why_in_one_line(fiado, wired, file, make, reason):
    file.write_bytes(make(wired, IN_STATE["valid"](wired)))
    result = fiado("letter", "verify", file)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("NOT AUTHENTIC: ")
    assert reason in result.stdout
    assert result.stdout.count("\n") == 1


def test_a_letter_signed_before_the_key_was_replaced_stays_authentic(fiado, wired, file):
    letter = IN_STATE["valid"](wired)
    former = self_made_key(wired.settings.fiado_data_dir / "former.p12", "Fiado")
    file.write_bytes(printed(wired, letter, key=former))
    result = fiado("letter", "verify", file)
    assert result.exit_code == 0
    assert "signed with an earlier key of ours" in result.stdout


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x03\x04" + bytes(3000)], ids=["empty", "text", "zip"]
)
def test_what_is_no_pdf_is_bad_usage_in_one_line(fiado, file, content):
    file.write_bytes(content)
    result = fiado("letter", "verify", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: {file} is not a PDF\n"


@pytest.mark.parametrize("path", ["/", "/nowhere.pdf"], ids=["a folder", "missing"])
def test_what_cannot_be_read_is_bad_usage(fiado, path):
    result = fiado("letter", "verify", path)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr


def test_the_register_away_is_one_line(fiado, wired, file):
    file.write_bytes(printed(wired, IN_STATE["valid"](wired)))
    result = fiado("letter", "verify", file, MONGODB_URI="mongodb://127.0.0.1:1/?replicaSet=none")
    assert result.exit_code == 1
    assert "MongoDB does not answer" in result.stderr
    assert result.stderr.count("\n") == 1


def test_checking_makes_no_key(fiado, wired, file, tmp_path):
    file.write_bytes(render_letter(IN_STATE["valid"](wired).content, logo=None))
    fiado("letter", "verify", file)
    assert not (tmp_path / SELF_MADE_FILE).exists()


# --- which key the settings say


def settings(data_dir, **changes):
    return Settings(_env_file=None, fiado_data_dir=data_dir, **changes)


def in_production(data_dir, **changes):
    secret = {"webhook_secret_header": "X-Secret", "webhook_secret": "right"}
    return settings(data_dir, **PRODUCTION, **secret, **changes)


def test_a_self_made_key_is_warned_of_in_production_alone(tmp_path, capsys):
    letter_signing_key(settings(tmp_path), "Fiado", now=NOON)
    assert "letters_signed_with_self_made_key" not in capsys.readouterr().out
    letter_signing_key(in_production(tmp_path), "Fiado", now=NOON)
    assert "letters_signed_with_self_made_key" in capsys.readouterr().out


def test_the_lenders_key_is_used_and_earlier_letters_still_count(tmp_path):
    made = letter_signing_key(settings(tmp_path), "Fiado", now=NOON)
    own = self_made_key(tmp_path / "lender.p12", "Prestamista")
    configured = in_production(tmp_path, letter_signing_key_file=tmp_path / "lender.p12")
    assert letter_signing_key(configured, "Fiado", now=NOON) == own
    assert own_certificates(configured) == {made.certificate, own.certificate}


def test_an_expired_key_signs_no_more_but_its_letters_still_count(tmp_path):
    own = self_made_key(tmp_path / "lender.p12", "Prestamista")
    configured = in_production(tmp_path, letter_signing_key_file=tmp_path / "lender.p12")
    with pytest.raises(Exception, match="expired"):
        letter_signing_key(configured, "Fiado", now=NOON + timedelta(days=30 * 365))
    assert own_certificates(configured) == {own.certificate}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param({}, "signing key    ok      self-made", id="local"),
        pytest.param({"LETTER_SIGNING_KEY_FILE": "lender.p12"}, "ok      Prestamista", id="own"),
        pytest.param({"LETTER_SIGNING_KEY_FILE": "no.p12"}, "FAILED  ", id="missing"),
    ],
)
def test_check_names_the_signing_key(fiado, tmp_path, changes, line):
    self_made_key(tmp_path / "lender.p12", "Prestamista")
    named = {name: str(tmp_path / value) for name, value in changes.items()}
    [told] = [each for each in fiado("check", **named).stdout.splitlines() if "signing key" in each]
    assert line in told
