"""What tlsfuzzer's scripts find of this server: which apply, with which arguments, and which of their conversations end otherwise than the scripts expect, each with the reason.

Read at the commit 14555fe of tlsfuzzer. A conversation that fails without a reason here is a problem, and so is a reason that no conversation needs any more. None of the
reasons is above informational: each is something that the server does not have, a choice that the RFC leaves, or another alert for the same refusal. Those that differ from a MUST
are marked so; all of these are rustls' own, and what it would take to exploit them is next to them.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Deviation:
    """Conversations with such names that fail in this way do so for a reason. Both patterns are searched for."""

    names: str
    failure: str
    why: str

    def explains(self, name, failure):
        return re.search(self.names, name) is not None and re.search(self.failure, failure) is not None


@dataclass(frozen=True)
class Script:
    arguments: str = ""
    deviations: tuple = ()
    certificate: str = "rsa"


GCM = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
ECDHE = f"-d -C {GCM}"

# What the server does instead.
REFUSES = r"Alert\(fatal, handshake_failure\)|does not match received \"handshake_failure\""
NO_VERSION = r"Alert\(fatal, protocol_version\)|does not match received \"protocol_version\""
UNREADABLE = r"Alert\(fatal, decode_error\)|does not match received \"decode_error\""
CLOSES = "Unexpected closure from peer"
GOES_ON = r"Handshake\(server_hello"
WHOLE = r"Handshake\(certificate\)"
NO_RENEGOTIATION = r"\(warning, no_renegotiation\)|received \"no_renegotiation\""
WAITS = "Timeout when waiting for peer message"

# Why.
NO_RSA = Deviation("sanity", REFUSES, "the script's control is a handshake by key exchange with RSA, which has no forward secrecy and is not offered; its other conversations apply")
NO_GROUP = "ring has x25519, secp256r1 and secp384r1, and no other group"
TOO_LONG = "a hello of more than 24 KiB is too long (limits/values.rs), and the connection is closed; browsers send 2"
SILENT = "rustls closes the connection without an alert, which RFC 8446 §6.2 allows (SHOULD)"
RENEGOTIATES = Deviation("renegotiat", NO_RENEGOTIATION, "nothing is renegotiated (RFC 5246 §7.2.2); TLS 1.3 has no renegotiation at all")
TICKETS_ONLY = "sessions are resumed by tickets, and none by its ID; a whole handshake follows (RFC 5246 §7.4.1.2)"
OTHER_ALERT = "the refusal is the same, the alert another one"
ONLY_12 = Deviation(r"1\.1|\(3, 1\)|\(3, 2\)", NO_VERSION, "versions before 1.2 are not offered (RFC 8996)")
LONG = Deviation("", CLOSES, TOO_LONG)

NOT_APPLICABLE = {
    "they need a server that asks for the client's certificate": """
        test-certificate-malformed test-certificate-request test-certificate-verify test-certificate-verify-malformed test-certificate-verify-malformed-sig
        test-dsa-in-certificate-verify test-ecdsa-in-certificate-verify test-eddsa-in-certificate-verify test-extended-master-secret-extension-with-client-cert
        test-renegotiation-disabled-client-cert test-rsa-pss-sigs-on-certificate-verify test-rsa-sigs-on-certificate-verify test-tls13-certificate-request
        test-tls13-certificate-verify test-tls13-client-certificate-compression test-tls13-ecdsa-brainpool-in-certificate-verify test-tls13-ecdsa-in-certificate-verify
        test-tls13-eddsa-in-certificate-verify test-tls13-mldsa-in-certificate-verify test-tls13-post-handshake-auth""",
    "they take place within key exchange with RSA, which is not offered": """
        test-SSLv3-padding test-bleichenbacher-timing-marvin test-bleichenbacher-timing-pregenerate test-bleichenbacher-workaround test-ecdhe-padded-shared-secret
        test-ecdhe-rsa-key-exchange test-ecdhe-rsa-key-share-random test-empty-extensions test-fuzzed-finished test-invalid-rsa-key-exchange-messages
        test-message-duplication test-openssl-3712 test-serverhello-random test-truncating-of-finished test-truncating-of-kRSA-client-key-exchange test-unsupported-curve-fallback""",
    "they take place within finite-field Diffie-Hellman, which ring does not have": """
        test-dhe-key-share-random test-dhe-no-shared-secret-padding test-dhe-rsa-key-exchange test-dhe-rsa-key-exchange-signatures
        test-dhe-rsa-key-exchange-with-bad-messages test-ffdhe-expected-params test-ffdhe-negotiation test-tls13-ffdhe-groups test-tls13-ffdhe-sanity""",
    "they take place within suites with CBC or CCM, which ring does not have": """
        test-aesccm test-atypical-padding test-cve-2016-2107 test-encrypt-then-mac test-encrypt-then-mac-renegotiation test-fuzzed-MAC test-fuzzed-padding
        test-fuzzed-plaintext test-lucky13""",
    "they take place within a renegotiation": """
        test-interleaved-application-data-and-fragmented-handshakes-in-renegotiation test-interleaved-application-data-in-renegotiation
        test-renegotiation-changed-clienthello""",
    "they need an extension, a key or a group that the server does not have: stapled OCSP, heartbeat, compressed certificates, record_size_limit, keys shared in advance, ML-KEM, Brainpool, DSA, RSA-PSS": """
        test-dsa-sig-flexibility test-ecdhe-rsa-key-exchange-with-bad-messages test-heartbeat test-ocsp-stapling test-record-size-limit test-tls13-certificate-compression
        test-tls13-ecdhe-brainpool-curves test-tls13-mlkem test-tls13-psk_dhe_ke test-tls13-psk_ke test-tls13-rsapss-signatures""",
    "they need a server that echoes what it is sent, or begins a KeyUpdate when told to": "test-lengths test-tls13-keyupdate-from-server test-tls13-lengths",
    "they are for servers without TLS 1.3, or without TLS 1.2": "test-TLSv1_2-rejected-without-TLSv1_2 test-tls13-non-support",
    "it measures time over hours": "test-tls13-minerva",
}
NOT_APPLICABLE = {why: names.split() for why, names in NOT_APPLICABLE.items()}

SCRIPTS = {
    "test-aes-gcm-nonces": Script(ECDHE, (Deviation("aes-256-gcm", UNREADABLE, "its hello with AES-256 has an empty list of groups (RFC 8422 §5.1.1)"),)),
    "test-alpn-negotiation": Script("-d", (RENEGOTIATES, Deviation("resumption", WHOLE, TICKETS_ONLY))),
    "test-ccs": Script(ECDHE, (Deviation("two bytes long", UNREADABLE, OTHER_ALERT),)),
    "test-chacha20": Script("--extra-exts"),
    "test-client-compatibility": Script(
        "-d",
        (
            Deviation(r"^\d+: ", REFUSES, "these clients, the newest of 2015, have suites with CBC or RSA alone, or SHA-1 alone"),
            Deviation("Java 6u45", UNREADABLE, "a hello of SSLv2 (RFC 8446 §D.5 and RFC 6176: MUST NOT)"),
        ),
    ),
    "test-client-hello-max-size": Script("-d", (LONG,)),
    "test-clienthello-md5": Script("", (NO_RSA,)),
    "test-connection-abort": Script(ECDHE),
    "test-conversation": Script(ECDHE),
    "test-cve-2004-0079": Script(f"-C {GCM}", (Deviation("interleaved ClientHello fragment", CLOSES, SILENT),)),
    "test-cve-2016-6309": Script(ECDHE),
    "test-cve-2016-7054": Script("-C TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    "test-downgrade-protection": Script("-d --server-max-protocol TLSv1.3", (ONLY_12,)),
    "test-early-application-data": Script(ECDHE),
    "test-ecdsa-sig-flexibility": Script(
        "-C TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        (
            Deviation(r"sha1\+|sha224\+", REFUSES, "ring does not sign with SHA-1 or SHA-224"),
            Deviation(r"sha384\+|sha512\+", CLOSES, "ring signs with P-256 and SHA-256 only, as TLS 1.3 has it (RFC 8446 §4.2.3); rustls finds out late, and closes the connection"),
        ),
        "ecdsa",
    ),
    "test-export-ciphers-rejected": Script("-d --min-ver TLSv1.2", (Deviation(r"sanity|with AES_128 in TLSv1\.2", REFUSES, "the suite with AES that it also offers is one with CBC"),)),
    "test-extended-master-secret-extension": Script(
        "-d",
        (
            RENEGOTIATES,
            Deviation("session resume", rf"{WHOLE}|{GOES_ON}", TICKETS_ONLY),
            Deviation("w/DHE", REFUSES, "ring has no finite-field Diffie-Hellman"),
            ONLY_12,
        ),
    ),
    "test-extensions": Script("", (NO_RSA, Deviation("extensions", REFUSES, "key exchange with RSA, as in the control; the server reads them all before it refuses"), LONG)),
    "test-fallback-scsv": Script(
        "-d --tls-1.3 --min-support 1.2",
        (
            Deviation(
                r"FALLBACK.* hello (TLSv1\.2|SSL3\.4)",
                GOES_ON,
                "rustls does not know TLS_FALLBACK_SCSV (RFC 7507 §3: MUST). What it protects from is prevented: there is no version before 1.2, and a client of 1.3 that is led to 1.2"
                " sees it in the server's random number (RFC 8446 §4.1.3; test-downgrade-protection)",
            ),
            Deviation(r"TLSv1\.1", REFUSES, "rustls refuses this hello of 1.1 because of its suites, before its version"),
        ),
    ),
    "test-fuzzed-ciphertext": Script(ECDHE),
    "test-hello-request-by-client": Script(ECDHE),
    "test-interleaved-CKE-with-CCS": Script(f"-C {GCM}", (Deviation("interleaved ClientKeyExchange", CLOSES, SILENT),)),
    "test-invalid-cipher-suites": Script("", (NO_RSA,)),
    "test-invalid-client-hello": Script("", (NO_RSA,)),
    "test-invalid-client-hello-w-record-overflow": Script(ECDHE, (Deviation("type fuzz", UNREADABLE, OTHER_ALERT),)),
    "test-invalid-compression-methods": Script(ECDHE),
    "test-invalid-content-type": Script(ECDHE),
    "test-invalid-server-name-extension": Script(
        "-d",
        (
            Deviation("multiple host_names", UNREADABLE, OTHER_ALERT),
            Deviation("incorrect SNI", GOES_ON, "one certificate holds all names, so any name is shown it (RFC 6066 §3 leaves the choice)"),
            Deviation("multiple types in SNI", "illegal_parameter", "rustls takes one name, of the only type that there is (RFC 6066 §3)"),
        ),
    ),
    "test-invalid-server-name-extension-resumption": Script("-d", (Deviation("session resume", REFUSES, "its first handshake is by key exchange with RSA, whatever is asked for"),)),
    "test-invalid-session-id": Script("", (NO_RSA,)),
    "test-invalid-version": Script("", (NO_RSA,)),
    "test-large-hello": Script("-d", (LONG,)),
    "test-large-number-of-extensions": Script("-d", (LONG,)),
    "test-legacy-renegotiation": Script(
        "-d",
        (
            RENEGOTIATES,
            Deviation("in renegotia", NO_RENEGOTIATION, "the same, where the script expects a refusal"),
            Deviation(
                "non-empty initial renegotiation_info",
                GOES_ON,
                "rustls does not look into the extension (RFC 5746 §3.6: MUST be empty). A client that renegotiates while the server begins finds an empty answer, and must end it"
                " (§3.5); the other way round there is no renegotiation",
            ),
        ),
    ),
    "test-message-skipping": Script("-d"),
    "test-no-heartbeat": Script("-d", (Deviation("heartb|heartbleed", UNREADABLE, OTHER_ALERT),)),
    "test-no-mlkem-in-old-tls": Script(ECDHE),
    "test-point-extension": Script(f"-C {GCM}", (Deviation("uncompressed", "did not send extension", "without the extension, points are uncompressed (RFC 8422 §5.1.2)"),)),
    "test-record-layer-fragmentation": Script(
        ECDHE, (LONG, Deviation("over fragmentation limit", GOES_ON, "rustls takes a plain record of up to 2^14 + 2048 bytes (RFC 8446 §5.1: MUST refuse from 2^14 + 1); it is bounded all the same"))
    ),
    "test-renegotiation-disabled": Script(ECDHE),
    "test-resumption-with-wrong-ciphers": Script(
        "-d",
        (
            Deviation("aes-256", REFUSES, "the suite that it offers is one with CBC"),
            Deviation("resum", r"unexpected ciphersuite|received \"handshake_failure\"", TICKETS_ONLY),
        ),
    ),
    "test-session-ticket-resumption": Script("-d", (RENEGOTIATES,)),
    "test-sessionID-resumption": Script("-d", (Deviation("session ID resume", WHOLE, TICKETS_ONLY),)),
    "test-sig-algs": Script("", (Deviation("rsa_pss_pss", REFUSES, "these are for keys that can do nothing else (RFC 8446 §4.2.3); the key is a usual one"),)),
    "test-sig-algs-renegotiation-resumption": Script(
        "-d --no-renego", (Deviation("sha1 in|without signature_algorithms", REFUSES, "ring does not sign with SHA-1, which is the default without the extension (RFC 9155)"),)
    ),
    "test-signature-algorithms": Script("--no-sha1", (LONG,)),
    "test-signature-algorithms on ECDSA": Script("--no-sha1 --ecdsa", (LONG,), "ecdsa"),
    "test-ssl-death-alert": Script("-d", (Deviation("with getting alert", CLOSES, f"after four warnings: {SILENT}"),)),
    "test-sslv2-connection": Script("", (Deviation("SSLv2", UNREADABLE, "refused with an alert, where the script expects silence"),)),
    "test-sslv2-force-cipher": Script(),
    "test-sslv2-force-cipher-3des": Script(),
    "test-sslv2-force-cipher-non3des": Script(),
    "test-sslv2-force-export-cipher": Script(),
    "test-sslv2hello-protocol": Script("-d --no-ssl2"),
    "test-tls13-0rtt-garbage": Script("-d --num-bytes 1024", (Deviation("undecryptable record later", CLOSES, SILENT),)),
    "test-tls13-ccs": Script(),
    "test-tls13-connection-abort": Script("", (Deviation("After NewSessionTicket", "ApplicationData", "its hello names no way to use a ticket, so none is sent (RFC 8446 §4.2.9: SHOULD NOT)"),)),
    "test-tls13-conversation": Script(),
    "test-tls13-count-tickets": Script(),
    "test-tls13-crfg-curves": Script("", (Deviation("x448", REFUSES, NO_GROUP), Deviation("empty x", UNREADABLE, "an empty key cannot be read (RFC 8446 §4.2.8: at least one byte)"))),
    "test-tls13-dhe-shared-secret-padding": Script(),
    "test-tls13-ecdhe-curves": Script("", (Deviation("secp521r1|x448", REFUSES, NO_GROUP),)),
    "test-tls13-ecdsa-support": Script(
        "",
        (
            Deviation("384|521|512|brainpool", REFUSES, "the key is on P-256, and signs with SHA-256 alone (RFC 8446 §4.2.3)"),
            Deviation("sha1|sha224", GOES_ON, "beside a signature that is too old, its hello offers those of TLS 1.3, and one of these is used"),
        ),
        "ecdsa",
    ),
    "test-tls13-eddsa": Script(
        "",
        (
            Deviation("ed448", REFUSES, "the key is an Ed25519 one"),
            Deviation("ecdsa", GOES_ON, "its hello offers Ed25519 for this conversation as well, whatever the name says"),
        ),
        "ed25519",
    ),
    "test-tls13-empty-alert": Script("", (Deviation("empty alert", UNREADABLE, OTHER_ALERT),)),
    "test-tls13-finished": Script("", (Deviation("padding|truncation", "decrypt_error", OTHER_ALERT),)),
    "test-tls13-finished-plaintext": Script("", (Deviation("Unencrypted Finished", "bad_record_mac", OTHER_ALERT),)),
    "test-tls13-hrr": Script(),
    "test-tls13-invalid-ciphers": Script(),
    "test-tls13-keyshare-omitted": Script("", (Deviation("key_share extension omitted", REFUSES, "another alert for the same refusal (RFC 8446 §9.2: MUST be missing_extension)"),)),
    "test-tls13-keyupdate": Script("", (Deviation("app data split", WAITS, "the new key follows with the next data, which is soon enough (RFC 8446 §4.6.3)"),)),
    "test-tls13-large-number-of-extensions": Script(
        "", (Deviation("unassigned", f"{UNREADABLE}|{CLOSES}", f"among the numbers are extensions that exist and may not be empty: 41, 44, 47, 58 and others; or {TOO_LONG}"),)
    ),
    "test-tls13-legacy-version": Script("", (Deviation(r"version \(", GOES_ON, "legacy_version is not looked at where there is supported_versions (RFC 8446 §4.2.1: MUST NOT be used)"),)),
    "test-tls13-multiple-ccs-messages": Script("", (Deviation("(second|multiple) CCS", WAITS, "one ChangeCipherSpec more is dropped, as RFC 8446 §5 has it, and a third one is refused"),)),
    "test-tls13-no-unknown-groups": Script(),
    "test-tls13-nociphers": Script(),
    "test-tls13-obsolete-curves": Script(
        "--relaxed",
        (
            Deviation("in supported_groups", REFUSES, NO_GROUP),
            Deviation("inconsistent extensions", "hello_retry_request", "a key of a group that rustls does not know is passed over, and another one asked for (RFC 8446 §4.2.8 binds the client)"),
        ),
    ),
    "test-tls13-pkcs-signature": Script("", (Deviation("rsa_pkcs1", GOES_ON, "beside PKCS #1, its hello offers RSA-PSS, which is used"),)),
    "test-tls13-record-layer-limits": Script(
        "",
        (
            Deviation("Finished msg", "decrypt_error", OTHER_ALERT),
            Deviation("too big ClientHello", GOES_ON, "as in test-record-layer-fragmentation"),
            Deviation("too big ciphertext.*fuzzed tag", "bad_record_mac", "the record is opened before its length is known without padding, so its tag is what is found wrong"),
        ),
    ),
    "test-tls13-record-padding": Script(),
    "test-tls13-rsa-signatures": Script("", (Deviation("rsa_pss_pss", GOES_ON, "beside these, its hello offers rsa_pss_rsae, which is used"),)),
    "test-tls13-serverhello-random": Script("", (Deviation("ffdhe|secp521r1|x448", REFUSES, NO_GROUP),)),
    "test-tls13-session-resumption": Script("-d", (Deviation("PSK_ONLY", "ApplicationData", "a session is resumed with a new key exchange only; its hello allows none, so a whole handshake follows, without a ticket"),)),
    "test-tls13-shuffled-extentions": Script(
        "",
        (
            Deviation("HRR reversed", GOES_ON, "rustls does not compare the order in the second hello (RFC 8446 §4.1.2 binds the client)"),
            Deviation("HRR reversed", f"{UNREADABLE}|{CLOSES}", "as in test-tls13-large-number-of-extensions"),
        ),
    ),
    "test-tls13-signature-algorithms": Script("", (Deviation("duplicated", CLOSES, TOO_LONG), Deviation("only legacy", GOES_ON, "rsa_pss_rsae is among those that it calls legacy"))),
    "test-tls13-symetric-ciphers": Script("", (Deviation("CCM", REFUSES, "ring does not have CCM"),)),
    "test-tls13-unencrypted-alert": Script(),
    "test-tls13-unrecognised-groups": Script("", (Deviation("ffdhe2048", REFUSES, NO_GROUP), Deviation("key_share of size", CLOSES, TOO_LONG))),
    "test-tls13-version-negotiation": Script("-d", (Deviation(r"to 1\.1", NO_VERSION, ONLY_12.why),)),
    "test-tls13-zero-content-type": Script(
        "", (Deviation("zero content type", rf"{CLOSES}|close_notify", "rustls has no alert for this (RFC 8446 §5.4: MUST be unexpected_message), and ends the session"),)
    ),
    "test-tls13-zero-length-data": Script(
        "",
        (
            Deviation("interleaved in handshake", CLOSES, SILENT),
            Deviation(
                "with large padding$",
                CLOSES,
                "it sends 33 KiB of padding before there is a byte of HTTP, and 24 are the limit (limits/values.rs); RFC 8446 §5.4 allows such records, and no browser sends them",
            ),
        ),
    ),
    "test-truncating-of-client-hello": Script(ECDHE, (Deviation("pad", CLOSES, TOO_LONG),)),
    "test-version-numbers": Script(ECDHE),
    "test-x25519": Script(
        "",
        (
            Deviation("x448|only unknown group|secp163k1", REFUSES, f"{NO_GROUP}, and no Diffie-Hellman without curves"),
            Deviation("when no", REFUSES, "a hello without groups gets no curve by default (as its option --no-default-group has it)"),
            Deviation("empty x25519", CLOSES, SILENT),
        ),
    ),
    "test-zero-length-data": Script(ECDHE),
}
