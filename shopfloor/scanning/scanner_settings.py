"""What a station remembers of its scanner (R-23)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True)
class ScannerSettings:
    """What a station remembers of its scanner (R-23). The browser takes `layout` and `fnc1_is_enter`,
    the decoder the rest; the frame is known to both.
    """

    layout: str = ""
    """Blank: the default one."""
    fnc1_is_enter: bool = False
    separators: tuple[str, ...] = ()
    """Spellings beside the default ones."""
    prefix: str = ""
    suffix: str = ""
    gs_verified: bool = False
    """Every symbol with a separator inside came with it."""
    gs_missing_since: str = ""
    """UTC, ISO 8601: when a label that needs a separator first came without one after that; blank: it never did. The next check ends it."""

    @property
    def sends_separators(self) -> bool:
        """Whether separators may be relied on: it was proved, and nothing has spoken against it since."""
        return self.gs_verified and not self.gs_missing_since

    def kept(self) -> dict[str, object]:
        """As JSON can keep it."""
        return asdict(self)

    @classmethod
    def restored(cls, stored: str) -> ScannerSettings:
        """From what was kept; blank is a scanner that was never checked. Unknown fields are left alone."""
        if not stored:
            return cls()
        kept = json.loads(stored)
        known = {field.name: kept[field.name] for field in fields(cls) if field.name in kept}
        return cls(**known | {"separators": tuple(known.get("separators", ()))})


UNCHECKED = ScannerSettings()
"""Of a station that nobody checked."""
