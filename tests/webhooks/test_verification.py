"""What a stranger learns from the public check: whether the letter holds, and nothing more."""

import logging
import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from prometheus_client.registry import REGISTRY
from pymongo import MongoClient
from pymongo.errors import AutoReconnect
from pymongo.monitoring import CommandListener

from bot.bootstrap import build_services
from bot.services.letter_checks import CHECKS_A_MINUTE, WRONG_CODES_AN_HOUR
from bot.settings import Settings
from domain.letter import grouped_code
from domain.letter_content import LetterKind
from tests.issued_letters import IN_STATE, a_service, issue
from webhooks.app import create_app

WRONG = "ZZZZZZZZZZZZZZZZ"
NOWHERE = "AR-LS-2026-999999"


@pytest.fixture
def wired(indexed, tmp_path):
    return a_service(indexed, tmp_path)


@pytest.fixture
def client(wired):
    return create_app(wired).test_client()


def check(client, folio, code=None, **changes):
    query = {} if code is None else {"c": code}
    return client.get(f"/verificar/{quote(folio, safe='')}", query_string=query, **changes)


def text_of(answer):
    """What is read on the page, without markup and typed values."""
    body = re.sub(r"<(style|svg)\b.*?</\1>|<input[^>]*>", "", answer.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


TOLD = {
    "valid": ("Carta vigente", "puede aceptarse hasta el", "anulada"),
    "expired": ("Carta vencida", "terminó el", "vigente"),
    "superseded": ("Carta reemplazada", "24/11/2026", "Nación"),
    "revoked": ("Carta anulada", "desde el 25/11/2026", "cheque"),
}


@pytest.mark.parametrize("kind", LetterKind, ids=lambda kind: kind.value)
@pytest.mark.parametrize("state", IN_STATE)
def test_each_state_is_told_with_what_it_means(wired, client, kind, state):
    letter = IN_STATE[state](wired, kind=kind)
    title, told, not_told = TOLD[state]
    answer = check(client, letter.folio, letter.code)
    page = text_of(answer)
    assert answer.status_code == 200
    assert f"<h1>{title}</h1>" in answer.text
    assert told in page
    assert not_told not in page
    assert letter.folio in page
    assert "Qué hacer:" in page
    assert wired.site.issuer.contact in page


def test_a_balance_letter_shows_three_facts_to_compare(wired, client):
    letter = issue(wired)
    page = text_of(check(client, letter.folio, letter.code))
    facts = page.partition("Tres datos para comparar con la carta")[2]
    assert "Titular R••••• D•••" in facts
    assert "DNI ••.•••.456" in facts
    assert "Saldo total $ " in facts
    assert "Crédito y fecha de emisión ••" in facts
    assert "23/11/2026" in facts


def test_a_no_debt_letter_shows_the_day_of_full_payment_and_no_amount(wired, client):
    letter = issue(wired, LetterKind.NO_DEBT)
    page = text_of(check(client, letter.folio, letter.code))
    paid_off_on = letter.content.paid_off_on
    assert f"Pagado por completo el {paid_off_on:%d/%m/%Y}" in page
    assert "$" not in page


def test_panama_speaks_of_its_own_letters(indexed, tmp_path):
    wired = a_service(indexed, tmp_path, country="PA")
    letter = issue(wired, LetterKind.NO_DEBT, phone="50765550104")
    answer = check(create_app(wired).test_client(), letter.folio, letter.code)
    page = text_of(answer)
    assert '<html lang="es-PA">' in answer.text
    assert f"Paz y salvo {letter.folio}" in page
    assert "Préstamo y fecha de emisión" in page
    assert "Crédito Istmo, S.A." in page


@pytest.mark.parametrize("state", IN_STATE)
@pytest.mark.parametrize("kind", LetterKind, ids=lambda kind: kind.value)
def test_nothing_whole_leaves_the_service(wired, client, state, kind):
    letter = IN_STATE[state](wired, kind=kind, addressee="Cooperativa Secreta")
    html = check(client, letter.folio, letter.code).text
    content = letter.content
    secrets = [
        *(part for part in content.holder.name.split() if len(part) > 1),
        content.holder.document_number,
        content.holder.document_number[:4],
        content.operation.loan_id,
        content.operation.merchant_name,
        content.operation.purpose,
        letter.code,
        grouped_code(letter.code),
        letter.borrower_id,
        "Cooperativa Secreta",
        "cheque",
    ]
    assert [secret for secret in secrets if secret and secret in html] == []


@pytest.mark.parametrize(
    ("folio", "code"),
    [
        pytest.param(str.lower, str.lower, id="small letters"),
        pytest.param(lambda text: f" {text} ", grouped_code, id="as printed"),
        pytest.param(lambda text: text.replace("-", " - "), "\t".join, id="blanks between"),
        pytest.param(
            str, lambda text: "".join(chr(ord(each) + 0xFEE0) for each in text), id="full width"
        ),
    ],
)
def test_what_is_typed_may_be_spaced_and_written_as_people_do(wired, client, folio, code):
    letter = issue(wired)
    assert check(client, folio(letter.folio), code(letter.code)).status_code == 200


def test_the_form_leads_to_the_same_answer(wired, client):
    letter = issue(wired)
    form = client.get("/verificar")
    assert form.status_code == 200
    assert 'name="folio"' in form.text
    assert 'name="c"' in form.text
    assert form.text == client.get("/verificar/").text
    filled_in = client.get("/verificar", query_string={"folio": letter.folio, "c": letter.code})
    assert filled_in.text == check(client, letter.folio, letter.code).text


def test_what_does_not_exist_is_one_page_whatever_the_reason(wired, client):
    letter = issue(wired)
    almost = letter.code[:-1] + ("A" if letter.code[-1] != "A" else "B")
    answers = [
        check(client, folio, code)
        for folio, code in [
            (letter.folio, almost),
            (letter.folio, WRONG),
            (letter.folio, ""),
            (letter.folio, None),
            (NOWHERE, letter.code),
            ("nonsense", letter.code),
            ("AR/LS/2026", letter.code),
        ]
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({text_of(answer) for answer in answers}) == 1
    assert len({frozenset(answer.headers.keys()) for answer in answers}) == 1
    assert "No existe una carta con ese folio y ese código" in text_of(answers[0])


class Asked(CommandListener):
    """What is asked of MongoDB, without the values."""

    def __init__(self):
        self.commands = []

    def started(self, event):
        shape = {name: event.command.get(name) for name in ("projection", "upsert")}
        target = event.command.get(event.command_name)
        self.commands.append((event.command_name, target, str(shape)))

    def succeeded(self, event):
        """Not asked."""

    def failed(self, event):
        """Not asked."""


def test_a_wrong_code_and_an_unknown_folio_cost_the_same(wired, mongo_uri, tmp_path):
    letter = issue(wired)
    asked = Asked()
    with MongoClient(mongo_uri, tz_aware=True, event_listeners=[asked]) as watched:
        same = build_services(wired.settings, database=watched[wired.database.name])
        client = create_app(same).test_client()
        check(client, "warm-up", WRONG)
        costs = []
        for folio in (letter.folio, NOWHERE):
            asked.commands.clear()
            assert check(client, folio, WRONG).status_code == 404
            costs.append(list(asked.commands))
    assert costs[0] == costs[1]
    assert [name for name, *_ in costs[0]] == ["findAndModify", "find", "findAndModify"]


ANY_TEXT = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="AR-LS2026 \t0\x00\u202e/.%<>\"'", max_size=40),
    st.sampled_from(["\x00", "A" * 10_000, "../../etc/passwd", "AR-LS-2026-000001\x00", "🙂" * 50]),
)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(folio=ANY_TEXT, code=ANY_TEXT)
def test_nonsense_gets_the_same_page_and_never_an_error(wired, folio, code):
    wired.database["rate_limits"].delete_many({})
    client = create_app(wired).test_client()
    answer = client.get("/verificar", query_string={"folio": folio, "c": code})
    assert answer.status_code == 404
    assert "No existe una carta" in answer.text
    assert len(answer.text) < 20_000


def test_typed_markup_is_text(client):
    answer = client.get("/verificar", query_string={"folio": '"><script>x', "c": "<b>"})
    assert "<script" not in answer.text
    assert "&lt;script&gt;x" in answer.text


def test_after_too_many_checks_an_address_waits(wired, client):
    letter = issue(wired)
    for _ in range(CHECKS_A_MINUTE):
        assert check(client, letter.folio, letter.code).status_code == 200
    refused = check(client, letter.folio, letter.code)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "Demasiados intentos" in text_of(refused)
    assert letter.folio not in refused.text
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert check(client, letter.folio, letter.code, environ_base=elsewhere).status_code == 200


def test_wrong_codes_of_a_folio_run_out_whether_it_exists_or_not(wired, client):
    letter = issue(wired)
    for folio in (letter.folio, NOWHERE):
        tries = [
            check(client, folio, WRONG, environ_base={"REMOTE_ADDR": f"10.1.0.{number}"})
            for number in range(WRONG_CODES_AN_HOUR + 1)
        ]
        assert [each.status_code for each in tries] == [404] * WRONG_CODES_AN_HOUR + [429]
        assert 60 < int(tries[-1].headers["Retry-After"]) <= 3600
    assert check(client, letter.folio, letter.code).status_code == 200, "its holder is not shut out"


@pytest.mark.parametrize(
    ("hops", "same"),
    [
        pytest.param(0, True, id="no proxy: a header is only a claim"),
        pytest.param(1, False, id="behind one"),
    ],
)
def test_the_address_behind_a_proxy(indexed, tmp_path, hops, same):
    wired = a_service(indexed, tmp_path, proxy_hops=hops)
    client = create_app(wired).test_client()
    for last in (1, 2):
        header = {"X-Forwarded-For": f"203.0.113.9, 198.51.100.{last}"}
        check(client, NOWHERE, WRONG, headers=header)
    counters = wired.database["rate_limits"].count_documents({"_id": {"$regex": "^address"}})
    assert counters == (1 if same else 2)


@pytest.mark.parametrize(
    ("addresses", "counters"),
    [
        pytest.param(["2001:db8::1", "2001:db8::2"], 1, id="one subscriber"),
        pytest.param(["2001:db8::1", "2001:db8:0:1::1"], 2, id="two subscribers"),
        pytest.param(["198.51.100.1", "198.51.100.2"], 2, id="IPv4"),
        pytest.param(["", "socket"], 1, id="no address"),
    ],
)
def test_who_counts_as_one(wired, client, addresses, counters):
    for address in addresses:
        check(client, "nonsense", WRONG, environ_base={"REMOTE_ADDR": address})
    stored = [each["_id"] for each in wired.database["rate_limits"].find()]
    assert len(stored) == counters
    assert not [each for each in stored if "2001" in each or "198.51" in each]


def test_counters_forget_themselves(wired, client):
    check(client, NOWHERE, WRONG)
    [index] = [
        each
        for each in wired.database["rate_limits"].list_indexes()
        if "expireAfterSeconds" in each
    ]
    assert (list(index["key"]), index["expireAfterSeconds"]) == (["ends_at"], 0)
    assert all(each["ends_at"] for each in wired.database["rate_limits"].find())


def test_without_counters_letters_are_still_checked(wired, client, monkeypatch, capsys):
    letter = issue(wired)

    def fail(*_arguments, **_options):
        raise AutoReconnect

    monkeypatch.setattr(wired.letter_checks._limits, "count", fail)
    assert check(client, letter.folio, letter.code).status_code == 200
    assert check(client, letter.folio, WRONG).status_code == 404
    assert "rate_limit_unavailable" in capsys.readouterr().out


def test_without_a_store_a_person_is_told_that_it_is_not_the_letter(tmp_path):
    settings = Settings(_env_file=None, fiado_data_dir=tmp_path)
    with MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50) as away:
        client = create_app(build_services(settings, database=away["x"])).test_client()
        answer = check(client, NOWHERE, WRONG)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "no dice nada sobre la carta" in text_of(answer)


def test_look_ups_are_counted_with_the_letter_and_by_outcome(wired, client):
    def counted(outcome):
        return REGISTRY.get_sample_value("fiado_letter_checks_total", {"outcome": outcome}) or 0

    before = {outcome: counted(outcome) for outcome in ("valid", "not_found")}
    letter = issue(wired)
    check(client, letter.folio, letter.code)
    check(client, letter.folio, letter.code)
    check(client, letter.folio, WRONG)
    assert wired.letters.find(letter.folio).lookups == 2
    assert counted("valid") == before["valid"] + 2
    assert counted("not_found") == before["not_found"] + 1


@pytest.mark.parametrize("path", ["/verificar", "/verificar/{folio}?c={code}", "/verificar/x?c=y"])
def test_pages_are_kept_from_caches_robots_frames_and_scripts(wired, client, path):
    letter = issue(wired)
    headers = client.get(path.format(folio=letter.folio, code=letter.code)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "noindex" in headers["X-Robots-Tag"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "Set-Cookie" not in headers


def test_no_code_is_logged(wired, client, capsys, caplog):
    caplog.set_level(logging.INFO)
    letter = issue(wired)
    capsys.readouterr()
    check(client, letter.folio, letter.code)
    check(client, NOWHERE, WRONG)
    logged = capsys.readouterr()
    everything = logged.out + logged.err + caplog.text
    assert "letter_checked" in everything
    assert letter.code not in everything
    assert WRONG not in everything
