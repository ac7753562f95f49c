"""Known vectors, and what a ciphertext must and must not do."""

from __future__ import annotations

import secrets

import pytest
from cryptography.hazmat.primitives import hashes
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from vouch.platform.vault.ciphers import AES, OVERHEAD, SM4, Secret, is_sealed
from vouch.platform.vault.terms import Unreadable

each = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)


def test_aes_gcm_gives_test_case_16_of_its_specification() -> None:
    """McGrew and Viega, The Galois/Counter Mode of Operation, appendix B."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    nonce, bound = (
        bytes.fromhex("cafebabefacedbaddecaf888"),
        bytes.fromhex("feedfacedeadbeef" * 2 + "abaddad2"),
    )
    plain = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    expected = (
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    assert AES(key).encrypt(nonce, plain, bound).hex() == expected
    assert AES(key).decrypt(nonce, bytes.fromhex(expected), bound) == plain


def test_sm4_gcm_gives_the_vector_of_rfc_8998() -> None:
    """RFC 8998, appendix A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce, bound = (
        bytes.fromhex("00001234567800000000abcd"),
        bytes.fromhex("feedfacedeadbeef" * 2 + "abaddad2"),
    )
    plain = bytes.fromhex("".join(letter * 16 for letter in "abcdefea"))
    expected = (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert SM4(key).encrypt(nonce, plain, bound).hex() == expected
    assert SM4(key).decrypt(nonce, bytes.fromhex(expected), bound) == plain


def test_sm3_gives_the_vector_of_its_standard() -> None:
    """GB/T 32905-2016, appendix A.1."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    assert digest.finalize().hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@each
@given(plain=st.binary(max_size=300), bound=st.binary(max_size=60))
def test_what_is_sealed_opens_and_no_two_seals_are_alike(plain: bytes, bound: bytes) -> None:
    secret = Secret(secrets.token_bytes(32), purpose=b"test")
    one, two = secret.seal(plain, bound=bound), secret.seal(plain, bound=bound)
    assert secret.open(one, bound=bound) == secret.open(two, bound=bound) == plain
    assert one != two
    assert len(one) == len(plain) + OVERHEAD
    assert is_sealed(one)


@each
@given(plain=st.binary(max_size=100), data=st.data())
def test_a_ciphertext_with_any_bit_changed_does_not_open(plain: bytes, data: st.DataObject) -> None:
    secret = Secret(bytes(32), purpose=b"test")
    sealed = bytearray(secret.seal(plain, bound=b"place"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unreadable):
        secret.open(bytes(sealed), bound=b"place")


@each
@given(st.binary(max_size=80))
def test_what_is_no_ciphertext_is_refused_in_chinese(junk: bytes) -> None:
    with pytest.raises(Unreadable, match="密文"):
        Secret(bytes(32), purpose=b"test").open(junk, bound=b"")


def test_a_ciphertext_opens_only_with_its_place_its_key_and_its_purpose() -> None:
    sealed = Secret(bytes(32), purpose=b"test").seal(b"110101199003070011", bound=b"here")
    for secret, bound in (
        (Secret(bytes(32), purpose=b"test"), b"there"),
        (Secret(b"\1" * 32, purpose=b"test"), b"here"),
        (Secret(bytes(32), purpose=b"other"), b"here"),
    ):
        with pytest.raises(Unreadable):
            secret.open(sealed, bound=bound)


def test_an_installation_that_changes_its_cipher_reads_what_it_has(settings: Settings, cipher: str) -> None:
    secret = Secret(bytes(32), purpose=b"test")
    old = secret.seal(b"before", bound=b"")
    settings.VOUCH_CIPHER = {"aes-256-gcm": "sm4-gcm", "sm4-gcm": "aes-256-gcm"}[cipher]
    new = secret.seal(b"after", bound=b"")
    assert (secret.open(old, bound=b""), secret.open(new, bound=b"")) == (b"before", b"after")
    assert old[1] != new[1]


def test_an_unknown_cipher_is_refused_in_chinese(settings: Settings) -> None:
    settings.VOUCH_CIPHER = "des"
    with pytest.raises(ImproperlyConfigured, match="sm4-gcm"):
        Secret(bytes(32), purpose=b"test").seal(b"", bound=b"")
