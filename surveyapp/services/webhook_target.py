"""Where a webhook may lead: the open internet over HTTPS, and inside only where the operator has said so.

An address that somebody types must not turn the server into a way into its own network. The name is resolved once,
every address it has is checked, and the connection is made to the address that was checked, not to the name again.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from surveyapp.errors import BadInput, Refused

LONGEST_URL = 500       # characters; the width of the column
PORTS = {"https": 443, "http": 80}
URL = re.compile(r"[!-~]+")     # printable ASCII without spaces: what may stand in a request line
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]+")
# IPv6 addresses with which a gateway reaches an IPv4 one: what counts is where they lead.
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("2002::/16"),
               IPv6Network("2001::/32"), IPv6Network("::/96"))
Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]


@dataclass(frozen=True)
class Target:
    """One checked place: scheme and name for TLS and the Host line, the address to connect to."""

    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def host_line(self) -> str:
        """Return the value of the Host line."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def check_url(url: str) -> tuple[str, str, int, str]:
    """Return scheme, host, port and path of an address that is well formed; BadInput otherwise."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _malformed(url) from None
    host = (parts.hostname or "").rstrip(".")
    if not URL.fullmatch(url) or len(url) > LONGEST_URL or parts.scheme not in PORTS or not HOST.fullmatch(host):
        raise _malformed(url)
    if parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise BadInput("The address holds a name, a password or a mark.",
                       "Leave them out; deliveries are signed instead.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port or PORTS[parts.scheme], path


def _malformed(url: str) -> BadInput:
    return BadInput("{url} is no address of a webhook.", "Write it as https://example.org/hook.", url=repr(url[:80]))


def find_target(url: str, allowed: Networks = ()) -> Target:
    """Return where the address leads now; Refused if any address of its name is one that may not be called."""
    scheme, host, port, path = check_url(url)
    addresses = _resolve(host, port)
    for address in addresses:
        if not _is_allowed(address, allowed):
            raise Refused("The address of {host} is inside a private network.",
                          "Use a public address, or name the network in SURVEYAPP_WEBHOOK_NETWORKS.", host=repr(host))
        if scheme == "http" and not address.is_loopback:
            raise Refused("Over http a delivery could be read on the way.", "Use an address with https.")
    return Target(scheme, host, port, path, str(addresses[0]))


def _resolve(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [ip_address(str(address[0]).partition("%")[0]) for *_, address in found]
    except (OSError, UnicodeError, ValueError):
        raise Refused("The name {host} leads nowhere.", "Check how it is written.", host=repr(host)) from None


def _is_allowed(address: Address, allowed: Networks) -> bool:
    """Tell whether an address may be called: a public one, or one in a network that the operator has named."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address.version == network.version and address in network for network in allowed):
        return True
    if isinstance(address, IPv6Address) and (address.is_site_local or any(address in net for net in _TRANSLATED)):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
