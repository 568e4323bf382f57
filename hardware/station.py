"""The whole program: scanners, spool, printers and door, started and stopped together."""

from __future__ import annotations

import logging
import threading

from hardware.capture import Clock
from hardware.config import Configuration
from hardware.door import Desk, Door
from hardware.handover import Handover
from hardware.printing import PrintRoom
from hardware.spool import Spool
from hardware.watch import Scanner, Watch

log = logging.getLogger("shopfloor.station")


class Station:
    """Everything that runs. Raises OSError if the port is taken, sqlite3.Error if the spool cannot be used."""

    def __init__(self, configuration: Configuration, *more: Scanner) -> None:
        self.configuration = configuration
        self.stopping = threading.Event()
        clock = Clock()
        self.spool = Spool(configuration.spool)
        self.handover = Handover(self.spool, clock)
        self.printing = PrintRoom(self.spool, configuration.printers)
        self.door = Door(Desk(configuration.server, self.handover, self.printing, clock), configuration.port)
        self.watches = [Watch(scanner, self.handover, self.stopping) for scanner in (*configuration.scanners, *more)]
        self.listener = threading.Thread(target=self.door.serve_forever, kwargs={"poll_interval": 0.1}, name="door", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self.printing.start()
        self.listener.start()
        for watch in self.watches:
            watch.start()
        waiting = self.spool.waiting()
        left = f" {waiting} captures wait for a page." if waiting else ""
        log.info("Listening for pages of %s on http://127.0.0.1:%d.%s", self.configuration.server, self.door.server_port, left)

    def stop(self) -> None:
        """End in order. A program that is killed instead loses nothing either."""
        self.stopping.set()
        for watch in self.watches:
            watch.join()
        self.door.shutdown()
        self.door.server_close()
        self.printing.stop()
        self.spool.close()
