"""A mail server of our own on a real socket: takes letters, refuses some, or breaks off."""

import socketserver
import threading
from email import message_from_bytes, policy


class Postbox:
    """`letters` are those it took; `refuses` addresses; `breaks` that many conversations right after the greeting."""

    def __init__(self):
        self.letters = []
        self.refuses = set()
        self.breaks = 0
        postbox = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self):
                postbox._talk(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def _talk(self, peer):
        def say(line):
            peer.wfile.write(line.encode() + b"\r\n")

        say("220 postbox")
        if self.breaks:
            self.breaks -= 1
            return
        for raw in peer.rfile:
            verb = raw.decode().strip().upper()
            if verb.startswith(("EHLO", "HELO")):
                say("250 postbox")
            elif verb.startswith("RCPT") and any(address.upper() in verb for address in self.refuses):
                say("550 nobody here")
            elif verb.startswith("DATA"):
                say("354 go on")
                lines = iter(peer.rfile.readline, b".\r\n")
                self.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
                say("250 taken")
            elif verb.startswith("QUIT"):
                say("221 bye")
                return
            else:
                say("250 fine")
