"""Where a webhook may lead: addresses that are refused, whatever way they are written."""

import socket
from ipaddress import ip_network

import pytest

from surveyapp.errors import BadInput, Refused
from surveyapp.services import webhook_target
from surveyapp.services.webhook_target import find_target

INSIDE = ["127.0.0.1", "10.0.0.8", "172.16.1.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 - addresses to refuse
          "[::1]", "[fd00::1]", "[fe80::1]", "[::ffff:10.0.0.8]", "[64:ff9b::a00:8]", "[2002:a00:8::1]", "224.0.0.1",
          "255.255.255.255", "0x7f000001", "2130706433", "localhost"]


@pytest.mark.parametrize("host", INSIDE)
def test_no_address_inside_is_called(host: str):
    with pytest.raises(Refused):
        find_target(f"https://{host}/hook")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_a_network_that_the_operator_names_may_be_called(host: str):
    allowed = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

    assert find_target(f"http://{host}:8080/hook?a=b", allowed).path == "/hook?a=b"


def test_http_leads_nowhere_but_to_this_machine():
    with pytest.raises(Refused, match="read on the way"):
        find_target("http://10.0.0.8/hook", (ip_network("10.0.0.0/8"),))


@pytest.mark.parametrize("url", ["", "ftp://a.example/", "https://", "https://a b.example/",
                                 "https://a.example/\r\nX: y",
                                 "https://user:pw@a.example/", "https://a.example/#x", "https://a.example:0/",
                                 "https://a.example:99999/", "//a.example", "https://é.example/",
                                 f"https://a.example/{'x' * 500}"])
def test_what_is_no_address_is_refused(url: str):
    with pytest.raises(BadInput):
        find_target(url)


def test_a_name_with_one_address_inside_is_refused_whole(monkeypatch: pytest.MonkeyPatch):
    _resolves_to(monkeypatch, "93.184.215.14", "10.0.0.8")

    with pytest.raises(Refused, match="private network"):
        find_target("https://rebind.example/hook")


def _resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(webhook_target.socket, "getaddrinfo", lambda *_args, **_more: found)
