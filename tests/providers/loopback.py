"""Small real servers on this machine: each says exactly the bytes a test wants, and remembers what it was sent."""

import socket
import threading


class Loopback:
    """A TCP server whose ``script`` gets each connection and the bytes of one request.

    ``script`` is a function ``(connection, head, body)`` or the bytes to answer. Connections are served one after
    another and closed by the server. A ``greeting`` turns the bare connection into the one that is
    talked on, or into nothing.
    """

    def __init__(self, script, *, host="127.0.0.1", greeting=None):
        self._script = script if callable(script) else lambda connection, head, body: connection.sendall(script)
        self._listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port = self._listener.getsockname()[1]
        self.host_port = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.url = f"http://{self.host_port}"
        self._greeting = greeting
        self.heads = []
        self.bodies = []
        self.connections = 0
        self.released = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self.released.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                try:
                    self._converse(connection)
                except OSError:
                    continue

    def _converse(self, connection):
        if self._greeting is not None:
            connection = self._greeting(connection)
            if connection is None:
                return
        with connection:
            self._answer(connection)

    def _answer(self, connection):
        received = b""
        while b"\r\n\r\n" not in received:
            piece = connection.recv(65536)
            if not piece:
                return
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        declared = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(declared[0].split(b":")[1]) if declared else 0
        while len(body) < length:
            body += connection.recv(65536)
        self.heads.append(head.decode())
        self.bodies.append(body)
        self._script(connection, head.decode(), body)


def http(body=b"", *, status="200 OK", headers=(), length=None):
    """The bytes of one answer; ``length`` may lie."""
    fields = [f"Content-Length: {len(body) if length is None else length}", "Connection: close", *headers]
    return f"HTTP/1.1 {status}\r\n".encode() + "\r\n".join(fields).encode() + b"\r\n\r\n" + body


def redirect(location, status="302 Found"):
    return http(status=status, headers=[f"Location: {location}"])
