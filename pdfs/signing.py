"""Signs documents so that any reader shows who signed and whether anything was changed since."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigIOSetup,
    SigMDPSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pdfs.signing_key import SigningKey

Result = TypeVar("Result")

FIELD_NAME = "Signature"
DIGEST = "sha256"
# of a signature besides its certificates: attributes, names, the signed value
OTHER_BYTES = 2048


def sign(
    pdf: bytes,
    key: SigningKey,
    *,
    at: datetime,
    reason: str | None = None,
    location: str | None = None,
    contact: str | None = None,
) -> bytes:
    """
    `pdf` with an invisible PAdES-B signature that claims the time `at` and forbids every change.

    An error of pyHanko's if `pdf` is no document, is encrypted or is signed already.
    """
    writer = _Writer(BytesIO(pdf))
    writer.ensure_output_version((1, 7))  # type: ignore[no-untyped-call]
    writer.register_extension(ESIC_EXTENSION_1)
    embedding = PdfCMSEmbedder().write_cms(field_name=FIELD_NAME, writer=writer)
    next(embedding)
    placeholder = SignatureObject(
        timestamp=at,
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        location=location,
        contact_info=contact,
        # written as hexadecimal digits
        bytes_reserved=2 * (OTHER_BYTES + sum(map(len, (key.certificate, *key.chain)))),
    )
    certified = SigMDPSetup(md_algorithm=DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    embedding.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=certified))
    prepared, output = embedding.send(SigIOSetup(md_algorithm=DIGEST, in_place=True))
    signing = _signer(key).async_sign(prepared.document_digest, DIGEST, use_pades=True)
    embedding.send(_result(signing))
    signed: bytes = output.getvalue()
    return signed


def _result(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """What the coroutine returns, also where another event loop is running in this thread."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


@lru_cache(maxsize=4)
def _signer(key: SigningKey) -> "_LoadedSigner":
    return _LoadedSigner(key)


class _LoadedSigner(SimpleSigner):
    """Keeps the key loaded: pyHanko's own loads it for each signature, which takes 30 ms."""

    def __init__(self, key: SigningKey) -> None:
        certificate, *chain = (
            next(iter(load_certs_from_pemder_data(each))) for each in (key.certificate, *key.chain)
        )
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(chain)
        super().__init__(
            signing_cert=certificate,
            signing_key=load_private_key_from_pemder_data(key.private_key, None),
            cert_registry=store,
        )
        self._key = key.load()

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:  # noqa: ARG002 - DIGEST
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, PKCS1v15(), SHA256())
        return self._key.sign(data, ECDSA(SHA256()))


class _Writer(IncrementalPdfFileWriter):
    """Adds nothing but the signature: the document keeps the dates and names it was given."""

    def _update_meta(self) -> None:
        # overridden: it would write the machine's time of day over the letter's
        return
