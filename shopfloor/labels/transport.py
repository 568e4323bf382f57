"""Bytes to a label printer: a TCP connection or a device file, bounded in time. Touches no database.

A printer is a box in the same building. Other addresses are refused unless its card allows them, so that nobody makes the server knock
at doors elsewhere: the name is looked up once, every address behind it is judged, and the connection goes to an address that was judged.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import stat
import time
from contextlib import closing
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

CONNECT_SECONDS = 5.0
SEND_SECONDS = 30.0
"""For everything: a printer that stops taking bytes is out of paper."""
END_SECONDS = 1.0
_DEVICE_FOLDER = "/dev/"
_INSIDE = tuple(
    ip_network(net) for net in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)


class Away(Exception):  # told as a refusal by the use case
    """The printer did not take everything; says why in words."""


class Stopped(Away):
    """The same, after it had taken something: labels may be out."""


class Outside(Exception):
    """The address is not in a private network."""


def send(address: str, content: bytes, *, outside_allowed: bool, seconds: float = 0.0) -> None:
    """All bytes, or an exception. Raises Away, Stopped, Outside."""
    deadline = time.monotonic() + (seconds or SEND_SECONDS)
    left = _Left(content)
    try:
        if is_device(address):
            _to_device(address, left, deadline)
        else:
            _to_host(address, left, deadline, outside_allowed=outside_allowed)
    except TimeoutError:
        raise left.problem("it does not answer, or takes no more paper") from None
    except OSError as error:
        raise left.problem(_words(error)) from None


class _Left:
    """What the printer has not taken yet."""

    def __init__(self, content: bytes) -> None:
        self.bytes = memoryview(content)
        self.begun = False

    def taken(self, count: int) -> None:
        """The printer has so many more."""
        self.bytes, self.begun = self.bytes[count:], True

    def problem(self, words: str) -> Away:
        """Whether labels may be out makes the difference for whoever stands there."""
        return Stopped(words) if self.begun else Away(words)


def is_device(address: str) -> bool:
    """Whether the address is a device file of this machine."""
    return address.startswith(_DEVICE_FOLDER)


def is_outside_by_name(address: str) -> bool:
    """Whether a numeric address is outside the private networks. A name says nothing until it is looked up."""
    host, _port = _split(address)
    try:
        return not _is_inside(ip_address(host))
    except ValueError:
        return False


def _to_host(address: str, content: _Left, deadline: float, *, outside_allowed: bool) -> None:
    host, port = _split(address)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not outside_allowed and not all(_is_inside(ip_address(str(one[4][0]).partition("%")[0])) for one in found):
        raise Outside
    family, kind, protocol, _name, place = found[0]
    with closing(socket.socket(family, kind, protocol)) as line:
        line.settimeout(min(CONNECT_SECONDS, _left(deadline)))
        line.connect(place)
        while content.bytes:
            line.settimeout(_left(deadline))
            content.taken(line.send(content.bytes[:65536]))
        line.shutdown(socket.SHUT_WR)
        _wait_for_end(line, deadline)


def _wait_for_end(line: socket.socket, deadline: float) -> None:
    """A printer that closes has read everything. Many never close, and some never stop telling how they are; they are not waited for."""
    end = min(time.monotonic() + END_SECONDS, deadline)
    try:
        while (left := end - time.monotonic()) > 0:
            line.settimeout(left)
            if not line.recv(4096):
                return
    except TimeoutError:
        return


def _to_device(path: str, content: _Left, deadline: float) -> None:
    """Only a character device: never a file that somebody could have put there."""
    handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | getattr(os, "O_NOFOLLOW", 0))
    try:
        if not stat.S_ISCHR(os.fstat(handle).st_mode):
            raise Away(f"{path} is no device")
        while True:
            if not select.select([], [handle], [], _left(deadline))[1]:
                raise TimeoutError
            if not content.bytes:
                return  # ready for more. Closed sooner, the driver of a USB printer drops the piece that is still on its way
            content.taken(os.write(handle, content.bytes[:4096]))
    finally:
        os.close(handle)


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _is_inside(address: IPv4Address | IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    judged = mapped or address
    return any(judged.version == net.version and judged in net for net in _INSIDE)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _words(error: OSError) -> str:
    """What a person can do something about."""
    if isinstance(error, socket.gaierror):
        return "nobody knows a machine of this name"
    known = {
        errno.ECONNREFUSED: "its address refuses connections",
        errno.EHOSTUNREACH: "there is no way to its address",
        errno.ENETUNREACH: "there is no way to its address",
        errno.ENOENT: "its device file is not there",
        errno.EACCES: "the server may not write to its device file",
        errno.ENXIO: "nothing is connected to its device file",
        errno.ELOOP: "its device file is a link",
        errno.ECONNRESET: "it broke the connection off",
        errno.EPIPE: "it broke the connection off",
    }
    return known.get(error.errno or 0, "the connection failed")
