import os
from datetime import UTC, datetime, timedelta

import pytest

from bot import clock as clock_module
from bot.bootstrap import build_services
from bot.clock import Clock, FixedClock
from bot.settings import Settings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def offset_file(tmp_path, monkeypatch):
    monkeypatch.setattr(clock_module, "READ_EVERY_SECONDS", 0)
    return tmp_path / "clock_offset"


def shift(clock):
    return round((clock.now() - clock.machine_now()).total_seconds())


def test_now_is_now():
    clock = Clock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("content", "seconds"),
    [
        pytest.param("86400", 86_400, id="a day ahead"),
        pytest.param("-3600\n", -3_600, id="an hour back"),
        pytest.param("", 0, id="empty"),
    ],
)
def test_the_file_shifts_business_time_only(offset_file, content, seconds):
    offset_file.write_text(content)
    clock = Clock(offset_file)
    assert shift(clock) == seconds
    assert abs(clock.machine_now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_the_file_may_come_change_and_go(offset_file):
    clock = Clock(offset_file)
    assert shift(clock) == 0
    offset_file.write_text("60")
    assert shift(clock) == 60
    offset_file.unlink()
    assert shift(clock) == 0


@pytest.mark.parametrize("content", ["6x", "9" * 400, "1.5", "\xff"])
def test_nonsense_leaves_the_last_good_shift(offset_file, content):
    clock = Clock(offset_file)
    offset_file.write_text("60")
    assert shift(clock) == 60
    offset_file.write_text(content)
    assert shift(clock) == 60


def test_production_lives_in_the_present(tmp_path, database):
    (tmp_path / "clock_offset").write_text("86400")
    settings = Settings(
        _env_file=None,
        fiado_env="production",
        fiado_data_dir=tmp_path,
        secret_key="k" * 32,
        fiado_internal_token="t" * 32,
        infobip_base_url="https://example.invalid",
        infobip_api_key="key",
        infobip_sender="5491155550199",
        public_base_url="https://example.invalid",
        webhook_secret_header="X-Secret",
        webhook_secret="right",
    )
    assert shift(build_services(settings, database=database).clock) == 0


def test_a_fixed_clock_moves_when_told():
    clock = FixedClock(NOON)
    clock.move(timedelta(hours=1))
    assert clock.now() == clock.machine_now() == NOON + timedelta(hours=1)


def test_the_file_is_not_read_at_every_glance(tmp_path):
    path = tmp_path / "clock_offset"
    path.write_text("60")
    clock = Clock(path)
    assert shift(clock) == 60
    os.truncate(path, 0)
    assert shift(clock) == 60
