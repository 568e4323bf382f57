"""Under which names and addresses other devices reach this machine. Asks the system only; nothing is sent."""

from __future__ import annotations

import ipaddress
import re
import socket
from pathlib import Path

from shopfloor.certificates import rules
from shopfloor.certificates.errors import HostNameUnusable
from shopfloor.certificates.rules import Names

IPV4 = Path("/proc/net/fib_trie")
IPV6 = Path("/proc/net/if_inet6")
OUR_IPV4 = re.compile(r"\|-- (\d+\.\d+\.\d+\.\d+)\n\s+/32 host LOCAL")
TEMPORARY = 0x01
"""An IPv6 address that changes by itself every day, to hide who asks; no server is reached by it."""
SOMEWHERE = ("192.0.2.1", 9)
"""An address of nobody (RFC 5737): the system is asked which way it would go, and no packet leaves."""


def names_of_this_machine() -> Names:
    """Host name, its full name, its name with `.local`, and all addresses but those of this machine alone and of one cable."""
    host = socket.gethostname()
    hosts = _host_names(host, socket.getfqdn())
    found = [*_of_route(), *ipv4_addresses(_read(IPV4)), *ipv6_addresses(_read(IPV6)), *_of_name(host)]
    addresses = tuple(dict.fromkeys(one for one in found if _is_of_network(one)))
    return Names(hosts, addresses) | Names(rules.LOCAL_HOSTS, rules.LOCAL_ADDRESSES)


def _host_names(host: str, full_name: str) -> tuple[str, ...]:
    short = host.partition(".")[0]
    names = []
    for text in (full_name, host, short, f"{short}.local"):
        try:
            name = rules.host_name(text)
        except HostNameUnusable:
            continue  # systems take names that certificates do not; the others remain
        if name.partition(".")[0] != "localhost":
            names.append(name)
    return tuple(dict.fromkeys(names))


def ipv4_addresses(table: str) -> list[str]:
    """From the kernel's routing tree: every address that is this machine's own."""
    return list(dict.fromkeys(OUR_IPV4.findall(table)))


def ipv6_addresses(table: str) -> list[str]:
    """From the kernel's list: address, index, prefix, scope, flags, interface; all hexadecimal."""
    rows = [line.split() for line in table.splitlines()]
    return [
        str(ipaddress.IPv6Address(bytes.fromhex(row[0])))
        for row in rows
        if len(row) == 6 and not int(row[4], 16) & TEMPORARY  # noqa: PLR2004
    ]


def _is_of_network(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast)


def _of_route() -> list[str]:
    """The address by which this machine goes out; first, because that is where its network is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(SOMEWHERE)
        except OSError:
            return []
        return [str(asked.getsockname()[0])]


def _of_name(host: str) -> list[str]:
    """For systems without the kernel's lists."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in found if "%" not in str(entry[4][0])]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
