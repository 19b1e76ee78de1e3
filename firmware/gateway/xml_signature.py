"""Enveloped XML signatures, RSA with SHA-256 (W3C XML Signature 1.1), and XML of strangers.

What was signed is what is read: a verified answer is the element that the signature covers, never
the document that it came in. No entity, no DTD and no network take part in parsing.
"""

from __future__ import annotations

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidInput, InvalidSignature
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from firmware.gateway.link import secret
from firmware.runtime.config import ConfigError

Element = Any  # lxml has no types
EXPECTED = SignatureConfiguration(
    location="./",
    signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    ignore_ambiguous_key_info=True,  # the certificate counts, and that is not the message's
)


class Verifier(XMLVerifier):
    """Canonicalises a part of a document as a document of its own.

    Of a part that takes its namespace from above, as `<Signature xmlns=...>` of Java's and of
    libxmlsec1 does, lxml 6.1 writes an empty `xmlns` into each element under inclusive
    canonicalisation, and no such signature would hold.
    """

    def _c14n(
        self,
        nodes: Element,
        algorithm: CanonicalizationMethod,
        inclusive_ns_prefixes: list[str] | None = None,
    ) -> bytes:
        parts = nodes if isinstance(nodes, list) else [nodes]
        whole = [etree.fromstring(etree.tostring(part, with_tail=False)) for part in parts]
        found: bytes = super()._c14n(whole, algorithm, inclusive_ns_prefixes)
        return found


class NotBelieved(Exception):
    """An answer that is no XML, or not signed by whom it says."""


class Signer:
    """Our key and the other side's certificate. Files are PEM."""

    def __init__(self, key_file: str, certificate_file: str, other_certificate_file: str) -> None:
        """Raises ConfigError."""
        self._key = _private_key(key_file)
        self._certificate = _certificate(certificate_file)
        self._other = _certificate(other_certificate_file)

    def sign(self, message: Element) -> bytes:
        """The document with its signature as the last child of the root."""
        signer = XMLSigner(
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
        )
        signed = signer.sign(message, key=self._key, cert=[self._certificate])
        document: bytes = etree.tostring(signed, xml_declaration=True, encoding="UTF-8")
        return document

    def verify(self, document: bytes) -> Element:
        """The signed root; raises NotBelieved."""
        root = parse(document)
        try:
            found = Verifier().verify(root, x509_cert=self._other, expect_config=EXPECTED)
        except (InvalidSignature, InvalidInput) as error:
            raise NotBelieved(f"signature of {_name(root)}: {error}") from None
        signed = found[0].signed_xml if isinstance(found, list) else found.signed_xml
        if signed is None or signed.tag != root.tag:
            raise NotBelieved(f"signature of {_name(root)}: covers something else")
        return signed


def parse(document: bytes) -> Element:
    """Raises NotBelieved for what is no XML, and for every document type declaration."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise NotBelieved(f"expected XML, got {document[:40]!r}: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise NotBelieved("expected no document type declaration")
    return root


def _name(root: Element) -> str:
    name: str = etree.QName(root).localname
    return name


def _private_key(path: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(secret(path, "key_file"), password=None)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"key_file {path}: expected an RSA key as PEM: {error}") from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError(f"key_file {path}: expected an RSA key, got {type(key).__name__}")
    return key


def _certificate(path: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(secret(path, "certificate"))
    except ValueError as error:
        raise ConfigError(f"{path}: expected a certificate as PEM: {error}") from None
