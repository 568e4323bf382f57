"""Pictures of codes: read by the server for clients that cannot do it themselves."""

from __future__ import annotations

from typing import Annotated

from flask_openapi3 import FileStorage
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from shopfloor.scanning.pictures.acceptance import REASONS
from shopfloor.web.api.base import blueprint, problems, show
from shopfloor.web.pictures.reading import read_upload, sent_picture, sighting_of

api = blueprint("pictures", "Pictures")
MOST_BEFORE = 20


class PictureForm(BaseModel):
    """A still picture, or one frame of a film."""

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    picture: FileStorage = Field(description="JPEG, PNG or WebP, at most 8 MB and 12 million dots")
    mode: Annotated[str, Field(pattern="^(live|still|hard_mark)$", description="How much work it is worth")] = "still"
    before: list[Annotated[str, Field(max_length=4200)]] = Field(
        default_factory=list, max_length=MOST_BEFORE, description="`sighting` of what the frame before held: the second reading"
    )


@api.post(
    "/pictures/read",
    summary="Read the codes of a picture; nothing is registered and nothing is kept",
    description="Send an accepted `text` as a scan of source `camera`, with its `reading`. Reasons of held and refused codes: "
    + "; ".join(f"`{kind}`: {words}" for kind, words in REASONS.items()),
    responses=problems(401, 422, 503),
)
def read(form: PictureForm) -> Response:
    """Codes with verdict, raw bytes, symbology identifier, engine and stage."""
    return show(read_upload(sent_picture(), form.mode, frozenset(sighting_of(told) for told in form.before)))
