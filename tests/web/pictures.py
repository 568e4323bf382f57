"""Sending pictures in tests, and a pool with more time than a plant has: the test machine is shared."""

from __future__ import annotations

import io
from contextlib import contextmanager

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from shopfloor.web.pictures.decoders import Decoders

READ = "/api/v1/pictures/read"


@contextmanager
def patient_pool():
    """One process, one place in the queue."""
    made = Decoders(processes=1, waiting=1, seconds=20)
    patched = pytest.MonkeyPatch()
    patched.setattr("shopfloor.web.pictures.reading.decoders", lambda: made)
    yield made
    made.close()
    patched.undo()


def send(client, content, name="photo.jpg", kind="image/jpeg", path=READ, **form):
    # Encoded here: the test client would leave a large body behind in an open file.
    boundary, body = encode_multipart({**form, "picture": FileStorage(io.BytesIO(content), name, content_type=kind)})
    return client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")
