from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from gridfs.errors import CorruptGridFile

from storage.files import Files

LETTER = "letter:AR-LD-2026-000001"
PDF = {"name": "libre-deuda_AR-LD-2026-000001.pdf", "content_type": "application/pdf"}
LARGE = bytes(range(256)) * 3000


@pytest.fixture
def files(indexed):
    return Files(indexed)


def read(files, file_id=LETTER):
    return files.open(file_id).stream.read()


def test_a_file_is_given_back_as_it_was_stored(files):
    stored = files.put_once(LETTER, LARGE, **PDF)
    assert stored == files.find(LETTER)
    assert (stored.size_bytes, stored.sha256) == (len(LARGE), sha256(LARGE).hexdigest())
    opened = files.open(LETTER)
    assert (opened.name, opened.content_type) == (PDF["name"], PDF["content_type"])
    assert opened.stream.read() == LARGE


def test_there_is_nothing_before_it_is_stored(files):
    assert files.find(LETTER) is None
    assert files.open(LETTER) is None


def test_the_first_one_stays(files, indexed):
    first = files.put_once(LETTER, b"first", **PDF)
    assert files.put_once(LETTER, b"second", **PDF) == first
    assert read(files) == b"first"
    assert indexed["files.chunks"].count_documents({}) == 1


def test_of_many_at_once_one_is_stored_and_nothing_else_is_left(files, indexed):
    contents = [bytes([number]) * 600_000 for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        stored = list(pool.map(lambda each: files.put_once(LETTER, each, **PDF), contents))
    assert len({each.sha256 for each in stored}) == 1
    assert sha256(read(files)).hexdigest() == stored[0].sha256
    assert indexed["files.files"].count_documents({}) == 1
    chunks = indexed["files.chunks"].distinct("files_id")
    assert chunks == [indexed["files.files"].find_one()["_id"]]


def test_an_attempt_that_was_killed_shows_nothing_and_is_cleared_away(files, indexed):
    killed = files._bucket.open_upload_stream_with_id(f"{LETTER}/killed", LETTER)
    killed.write(LARGE)
    assert indexed["files.chunks"].count_documents({}) == 0
    killed._flush_data(b"", force=True)
    assert indexed["files.chunks"].count_documents({}) > 0
    assert files.find(LETTER) is None
    assert files.open(LETTER) is None
    files.put_once(LETTER, LARGE, **PDF)
    assert read(files) == LARGE
    assert indexed["files.chunks"].count_documents({"files_id": f"{LETTER}/killed"}) == 0


def test_a_slow_attempt_that_was_overtaken_leaves_nothing(files, indexed):
    faster = files.put_once

    class Slow(Files):
        def _put(self, *arguments):
            faster(LETTER, b"faster", **PDF)
            return super()._put(*arguments)

    assert Slow(indexed).put_once(LETTER, b"slow", **PDF) == files.find(LETTER)
    assert read(files) == b"faster"
    assert indexed["files.chunks"].count_documents({}) == 1


def test_files_whose_ids_begin_alike_are_left_alone(files):
    for file_id in (f"{LETTER}0", f"{LETTER}-b", LETTER):
        files.put_once(file_id, file_id.encode(), **PDF)
    for file_id in (f"{LETTER}0", f"{LETTER}-b", LETTER):
        assert read(files, file_id) == file_id.encode()


def test_a_file_that_lost_a_part_is_never_given_in_part(files, indexed):
    files.put_once(LETTER, LARGE, **PDF)
    indexed["files.chunks"].delete_one({"n": 1})
    with pytest.raises(CorruptGridFile):
        read(files)
