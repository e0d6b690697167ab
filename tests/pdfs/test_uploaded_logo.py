"""Which files become logos, what is left of them, and which are refused."""

import random
from io import BytesIO

import pytest
from PIL import Image

from pdfs.uploaded_logo import MAX_SCANS, LogoFault, UnacceptableLogo, clean_logo
from tests.pictures import RED, a_picture, with_chunk

DAMAGED, MORE = LogoFault.DAMAGED, LogoFault.MORE_THAN_A_PICTURE
NO_PICTURE, TOO_LARGE = LogoFault.NOT_A_PICTURE, LogoFault.TOO_MANY_PIXELS
PNG, JPEG = a_picture(), a_picture(kind="JPEG")
SCAN = JPEG.index(b"\xff\xda")
SECRET = b"Calle Falsa 123"
TURNED = Image.Exif()
TURNED[0x0112] = 6  # orientation: lies on its side
TURNED[0x010E] = SECRET.decode()  # description


def drawn(logo) -> Image.Image:
    picture = Image.open(BytesIO(logo.png))
    assert (picture.format, picture.mode) == ("PNG", "RGBA")
    assert picture.size == (logo.width, logo.height)
    return picture


def fault(file) -> LogoFault | None:
    try:
        clean_logo(file)
    except UnacceptableLogo as error:
        return error.fault
    return None


@pytest.mark.parametrize(
    ("file", "size"),
    [
        pytest.param(PNG, (300, 100), id="as it is"),
        pytest.param(a_picture(size=(1200, 300)), (600, 150), id="wide"),
        pytest.param(a_picture(size=(400, 1200)), (100, 300), id="high"),
        pytest.param(a_picture(size=(3000, 3)), (600, 1), id="a line"),
        pytest.param(a_picture(size=(1, 1)), (1, 1), id="a point"),
        pytest.param(a_picture(size=(3100, 3100)), (300, 300), id="large"),
        pytest.param(a_picture(size=(3100, 3100), kind="JPEG"), (300, 300), id="large JPEG"),
        pytest.param(a_picture(kind="JPEG", progressive=True), (300, 100), id="progressive"),
        pytest.param(a_picture(kind="JPEG", exif=TURNED), (100, 300), id="on its side"),
    ],
)
def test_at_most_600_by_300(file, size):
    assert drawn(clean_logo(file)).size == size


@pytest.mark.parametrize(
    ("file", "colour"),
    [
        pytest.param(PNG, (*RED, 255), id="colours"),
        pytest.param(a_picture("P"), (*RED, 255), id="palette"),
        pytest.param(a_picture("RGBA", colour=(9, 8, 7, 60)), (9, 8, 7, 60), id="transparent"),
        pytest.param(a_picture("L", colour=90), (90, 90, 90, 255), id="grey"),
        pytest.param(a_picture("LA", colour=(90, 60)), (90, 90, 90, 60), id="transparent grey"),
        pytest.param(a_picture("I;16", colour=90 * 256), (90, 90, 90, 255), id="16 bits"),
        pytest.param(a_picture("1", colour=1), (255, 255, 255, 255), id="black and white"),
        pytest.param(
            a_picture("CMYK", kind="JPEG", colour=(0, 255, 255, 0)), (255, 0, 0, 255), id="CMYK"
        ),
    ],
)
def test_looks_the_same(file, colour):
    got = drawn(clean_logo(file)).getpixel((5, 5))
    assert all(abs(one - other) <= 2 for one, other in zip(got, colour, strict=True)), got


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(a_picture(exif=TURNED), id="EXIF in a PNG"),
        pytest.param(a_picture(kind="JPEG", exif=TURNED), id="EXIF in a JPEG"),
        pytest.param(a_picture(kind="JPEG", comment=SECRET), id="a comment"),
        pytest.param(a_picture(icc_profile=SECRET), id="a colour profile"),
        pytest.param(with_chunk(PNG, b"tEXt", b"Comment\0<script>" + SECRET), id="text"),
        pytest.param(with_chunk(PNG, b"prVt", b"PK\x03\x04" + SECRET), id="a chunk of its own"),
    ],
)
def test_nothing_but_the_picture_is_kept(file):
    logo = clean_logo(file)
    assert SECRET not in logo.png
    assert drawn(logo).info == {}


def test_the_same_file_is_the_same_logo():
    assert clean_logo(JPEG) == clean_logo(JPEG)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        pytest.param(b"", NO_PICTURE, id="nothing"),
        pytest.param(b"hello", NO_PICTURE, id="text"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", NO_PICTURE, id="SVG"),
        pytest.param(b"<?xml version='1.0'?><svg/>", NO_PICTURE, id="SVG as XML"),
        pytest.param(a_picture("P", kind="GIF"), NO_PICTURE, id="GIF"),
        pytest.param(a_picture(kind="TIFF"), NO_PICTURE, id="TIFF"),
        pytest.param(b"%PDF-1.7", NO_PICTURE, id="PDF"),
        pytest.param(b"\n" + PNG, NO_PICTURE, id="something before a PNG"),
        pytest.param(b"%!PS\n" + JPEG, NO_PICTURE, id="something before a JPEG"),
        pytest.param(PNG[:8], DAMAGED, id="a beginning alone"),
        pytest.param(JPEG[:4], DAMAGED, id="of a JPEG"),
        pytest.param(PNG[:-12], DAMAGED, id="PNG without its end"),
        pytest.param(JPEG[:-2], DAMAGED, id="JPEG without its end"),
        pytest.param(PNG[:60] + PNG[70:], DAMAGED, id="a hole"),
        pytest.param(JPEG[:SCAN] + b"\xff\xd9", DAMAGED, id="JPEG without a picture"),
        pytest.param(
            JPEG[:-2] + JPEG[SCAN:-2] * MAX_SCANS + b"\xff\xd9", DAMAGED, id="scan after scan"
        ),
        pytest.param(with_chunk(PNG, b"zTXt", b"k\0\0" + b"\x78"), None, id="text nobody reads"),
        pytest.param(PNG + b"PK\x03\x04 and so on", MORE, id="an archive behind a PNG"),
        pytest.param(JPEG + b"<script>alert(1)</script>", MORE, id="a script behind a JPEG"),
        pytest.param(PNG + PNG, MORE, id="two pictures"),
        pytest.param(JPEG + JPEG, MORE, id="two JPEGs"),
        pytest.param(PNG + b"\n", MORE, id="a line break behind it"),
        pytest.param(a_picture("1", (3200, 3200), colour=1), TOO_LARGE, id="a little too large"),
        pytest.param(a_picture("1", (12_000, 12_000), colour=1), TOO_LARGE, id="a bomb"),
        pytest.param(a_picture("1", (16_000, 16_000), colour=1), TOO_LARGE, id="a larger bomb"),
    ],
)
def test_what_is_refused_and_why(file, expected):
    assert fault(file) is expected


@pytest.mark.parametrize("file", [PNG, JPEG, a_picture("P")], ids=["PNG", "JPEG", "palette"])
def test_no_damage_does_more_than_being_refused(file):
    chance = random.Random(66)
    for _ in range(300):
        damaged = bytearray(file)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        fault(bytes(damaged))
        fault(file[: chance.randrange(len(file))])
