"""Small documents of word processors for tests, written by hand."""

from __future__ import annotations

import io
import zipfile

PNG = b"\x89PNG\r\n\x1a\n picture"
_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
_STYLES = """
<style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="T2" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>
<style:style style:name="P2" style:family="paragraph" style:parent-style-name="Quotations"/>
<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/>
<text:list-level-style-bullet text:level="2"/></text:list-style>
"""
_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """Return a ZIP archive of some parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


def odt(body: str, *, meta: str = "", flat: bool = False, more: dict[str, str | bytes] | None = None) -> bytes:
    """Return an OpenDocument text with a body in XML."""
    content = (
        f"<office:automatic-styles>{_STYLES}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body>"
    )
    about = f"<office:meta>{meta}</office:meta>"
    if flat:
        return f'<?xml version="1.0"?><office:document {_ODF}>{about}{content}</office:document>'.encode()
    parts: dict[str, str | bytes] = {
        "content.xml": f"<office:document-content {_ODF}>{content}</office:document-content>",
        "meta.xml": f"<office:document-meta {_ODF}>{about}</office:document-meta>",
        "Pictures/a.png": PNG,
    }
    return zipped(parts | (more or {}))


def docx(body: str, *, core: str = "", notes: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    """Return a document of Word with a body in XML."""
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    heading = '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
    title = '<w:style w:type="paragraph" w:styleId="Ti"><w:name w:val="Title"/></w:style>'
    level = '<w:lvl w:ilvl="{0}"><w:numFmt w:val="{1}"/></w:lvl>'
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{level.format(0, "decimal")}{level.format(1, "bullet")}</w:abstractNum>'
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="png" ContentType="image/png"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Target="word/document.xml" '
        f'Type="{_RELATIONS}/officeDocument"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}">'
        f'<Relationship Id="p1" Target="media/a.png" Type="{_RELATIONS}/image"/>'
        f'<Relationship Id="l1" Target="https://example.org/a" Type="{_RELATIONS}/hyperlink" TargetMode="External"/>'
        f'<Relationship Id="s1" Target="styles.xml" Type="{_RELATIONS}/styles"/>'
        f'<Relationship Id="n1" Target="numbering.xml" Type="{_RELATIONS}/numbering"/>'
        f'<Relationship Id="f1" Target="footnotes.xml" Type="{_RELATIONS}/footnotes"/></Relationships>',
        "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {_W}>{heading}{title}</w:styles>",
        "word/numbering.xml": f'<w:numbering {_W}>{numbering}<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        "</w:numbering>",
        "word/footnotes.xml": f"<w:footnotes {_W}>{notes}</w:footnotes>",
        "word/media/a.png": PNG,
        "docProps/core.xml": '<cp:coreProperties xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties">{core}</cp:coreProperties>',
    }
    return zipped(parts | (more or {}))


def paragraph(text: str, *, style: str = "", item: int = -1, inside: str = "") -> str:
    """Return a paragraph of Word; `item` is the level of a list."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if item >= 0:
        properties += f'<w:numPr><w:ilvl w:val="{item}"/><w:numId w:val="1"/></w:numPr>'
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r>{inside}</w:p>'
