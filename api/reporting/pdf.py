"""The report as a PDF (ReportLab, the extra `report`): the same facts as the page, for printing and for files.

Letters of Latin scripts are set in a font that is embedded; Korean, Japanese and Chinese in the fonts that every PDF reader has
by name, so nothing large is shipped. A letter that none of them has is shown as □: the page has it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from xml.sax.saxutils import escape

from api.reporting.drawing import HEIGHT, WIDTH, Drawing
from api.reporting.lettering import cut
from api.reporting.page import seconds
from api.reporting.showing import STEPS
from api.reporting.told import About, Picture, Shown, moment
from registry.events.personal import GONE, known

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

MOST_CLIPS: Final = 200
"""A PDF is made in memory; the page has no such limit, and the PDF says that there are more."""
_LATIN: Final = "Vera"
_BY_CODING: Final = (
    ("euc_kr", "HYGothic-Medium"),
    ("euc_jp", "HeiseiKakuGo-W5"),
    ("gb2312", "STSong-Light"),
)
"""What a letter can be written in, and the font of that collection (ISO 32000-1, 9.7.5.2)."""
_MARGIN: Final = 48
_LOST: Final = "□"
_INK, _SOFT, _LINE, _TINT, _ACCENT = 0x1C1F24, 0x5B6470, 0xD4D9E0, 0xF4F6F9, 0x24508F


def can_write() -> bool:
    """Whether ReportLab is installed (the extra `report`)."""
    return find_spec("reportlab") is not None


def write_pdf(about: About, shown: Iterable[Shown], out: BinaryIO) -> None:
    """The whole PDF; the same report gives the same bytes."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    _register()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=f"{about.name or about.id} – audit report",
        author=about.origin,
        invariant=1,
    )
    story = list(_front(about))
    for one in islice(shown, MOST_CLIPS):
        story += _clip(one, document.width)
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)


@cache
def _register() -> None:
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    registerFont(TTFont(_LATIN, "Vera.ttf"))
    registerFont(TTFont(f"{_LATIN}-Bold", "VeraBd.ttf"))
    for _, font in _BY_CODING:
        registerFont(UnicodeCIDFont(font))


@cache
def _colour(rgb: int) -> Any:
    from reportlab.lib.colors import HexColor

    return HexColor(rgb)


@cache
def font_of(letter: str) -> str | None:
    """The font a letter is set in; None where none has it."""
    from reportlab.pdfbase.pdfmetrics import getFont

    _register()
    if ord(letter) in getFont(_LATIN).face.charToGlyph:
        return _LATIN
    for coding, font in _BY_CODING:
        try:
            letter.encode(coding)
        except UnicodeEncodeError:
            continue
        return font
    return None


def marked_up(text: str) -> str:
    """Anybody's text as the markup of a paragraph: escaped, each run of letters in its font."""
    shown = "".join(letter if letter == "\n" or font_of(letter) else _LOST for letter in text)
    runs = groupby(shown, key=lambda letter: _LATIN if letter in "\n □" else font_of(letter) or _LATIN)
    parts = []
    for font, letters in runs:
        run = escape("".join(letters)).replace("\n", "<br/>")
        parts.append(run if font == _LATIN else f'<font name="{font}">{run}</font>')
    return "".join(parts)


def _style(name: str, size: float, **more: Any) -> Any:
    from reportlab.lib.styles import ParagraphStyle

    return ParagraphStyle(name, fontName=_LATIN, fontSize=size, leading=size * 1.4, wordWrap="CJK", **more)


def _paragraph(text: object, size: float = 8.5, **more: Any) -> Any:
    from reportlab.platypus import Paragraph

    return Paragraph(marked_up(str(text)), _style("text", size, **more))


def _heading(text: str, size: float = 11) -> Any:
    from reportlab.platypus import Paragraph

    return Paragraph(marked_up(text), _style("heading", size, spaceBefore=10, spaceAfter=4))


def _front(about: About) -> Iterator[Any]:
    yield _paragraph("Audit report", textColor=_colour(_SOFT))
    yield _heading(about.name or about.id, 18)
    told = [
        ("About", about.id),
        ("Clips", str(about.clips)),
        ("Studio", about.studio),
        ("Checkpoint", f"{about.origin}, the first {about.size} events, up to {moment(about.until)}"),
        ("Root", about.root),
        *(("Public key", key) for key in about.keys),
    ]
    yield _facts(told)
    yield _paragraph(
        "This report was made by the service for people to read, and proves nothing. What is proven are the events, receipts and "
        "media beside it: run python verify.py --public-key FILE there, with a public key that you have from elsewhere. Lines "
        "marked * are read out of proven events; the others are opened from what the log keeps sealed, for whoever may read it.",
        spaceBefore=12,
        backColor=_colour(_TINT),
        borderPadding=6,
    )
    if about.clips > MOST_CLIPS:
        yield _paragraph(
            f"This file shows the first {MOST_CLIPS} clips; report.html shows all.", spaceBefore=12
        )


def _clip(one: Shown, width: float) -> list[Any]:
    from reportlab.platypus import PageBreak, Spacer

    said = one.statement
    parts: list[Any] = [PageBreak(), _heading(said.clip, 13), _picture(one.poster, 220), Spacer(0, 8)]
    parts.append(_facts(_told(one)))
    if one.record is not None and one.record.prompt:
        parts += [_heading("Prompt"), _paragraph(known(one.record.prompt, GONE))]
    if said.cast:
        rows = [("Name", "* Character", "* Version", "* Look", "* Likeness, consent")]
        for member in said.cast:
            by = "\n".join(str(member[name]) for name in ("likeness", "consent") if member[name])
            who = member["character"]
            rows.append(
                (one.names.get(who, ""), who, str(member["version"]), member["look"] or "–", by or "–")
            )
        parts += [_heading("Cast"), _table(rows, [0.22, 0.3, 0.1, 0.1, 0.28], width)]
    if one.sources:
        parts += [_heading("Made from" if one.record else "In the log"), _sources(one, width)]
    parts += [_heading(f"Lineage, {STEPS} steps back"), _drawn(one.drawing, said.clip, width)]
    return parts


def _told(one: Shown) -> list[tuple[str, str]]:
    """The facts of a clip, as the page has them."""
    said, card = one.statement, one.card
    verdict = "none"
    if said.verdict is not None:
        how = "approved" if said.verdict.approved else "rejected"
        verdict = f"{how} by {said.verdict.by}, {moment(said.verdict.at)} (position {said.verdict.position})"
    told = _adopted(one) if one.record is None else _made(one)
    return [
        ("* State", said.state),
        ("* Verdict", verdict),
        ("* SHA-256", said.sha256),
        ("* Size", f"{said.bytes:,} bytes, {said.media_type}"),
        (
            "Picture",
            f"{card.width} × {card.height}, {seconds(card.duration_us)}{', with sound' * card.has_audio}",
        ),
        ("* Recorded", f"position {said.position}, {moment(said.recorded_at)}"),
        ("* Scene", f"{one.names.get(said.scene, '')} {said.scene}".strip()),
        *told,
    ]


def _adopted(one: Shown) -> list[tuple[str, str]]:
    """Of footage that was not made here: on whose word it is what."""
    said, adopted = one.statement, one.card.adopted
    words = {True: "yes", False: "no", None: "unknown"}
    return [
        ("* Adopted", f"by {said.recorded_by}; it was not made here"),
        ("From", adopted.source if adopted else "–"),
        ("* Generated", words[said.ai_generated]),
    ]


def _made(one: Shown) -> list[tuple[str, str]]:
    said = one.statement
    sent = said.sent and (
        f"{said.sent.host}, model {said.sent.model}, task {said.sent.task_id or '–'} (position {said.sent.position})"
    )
    charge = (
        said.charge and f"{said.charge.units} units, {said.charge.basis} (position {said.charge.position})"
    )
    return [
        ("* Pattern", said.pattern or "–"),
        ("* Plan digest", said.plan_digest or "–"),
        ("* Sent to", sent or "not shown"),
        ("Wire digest", (known(one.record.wire_digest, GONE) if one.record else None) or "–"),
        ("* Charged", charge or "not shown"),
    ]


def _facts(told: Iterable[tuple[str, str]]) -> Any:
    from reportlab.platypus import Table

    rows = [[_paragraph(name, textColor=_colour(_SOFT)), _paragraph(value)] for name, value in told]
    return Table(
        rows, colWidths=[84, None], style=[("VALIGN", (0, 0), (-1, -1), "TOP"), *_TIGHT], hAlign="LEFT"
    )


_TIGHT: Final = (
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 1),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
)


def _table(rows: Iterable[Iterable[Any]], shares: list[float], width: float) -> Any:
    from reportlab.platypus import Table

    cells = [[_paragraph(one, 7.5) if isinstance(one, str) else one for one in row] for row in rows]
    lines = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _colour(_LINE)),
        *_TIGHT,
    ]
    return Table(
        cells, colWidths=[share * width for share in shares], style=lines, repeatRows=1, hAlign="LEFT"
    )


def _sources(one: Shown, width: float) -> Any:
    rows: list[list[Any]] = [["Picture", "Name", "* Id", "* In the log since", "* Erased"]]
    for source in one.sources:
        picture = _picture(source.picture, 52) if source.picture else ""
        erased = "erased" if source.erased else "no"
        rows.append([picture, source.label, source.id, f"position {source.position}", erased])
    return _table(rows, [0.14, 0.26, 0.34, 0.16, 0.1], width)


def _picture(picture: Picture, side: float) -> Any:
    """The picture within a square; the same picture is in the file once, however often it is shown."""
    if not picture.content:
        return _paragraph(picture.why, 7.5, textColor=_colour(_SOFT))
    read = _read(picture.content)
    wide, high = read.getSize()
    scale = side / max(wide, high)
    size = (wide * scale, high * scale)
    return _flowing(size, lambda canvas: canvas.drawImage(read, 0, 0, *size))


def _flowing(size: tuple[float, float], draw: Callable[[Canvas], object]) -> Any:
    """Something of a size that is drawn where the text has come to."""
    from reportlab.platypus import Flowable

    class Flowing(Flowable):  # type: ignore[misc]
        """ReportLab asks for its size, then has it drawn."""

        hAlign = "LEFT"  # noqa: N815 - ReportLab's name

        def wrap(self, *_: float) -> tuple[float, float]:
            return size

        def draw(self) -> None:
            draw(self.canv)

    return Flowing()


@lru_cache(maxsize=64)
def _read(content: bytes) -> Any:
    from reportlab.lib.utils import ImageReader

    return ImageReader(io.BytesIO(content))


def _foot(canvas: Canvas, _document: Any) -> None:
    canvas.saveState()
    canvas.setFont(_LATIN, 7)
    canvas.setFillColor(_colour(_SOFT))
    canvas.drawRightString(canvas._pagesize[0] - _MARGIN, _MARGIN / 2, str(canvas.getPageNumber()))
    canvas.restoreState()


def _drawn(drawing: Drawing, first: str, width: float) -> Any:
    """The lineage, made as small as the page needs."""
    scale = min(1.0, width / drawing.width, 560 / drawing.height)

    def scaled(canvas: Canvas) -> None:
        canvas.scale(scale, scale)
        _draw(canvas, drawing, first)

    return _flowing((drawing.width * scale, drawing.height * scale), scaled)


def _draw(canvas: Canvas, drawing: Drawing, first: str) -> None:
    high = drawing.height
    canvas.setLineWidth(0.7)
    canvas.setStrokeColor(_colour(_SOFT))
    for line in drawing.lines:
        middle = (line.x1 + line.x2) / 2
        canvas.bezier(
            line.x1, high - line.y1, middle, high - line.y1, middle, high - line.y2, line.x2, high - line.y2
        )
    for box in drawing.boxes:
        canvas.setFillColor(_colour(_TINT))
        canvas.setStrokeColor(_colour(_ACCENT if box.id == first else _LINE))
        canvas.roundRect(box.x, high - box.y - HEIGHT, WIDTH, HEIGHT, 5, fill=1)
        canvas.setFillColor(_colour(_INK))
        _write(canvas, box.x + 9, high - box.y - 19, cut(box.label or box.kind, WIDTH - 16, 10), 10)
        canvas.setFillColor(_colour(_SOFT))
        _write(canvas, box.x + 9, high - box.y - 34, cut(f"{box.kind} …{box.id[-12:]}", WIDTH - 16, 8), 8)
    for word in drawing.words:
        canvas.setFillColor(_colour(_SOFT))
        before = canvas.stringWidth(word.text, _LATIN, 7) if word.anchor == "end" else 0
        _write(canvas, word.x - before, high - word.y, word.text, 7)


def _write(canvas: Canvas, x: float, y: float, text: str, size: float) -> None:
    """One line of anybody's text, each run of letters in its font."""
    for font, letters in groupby(text, key=font_of):
        found = "".join(letters)
        run = found if font else _LOST * len(found)
        canvas.setFont(font or _LATIN, size)
        canvas.drawString(x, y, run)
        x += canvas.stringWidth(run, font or _LATIN, size)
