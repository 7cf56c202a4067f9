"""Small documents of every kind that transcripts come in."""

import io
import zipfile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODF = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
       'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"')


def word_document(body: str) -> bytes:
    """Return a docx with this body."""
    return _zipped({"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"})


def open_document(body: str, manifest: str = "<manifest/>", head: str = "") -> bytes:
    """Return an odt with this body."""
    content = f"{head}<office:document-content {ODF}><office:body><office:text>{body}</office:text></office:body>"
    return _zipped({"META-INF/manifest.xml": manifest, "content.xml": f"{content}</office:document-content>"})


def _zipped(parts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def pdf(*pages: str, password: str = "") -> bytes:
    """Return a PDF with these pages, set by our own report engine."""
    from weasyprint import HTML

    made = HTML(string="".join(f'<div style="break-after:page;font-family:sans-serif">{page}</div>' for page in pages))
    content: bytes = made.write_pdf()
    if not password:
        return content
    import pikepdf

    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(stream, encryption=pikepdf.Encryption(owner=password, user=password))
    return stream.getvalue()
