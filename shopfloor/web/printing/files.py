"""Ways out of a label job: PDF, ZPL, PNG, SVG, and the page that a browser prints."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, send_file
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from shopfloor.errors import NotFound
from shopfloor.labels.queries import JobCard, format_by_code, job_card, layouts_of
from shopfloor.scanning.printing import pictures
from shopfloor.scanning.printing.formats import Grid, LabelFormat, plain
from shopfloor.scanning.printing.layout import Layout
from shopfloor.scanning.printing.sheets import grid_of, pdf
from shopfloor.scanning.printing.zpl import zpl
from shopfloor.web.extensions import request_session
from shopfloor.web.htmx import respond
from shopfloor.web.inputs import argument, whole_argument
from shopfloor.web.lists import found

bp = Blueprint("label_files", __name__, url_prefix="/label-jobs")


@bp.get("/<int:job_no>/labels.pdf")
def as_pdf(job_no: int) -> AnyResponse:
    """Sheets, or a page for each label of a roll."""
    card = _card(job_no)
    content = pdf(_copies(card, _layouts(card)), first_cell=_used_up(), title=f"Label job {job_no}")
    return _file(content, "application/pdf", f"labels-{job_no}.pdf")


@bp.get("/<int:job_no>/labels.zpl")
def as_zpl(job_no: int) -> AnyResponse:
    """For a thermal printer. `symbols=commands`: the printer draws symbols itself where that is certain."""
    card = _card(job_no)
    content = zpl(_layouts(card), commands=argument("symbols") == "commands", copies=card.job.copies)
    return _file(content.encode("ascii"), "text/plain", f"labels-{job_no}.zpl")


@bp.get("/<int:job_no>/labels/<int:place>.png")
def as_png(job_no: int, place: int) -> AnyResponse:
    """One label with the dots of its printer."""
    return _file(pictures.png(_one(job_no, place)), "image/png", f"label-{job_no}-{place}.png")


@bp.get("/<int:job_no>/labels/<int:place>.svg")
def as_svg(job_no: int, place: int) -> AnyResponse:
    """One label, crisp at any size."""
    return _file(pictures.svg(_one(job_no, place)).encode(), "image/svg+xml", f"label-{job_no}-{place}.svg")


@bp.get("/<int:job_no>/print")
def print_page(job_no: int) -> AnyResponse:
    """Nothing but labels, page by page, for the printer of the browser."""
    card = _card(job_no)
    layouts = _copies(card, _layouts(card))
    grid, used = grid_of(layouts[0].format), _used_up()
    # Digits and escaped text, see scanning.printing.
    cells = [None] * (used % grid.count) + [Markup(pictures.svg(layout)) for layout in layouts]  # noqa: S704
    pages = [cells[start : start + grid.count] for start in range(0, len(cells), grid.count)]
    return respond("pages/label_print.html", job=card.job, pages=pages, used=used)


@bp.get("/<int:job_no>/print.css")
def print_style(job_no: int) -> AnyResponse:
    """Paper size and places of the sheet: a page cannot say them itself, because no style stands in a page."""
    card = _card(job_no)
    form = format_by_code(request_session(), card.job.label_format)
    return Response(style_of(form, grid_of(form)), mimetype="text/css", headers={"Cache-Control": "no-store"})


def style_of(form: LabelFormat, grid: Grid) -> str:
    """Millimetres of page and labels."""
    rules = [
        f"@page {{ size: {plain(grid.page_width)}mm {plain(grid.page_height)}mm; margin: 0; }}",
        f".paper {{ width: {plain(grid.page_width)}mm; height: {plain(grid.page_height)}mm; }}",
    ]
    for cell in range(grid.count):
        left, top = grid.place(cell)
        x, y = left + (grid.width - form.width_mm) / 2, top + (grid.height - form.height_mm) / 2
        rules.append(f".paper > :nth-child({cell + 1}) {{ left: {plain(x)}mm; top: {plain(y)}mm; }}")
    return "\n".join(rules) + "\n"


def _card(job_no: int) -> JobCard:
    card: JobCard = found("label job", str(job_no), job_card(request_session(), job_no))
    return card


def _layouts(card: JobCard) -> list[Layout]:
    return layouts_of(request_session(), card)


def _one(job_no: int, place: int) -> Layout:
    card = _card(job_no)
    if place not in {line.place for line in card.lines}:
        raise NotFound(record=f"label in job {job_no}:", number=str(place))
    return layouts_of(request_session(), card, frozenset({place}))[0]


def _copies(card: JobCard, layouts: list[Layout]) -> list[Layout]:
    """Copies of a label follow each other, so that labels come out in their order."""
    return [layout for layout in layouts for _copy in range(card.job.copies)]


def _used_up() -> int:
    """Labels of the first sheet that are gone already: the page asks for the first free one, from 1."""
    return whole_argument("first_cell", 1, largest=100) - 1


def _file(content: bytes, kind: str, name: str) -> AnyResponse:
    response = send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response
