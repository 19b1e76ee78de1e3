"""A connection of aiomqtt that may lose its broker at any moment, also while it is about to speak.

aiomqtt has the loop watch the number of its socket a turn later than it was asked to. If the broker
has gone in that turn the number is closed, and the loop's own error would end the daemon
(firmware/runtime/daemon.py), or it is the number of another file by now.
"""

from __future__ import annotations

from typing import Any

import aiomqtt


class Connection(aiomqtt.Client):
    """Watches a socket that is open, or none."""

    def _on_socket_register_write(self, client: Any, userdata: Any, sock: Any) -> None:
        """Of paho: there is something to send. May come from the thread that connects."""
        self._loop.call_soon_threadsafe(self._watch, client, sock)

    def _watch(self, client: Any, sock: Any) -> None:
        """A wire that breaks while it is written to is no error of `loop_write`: it says so."""
        if sock.fileno() >= 0:
            self._loop.add_writer(sock.fileno(), client.loop_write)

    def _on_disconnect(
        self, client: Any, userdata: Any, flags: Any, reason_code: Any, properties: Any = None
    ) -> None:
        """Nobody waits any more who was told to stop while he waited to be let in."""
        if not self._connected.cancelled():
            super()._on_disconnect(client, userdata, flags, reason_code, properties)
