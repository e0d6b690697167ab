"""Ringing reaches every worker on this machine, and nobody who is gone."""

import socket
import time
from pathlib import Path
from threading import Event

import pytest

from bot.doorbell import Doorbell, DoorbellListener, bell_folder


@pytest.fixture
def heard(tmp_path: Path):
    rings = {"inbox": Event(), "outbox": Event()}
    listener = DoorbellListener(tmp_path, {name: ring.set for name, ring in rings.items()})
    listener.start()
    yield rings
    listener.stop()


def test_a_ring_is_heard_at_its_queue_alone(tmp_path, heard):
    Doorbell(tmp_path).ring("inbox")
    assert heard["inbox"].wait(2)
    assert not heard["outbox"].is_set()


def test_nobody_at_home_is_no_error(tmp_path):
    Doorbell(tmp_path).ring("inbox")


def test_the_bell_of_a_killed_worker_is_taken_down(tmp_path, heard):
    left = bell_folder(tmp_path) / "999999.bell"
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    dead.bind(str(left))
    dead.close()
    Doorbell(tmp_path).ring("outbox")
    assert heard["outbox"].wait(2)
    assert not left.exists()


def test_services_of_two_data_directories_do_not_hear_each_other(tmp_path, heard):
    other = tmp_path / "other"
    other.mkdir()
    Doorbell(other).ring("inbox")
    time.sleep(0.05)
    assert not heard["inbox"].is_set()
