"""What a form was opened with, as one word: whoever saves shows it again, and older values are refused (`STALE_ROW`).

For parts of a document that have no version column of their own. It is compared under the document's lock, so nobody is between the
comparison and the writing.
"""

from __future__ import annotations

import hashlib
import json

from shopfloor.errors import StaleRow

LENGTH = 32


def fingerprint(*values: object) -> str:
    """The same word for the same values. Values are text, numbers, dates, or lists of them."""
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:LENGTH]


def check_unchanged(read: str, now: str, record: str) -> None:
    """Raises StaleRow unless `read` is what is there now. Blank: the caller did not read, and means to replace whatever is there."""
    if read and read != now:
        raise StaleRow(record=record)
