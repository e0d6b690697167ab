"""What readers, archives and search show about a document, in both of a PDF's ways to say it."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import escape
from reportlab.pdfbase.pdfdoc import PDFName, PDFStream

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdf:Keywords>{keywords}</pdf:Keywords>
<xmp:CreatorTool>{author}</xmp:CreatorTool>
<xmp:CreateDate>{created_at}</xmp:CreateDate>
<xmp:ModifyDate>{created_at}</xmp:ModifyDate>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True, slots=True)
class Metadata:
    title: str
    author: str
    subject: str
    keywords: str
    language: str
    created_at: datetime

    def xmp(self) -> PDFStream:
        """The packet of the document's catalogue, left readable: it is never compressed."""
        packet = _PACKET.format(
            title=escape(self.title),
            author=escape(self.author),
            subject=escape(self.subject),
            keywords=escape(self.keywords),
            language=self.language,
            created_at=self.created_at.isoformat(timespec="seconds"),
        )
        stream = PDFStream(content=packet.encode(), filters=[])
        stream.dictionary["Type"] = PDFName("Metadata")
        stream.dictionary["Subtype"] = PDFName("XML")
        return stream
