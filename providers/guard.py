"""Which addresses we are willing to connect to, decided where the connection is made.

A name is resolved once, every address it gives is checked, and the socket is opened to exactly the address that was
checked, so a name that answers differently a moment later (DNS rebinding) gains nothing. TLS still verifies the name.
Addresses that are not public are refused unless the operator listed the exact "host:port".
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection, Iterable
from typing import Any

import httpcore
import httpx

from providers.errors import FetchFailedError, FetchRefusedError

Resolver = Callable[[str, int], list[str]]
"""Name and port to textual addresses; raises ``OSError`` when the name is unknown."""

Allowed = Collection[str] | Callable[[], Collection[str]]
"""The operator's exceptions as "host:port"; a callable is asked anew at every connection."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses the operating system gives for ``host``."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def host_port(host: str, port: int) -> str:
    """The way operators list an exception: "name:port", "[v6]:port", lower case."""
    return f"[{host}]:{port}".lower() if ":" in host else f"{host}:{port}".lower()


def is_listed(host: str, port: int, allowed: Allowed) -> bool:
    """Whether the operator listed exactly this host and port."""
    entries = allowed() if callable(allowed) else allowed
    return host_port(host, port) in {entry.lower() for entry in entries}


def is_public(address: str) -> bool:
    """Whether ``address`` is on the public internet, seen through every way of wrapping IPv4 in IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(_is_public(layer) for layer in _layers(ip))


def checked_addresses(host: str, port: int, *, allowed: Allowed, resolver: Resolver) -> list[str]:
    """The addresses of ``host`` we may connect to.

    One forbidden address among several refuses them all: a name that points inside is not to be trusted outside either.
    Raises ``FetchRefusedError("address")``, ``FetchFailedError("resolve")``.
    """
    try:
        addresses = list(dict.fromkeys(resolver(host, port)))
    except (OSError, UnicodeError) as error:
        raise FetchFailedError("resolve", f"{host} cannot be resolved") from error
    if not addresses:
        raise FetchFailedError("resolve", f"{host} has no address")
    if not is_listed(host, port, allowed) and not all(map(is_public, addresses)):
        raise FetchRefusedError("address", f"{host_port(host, port)} is not on the public internet and not listed")
    return addresses


def _layers(ip: IPAddress) -> list[IPAddress]:
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    if ip.ipv4_mapped is not None:
        return [ip.ipv4_mapped]
    if ip in _NAT64:
        # How a network without IPv4 reaches public IPv4 hosts: only the address inside counts.
        return [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)]
    layers: list[IPAddress] = [ip]
    if ip.sixtofour is not None:
        layers.append(ip.sixtofour)
    return layers


def _is_public(ip: IPAddress) -> bool:
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return False
    # is_global alone lets multicast through, and which ranges it knows depends on the Python release.
    return ip.is_global and not (
        ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_reserved or ip.is_unspecified
    )


class GuardedBackend(httpcore.NetworkBackend):
    """Opens blocking sockets to checked addresses only."""

    def __init__(self, *, allowed: Allowed, resolver: Resolver = system_resolver) -> None:
        self._allowed = allowed
        self._resolver = resolver
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in self._addresses(host, port):
            try:
                return self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(self, path: str, *args: Any, **options: Any) -> httpcore.NetworkStream:
        raise FetchRefusedError("address", "Sockets of this machine are no foreign address")

    def sleep(self, seconds: float) -> None:
        self._sockets.sleep(seconds)

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            return checked_addresses(host, port, allowed=self._allowed, resolver=self._resolver)
        except FetchFailedError as error:
            raise httpcore.ConnectError(str(error)) from error


class AsyncGuardedBackend(httpcore.AsyncNetworkBackend):
    """The asynchronous twin; names are resolved in a thread."""

    def __init__(self, *, allowed: Allowed, resolver: Resolver = system_resolver) -> None:
        self._allowed = allowed
        self._resolver = resolver
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception | None = None
        for address in await asyncio.to_thread(self._addresses, host, port):
            try:
                return await self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(self, path: str, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        raise FetchRefusedError("address", "Sockets of this machine are no foreign address")

    async def sleep(self, seconds: float) -> None:
        await self._sockets.sleep(seconds)

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            return checked_addresses(host, port, allowed=self._allowed, resolver=self._resolver)
        except FetchFailedError as error:
            raise httpcore.ConnectError(str(error)) from error


@functools.cache
def _tls_context() -> ssl.SSLContext:
    """One for all connections: loading the certificates takes longer than a short fetch."""
    return httpx.create_ssl_context(trust_env=False)


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over guarded sockets. httpx offers no way to pass the backend, so its pool is replaced."""

    def __init__(self, *, backend: GuardedBackend, limits: httpx.Limits, tls: ssl.SSLContext | None = None) -> None:
        context = tls or _tls_context()
        super().__init__(verify=context, trust_env=False, limits=limits)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=backend,
        )


class AsyncGuardedTransport(httpx.AsyncHTTPTransport):
    """The asynchronous twin."""

    def __init__(self, *, backend: AsyncGuardedBackend, limits: httpx.Limits) -> None:
        context = _tls_context()
        super().__init__(verify=context, trust_env=False, limits=limits)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=backend,
        )
