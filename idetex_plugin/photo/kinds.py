"""Which kind of file these bytes begin as."""

from __future__ import annotations

import re

MAGIC = {
    "JPEG": rb"\xff\xd8\xff", "PNG": rb"\x89PNG\r\n\x1a\n", "GIF": rb"GIF8[79]a", "BMP": rb"BM",
    "TIFF": rb"II\*\0|MM\0\*|II\+\0|MM\0\+", "WEBP": rb"RIFF....WEBP", "JPEG2000": rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51",
    "AVIF": rb"....ftyp(avif|avis)", "HEIF": rb"....ftyp(hei|hev|mif|msf)", "ICO": rb"\0\0\x01\0",
    "JXL": rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n", "PPM": rb"P[1-6]\s", "QOI": rb"qoif", "SGI": rb"\x01\xda",
}  # fmt: skip
TITLES = {"JPEG2000": "JPEG 2000", "WEBP": "WebP", "PPM": "a PNM file"}
UNSUPPORTED = {
    "a PDF": rb"%PDF", "PostScript": rb"%!PS", "an SVG drawing": rb"\s*(<\?xml[^>]{0,200}>\s*)?<(svg|!DOCTYPE svg)",
    "a camera raw photo": (
        rb"FUJIFILMCCD-RAW|IIR[OS]|MMOR|IIU\0|FOVb|\0MRM|II\x1a\0\0\0HEAPCCDR|....ftypcrx |IIII.{4}Raw|"
        rb"II\*\0....CR\x02\0"
    ),
    "a video": rb"....ftyp(?!avi[fs]|hei|hev|mif|msf|crx|jp)|\x1aE\xdf\xa3|RIFF....AVI ",
    "a Photoshop file": rb"8BPS", "OpenEXR": rb"v/1\x01", "Radiance HDR": rb"#\?RADIANCE|#\?RGBE",
    "a DirectDraw surface": rb"DDS ", "a portable float map": rb"P[Ff]\s", "a GIMP picture": rb"gimp xcf",
    "JPEG XR": rb"II\xbc", "DICOM": rb".{128}DICM", "FITS": rb"SIMPLE  =", "BPG": rb"BPG\xfb", "FLIF": rb"FLIF",
}  # fmt: skip


def unsupported_kind(data: bytes) -> str | None:
    """The name of a known kind that is never judged."""
    return next((kind for kind, magic in UNSUPPORTED.items() if re.match(magic, data, re.S)), None)


def kind_of(data: bytes) -> str | None:
    """The key of MAGIC that fits, or None. HEIF brands that hold AV1 count as AVIF."""
    kind = next((kind for kind, magic in MAGIC.items() if re.match(magic, data, re.S)), None)
    if kind == "HEIF" and re.search(rb"avi[fs]", data[16 : min(int.from_bytes(data[:4], "big"), 256)]):
        return "AVIF"
    return kind
