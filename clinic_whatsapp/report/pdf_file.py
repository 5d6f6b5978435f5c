"""What happens to a PDF file after wkhtmltopdf made it. Bytes in, bytes out; nothing here knows of Odoo's records.

Linux distributions build wkhtmltopdf without the patches that print headers and footers. So every page gets its mark
here: a code and "page / pages", by which the sheets of a signed form are known to belong together. What the document
is about is put into it as files, byte by byte: a text in there has the hash that was recorded for it, which the letters
on a page cannot have (legal.md LR-08).
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from odoo.tools.pdf import OdooPdfFileWriter, PdfFileReader, PdfReadError
from PIL import Image, ImageOps
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

PICTURE_SIZE = (1654, 2339)  # pixels of an A4 sheet at 200 dpi: a signature stays readable, a photograph gets small
MARGIN = 15 * mm
MARK_HEIGHT, MARK_SIZE = 7 * mm, 7  # above the lower edge; points
# What pypdf raises for files that it cannot make sense of.
UNREADABLE = (PdfReadError, TypeError, ValueError, KeyError, IndexError, AttributeError, NotImplementedError)


@dataclass(frozen=True)
class File:
    """A file to put into a PDF file; the name is plain ASCII."""

    name: str
    content: bytes
    mime_type: str


def finish(pdf: bytes, mark: str, *, files: Sequence[File] = (), evidence: Sequence[File] = ()) -> bytes:
    """Return a PDF file with marked pages, with the pages of scans behind its own, and with files inside.

    :param mark: plain ASCII; stands at the foot of every page
    :param files: are put inside as they are
    :param evidence: pictures and PDF files: inside as they are, and as pages; one that cannot be shown is only inside
    """
    pages = [*_read_pages(pdf), *(page for file in evidence for page in _show(file))]
    writer = OdooPdfFileWriter()
    for page, overlay in zip(pages, _draw_marks(pages, mark), strict=True):
        page.mergePage(overlay)
        writer.addPage(page)
    writer.addMetadata({"/Title": mark})
    for file in (*files, *evidence):
        writer.addAttachment(file.name, file.content, file.mime_type)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _read_pages(pdf: bytes) -> list:
    """Return the pages without what could open a link or run in a viewer."""
    pages = list(PdfFileReader(io.BytesIO(pdf), strict=False).pages)
    for page in pages:
        for key in ("/Annots", "/AA"):
            page.pop(key, None)
    return pages


def _show(file: File) -> list:
    try:
        return _read_pages(file.content if file.mime_type == "application/pdf" else _draw_picture(file.content))
    except (*UNREADABLE, OSError, Image.DecompressionBombError):  # locked or broken: the file itself is in there
        return []


def _draw_picture(content: bytes) -> bytes:
    """Return a PDF page with a picture, upright and as large as the page allows."""
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")
    picture.thumbnail(PICTURE_SIZE)
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    size = (A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN)
    canvas.drawImage(ImageReader(picture), MARGIN, MARGIN, *size, preserveAspectRatio=True, anchor="n")
    canvas.save()
    return target.getvalue()


def _draw_marks(pages: Sequence, mark: str) -> Iterable:
    """Return for each page one that bears nothing but its mark, in the middle of its foot."""
    target = io.BytesIO()
    canvas = Canvas(target)
    for number, page in enumerate(pages, 1):
        box = page.mediaBox
        canvas.setPageSize((float(box.right), float(box.top)))
        canvas.setFont("Courier", MARK_SIZE)
        middle = float(box.left) + float(box.getWidth()) / 2
        canvas.drawCentredString(middle, float(box.bottom) + MARK_HEIGHT, f"{mark}   {number} / {len(pages)}")
        canvas.showPage()
    canvas.save()
    return PdfFileReader(io.BytesIO(target.getvalue())).pages
