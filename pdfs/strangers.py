"""Checks documents from anybody in a process of its own, for a made-up one may never end."""

import logging
import multiprocessing
import resource
from collections.abc import Collection
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool

from pebble import ProcessExpired, ProcessPool

from pdfs.signature_check import SignatureCheck, SignatureVerdict, check_signature

CHECK_SECONDS = 20.0
MEMORY_BYTES = 1_000_000_000


def check_from_stranger(
    pdf: bytes, trusted: Collection[bytes], *, seconds: float = CHECK_SECONDS
) -> SignatureCheck:
    """As `check_signature`; a document that takes too much time or memory is unreadable."""
    pool = ProcessPool(
        max_workers=1,
        initializer=_be_modest,
        # a fork of a process with threads may stop for ever
        context=multiprocessing.get_context("spawn"),
    )
    try:
        future = pool.schedule(check_signature, [pdf, trusted], timeout=seconds)
        verdict: SignatureCheck = future.result()
    except (FutureTimeoutError, ProcessExpired, BrokenProcessPool, MemoryError):
        return SignatureCheck(SignatureVerdict.UNREADABLE)
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()
    return verdict


def _be_modest() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # what the parser finds wrong is in the verdict
    logging.disable(logging.CRITICAL)
