"""Loading a portfolio: good lines are stored, bad ones are told, and doing it again is harmless."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from storage.json_lines import MAX_LINE_BYTES, Line, read_lines
from storage.mongo import MongoDatabase
from storage.portfolio_batch import Portfolio, PortfolioBatch
from storage.portfolio_records import Record, read_record
from storage.record_errors import RecordError

BATCH_LINES = 1_000
BATCH_BYTES = 4 * MAX_LINE_BYTES

BadLine = Callable[[int, str], None]
"""Told the number of a bad line and what is wrong with it."""


@dataclass
class ImportResult:
    """Lines of a file by what became of them; a record given twice in a batch counts once."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    bad_lines: int = 0


def import_portfolio(
    database: MongoDatabase,
    file: BinaryIO,
    on_bad_line: BadLine,
    on_progress: Callable[[int], None] = lambda _bytes_read: None,
) -> ImportResult:
    """
    Store every good line of `file`, in memory that does not grow with it.

    A record may refer to what is stored and to earlier lines. Importing a file again, or two
    files at once, leaves each record as its latest good line says.
    """
    portfolio, result = Portfolio.of(database), ImportResult()
    for lines in _batches(read_lines(file)):
        _import_batch(portfolio, lines, on_bad_line, result)
        on_progress(lines[-1].end)
    return result


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    size_bytes = 0
    for line in lines:
        batch.append(line)
        size_bytes += len(line.content or b"")
        if len(batch) == BATCH_LINES or size_bytes >= BATCH_BYTES:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch


def _import_batch(
    portfolio: Portfolio, lines: list[Line], on_bad_line: BadLine, result: ImportResult
) -> None:
    records = [_read(line) for line in lines]
    batch = PortfolioBatch(
        portfolio, (record for record in records if not isinstance(record, RecordError))
    )
    for line, record in zip(lines, records, strict=True):
        try:
            if isinstance(record, RecordError):
                raise record
            batch.take(record)
        except RecordError as error:
            on_bad_line(line.number, str(error))
            result.bad_lines += 1
    for counts in batch.write():
        result.created += counts.created
        result.changed += counts.changed
        result.unchanged += counts.unchanged


def _read(line: Line) -> Record | RecordError:
    try:
        if line.content is None:
            return RecordError(f"longer than {MAX_LINE_BYTES} bytes")
        return read_record(line.content)
    except RecordError as error:
        return error
