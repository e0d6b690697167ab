from datetime import UTC, date, datetime

import pytest

from bot.site import DEFAULT_SITE_FILE, InvalidSiteFileError, load_site

SUNDAY_NIGHT_UTC = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture
def changed_site(tmp_path):
    """Writes a copy of the default site file with some of its text replaced."""

    def change(**replacements):
        text = DEFAULT_SITE_FILE.read_text(encoding="utf-8")
        for line, replacement in replacements.values():
            assert line in text
            text = text.replace(line, replacement)
        path = tmp_path / "site.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return change


def test_default_site():
    site = load_site()
    assert site.country == site.pack.code == "AR"
    assert site.local_date(SUNDAY_NIGHT_UTC) == date(2026, 11, 22)
    assert "pending_reply" in site.templates


@pytest.mark.parametrize(
    ("reply_ids", "payloads"),
    [
        pytest.param([], [], id="its own title"),
        pytest.param(["f1.a"], ["f1.a"], id="ours"),
        pytest.param(["f1.a", "f1.b"], ["f1.a"], id="as many as it has"),
    ],
)
def test_what_the_button_of_a_template_brings_back(reply_ids, payloads):
    template = load_site().template_for("letter_ready", reply_ids)
    assert (template.placeholders, template.button_payloads) == (["Fiado"], payloads)


def test_a_template_without_buttons_brings_nothing_back():
    assert load_site().template_for("pending_reply", ["f1.a"]).button_payloads == []
    assert load_site().template_for("unknown", ["f1.a"]) is None


def test_hours_know_national_holidays_and_own_closed_days():
    site = load_site()
    holiday, own_closed_day = date(2026, 11, 23), date(2026, 12, 24)
    for day in (holiday, own_closed_day):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=site.zone)
        assert not site.business.is_open(noon)
        assert site.business.is_open(noon.replace(day=day.day - 4 if day == holiday else 23))
    opening = site.handoff.next_opening(SUNDAY_NIGHT_UTC)
    assert opening == datetime(2026, 11, 24, 9, tzinfo=site.zone)


def test_a_site_may_work_on_national_holidays(changed_site):
    path = changed_site(
        holidays=("observes_national_holidays = true", "observes_national_holidays = false")
    )
    site = load_site(path)
    assert site.business.is_open(datetime(2026, 11, 23, 12, tzinfo=site.zone))


def test_handoff_hours_left_out_are_the_business_hours(changed_site):
    text = DEFAULT_SITE_FILE.read_text(encoding="utf-8")
    handoff = text[text.index("[handoff_hours]") : text.index("# Templates")]
    site = load_site(changed_site(hours=(handoff, "")))
    assert site.handoff == site.business


def test_a_panamanian_site(changed_site):
    path = changed_site(
        country=('country = "AR" ', 'country = "PA" '),
        currency=('currency = "ARS"', 'currency = "PAB"'),
        zone=("America/Argentina/Buenos_Aires", "America/Panama"),
    )
    site = load_site(path)
    assert site.pack.words.installment == "letra"
    assert site.local_date(SUNDAY_NIGHT_UTC) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(('country = "AR" ', 'country = "XX" '), ["country"], id="country"),
        pytest.param(('"ARS"', '"XXX"'), ["currency"], id="unknown currency"),
        pytest.param(('"ARS"', '"PAB"'), ["currency"], id="currency of another country"),
        pytest.param(("America/Argentina/Buenos_Aires", "../x"), ["time_zone"], id="zone"),
        pytest.param(("due_soon_days = 5", "due_soon_days = -1"), ["due_soon_days"], id="days"),
        pytest.param(("brand_name =", "brand ="), ["brand_name", "brand"], id="name of a field"),
        pytest.param(
            ('monday = ["09:00-13:00", ', 'monday = ["9-13", '),
            ["business_hours.monday"],
            id="hours",
        ),
        pytest.param(("https://", "ftp://"), ["privacy_notice_url"], id="address"),
        pytest.param(
            ('["brand_name"]\nbody = "Hola, somos {{1}}. Ten', '["loan_number"]\nbody = "Ten'),
            ["templates.pending_reply.placeholders.0"],
            id="fact that fills a template",
        ),
        pytest.param(("[business_hours]", "[business_hours"), ["is not TOML"], id="no TOML"),
    ],
)
def test_all_that_is_wrong_is_listed(changed_site, change, named):
    path = changed_site(change=change)
    with pytest.raises(InvalidSiteFileError) as refusal:
        load_site(path)
    lines = str(refusal.value).splitlines()
    assert len(lines) == len(named)
    for name in named:
        assert any(name in line and str(path) in line for line in lines)


def test_unreadable_files_are_told(tmp_path):
    with pytest.raises(InvalidSiteFileError, match="cannot be read"):
        load_site(tmp_path / "missing.toml")
    (tmp_path / "latin.toml").write_bytes('brand_name = "Ñandú"'.encode("latin-1"))
    with pytest.raises(InvalidSiteFileError, match="UTF-8"):
        load_site(tmp_path / "latin.toml")
