#!/usr/bin/env python3
"""What the TLS side offers and refuses: versions, suites, resumption, ALPN, renegotiation, broken hellos."""

import os
import socket
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server_harness import (PATIENCE, Client, Server, Suite, certs, client_context, equal, request, review)  # noqa: E402

suite = Suite()
server = Server("--request-deadline", "1s")


def s_client(*flags, text=b""):
    """What openssl says when it speaks to the server."""
    done = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % server.port, "-CAfile",
                           certs() + "/ca.crt", "-servername", "localhost"] + list(flags), input=text,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def alive():
    equal(server.post(review()).json()["response"]["allowed"], True, "answer to a good review")


@suite
def tls_1_3_is_spoken():
    with server.tls() as s:
        equal(s.version(), "TLSv1.3")


@suite
def tls_1_2_is_spoken():
    context = client_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with server.tls(context) as s:
        equal(s.version(), "TLSv1.2")
        assert s.cipher()[0].startswith("ECDHE-ECDSA-"), s.cipher()


@suite
def tls_1_1_and_1_0_are_refused():
    for flag in ("-tls1", "-tls1_1"):
        status, text = s_client(flag, "-cipher", "ALL:@SECLEVEL=0")
        assert status != 0 and "Cipher is (NONE)" in text, text


@suite
def cbc_and_static_rsa_suites_are_refused():
    for suites in ("ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA", "AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256"):
        status, text = s_client("-tls1_2", "-cipher", suites + ":@SECLEVEL=0")
        assert status != 0 and "Cipher is (NONE)" in text, text


@suite
def the_certificate_verifies_for_localhost_and_the_service():
    for name in ("localhost", "plimsolld.plimsoll-system.svc"):
        with client_context().wrap_socket(server.plain(), server_hostname=name) as s:
            assert any(value == name for _, value in s.getpeercert()["subjectAltName"])


@suite
def no_session_is_resumed():
    context = client_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with server.tls(context) as s:
        session = s.session
    again = context.wrap_socket(server.plain(), server_hostname="localhost", session=session)
    equal(again.session_reused, False, "session_reused")
    again.close()
    _, text = s_client("-tls1_3", text=b"Q\n")
    assert "New Session Ticket arrived" not in text, text


@suite
def alpn_takes_http_1_1_and_never_h2():
    context = client_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with server.tls(context) as s:
        equal(s.selected_alpn_protocol(), "http/1.1")
    context.set_alpn_protocols(["h2"])
    try:
        with server.tls(context) as s:
            assert s.selected_alpn_protocol() is None
    except ssl.SSLError:
        pass


@suite
def renegotiation_by_the_client_is_refused():
    command = ["openssl", "s_client", "-connect", "127.0.0.1:%d" % server.port, "-tls1_2", "-no_ign_eof"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as peer:
        peer.stdin.write(b"R\n")
        peer.stdin.flush()
        text = peer.stdout.read().decode("utf-8", "replace")  # until the server closes
    before, mark, after = text.partition("RENEGOTIATING")
    assert mark and "verify " in before and "verify " not in after, text
    alive()


@suite
def a_silent_connection_is_closed_at_the_deadline():
    with server.plain() as s:
        equal(s.recv(1), b"", "bytes received")


@suite
def half_a_hello_is_closed_at_the_deadline():
    with server.plain() as s:
        s.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
        while s.recv(4096):
            pass


@suite
def plain_http_gets_no_http_answer():
    with server.plain() as s:
        s.sendall(request("GET", "/healthz", None))
        got = b""
        try:
            while True:
                piece = s.recv(4096)
                if not piece:
                    break
                got += piece
        except ConnectionResetError:
            pass
        assert b"HTTP/" not in got, got
    alive()


@suite
def random_bytes_do_no_harm():
    seed = 12345
    for _ in range(200):
        data = bytearray()
        for _ in range(64):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            data.append(seed >> 16 & 0xFF)
        with server.plain() as s:
            try:
                s.sendall(bytes(data))
                s.shutdown(socket.SHUT_WR)
                while s.recv(4096):
                    pass
            except OSError:
                pass
    alive()


@suite
def a_hello_of_64_kb_is_refused():
    with server.plain() as s:
        size = 65000
        fragment = b"\x01" + size.to_bytes(3, "big") + b"\x03\x03" + b"\x00" * (size - 2)
        try:
            for at in range(0, len(fragment), 16000):
                piece = fragment[at:at + 16000]
                s.sendall(b"\x16\x03\x01" + len(piece).to_bytes(2, "big") + piece)
            while s.recv(4096):
                pass
        except ConnectionError:
            pass
    alive()


@suite
def two_hundred_silent_peers_do_not_keep_others_out():
    peers = [server.plain() for _ in range(200)]
    alive()
    for peer in peers:
        equal(peer.recv(1), b"", "bytes received")
        peer.close()
    with Client(server) as client:
        equal(client.get("/healthz").status, 200)


@suite
def the_server_stops_cleanly():
    equal(server.stop(), 0, "exit status")


suite.run()
