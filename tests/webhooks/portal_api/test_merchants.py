"""A merchant's logo over HTTP: given, replaced, taken away; whatever is no picture is refused."""

from io import BytesIO

import pytest
from PIL import Image

from storage.portfolio_import import import_portfolio
from tests.pictures import a_picture
from tests.portfolio_builders import MERCHANT, as_file
from tests.webhooks.portal_api.conftest import _refuse
from webhooks.portal_api.merchants import PICTURE

LOGO = "/merchants/M-100/logo"
PNG, JPEG = a_picture(size=(900, 300)), a_picture("L", (200, 200), kind="JPEG")


def put(caller, file, content_type="image/png", path=LOGO, **headers):
    return caller.call("PUT", path, data=file, content_type=content_type, headers=headers)


def kept(world):
    png = world.services.merchant_logos.find("M-100")
    return png and Image.open(BytesIO(png)).size


def named(world):
    return world.services.database["merchants"].find_one({"_id": "M-100"}).get("logo_file_id")


def acts(world):
    entries = world.services.database["audit_log"].find({"subject": "M-100"})
    return [each["act"] for each in entries]


def test_a_logo_is_given_replaced_and_taken_away(world, portal):
    first, again, other = put(portal, PNG), put(portal, PNG), put(portal, JPEG, "image/jpeg")
    assert [each.status_code for each in (first, again, other)] == [201, 200, 200]
    assert (
        first.json
        == again.json
        == {
            "merchant_id": "M-100",
            "width": 600,
            "height": 200,
            "size_bytes": first.json["size_bytes"],
        }
    )
    assert kept(world) == (200, 200)
    gone, still_gone = portal.call("DELETE", LOGO), portal.call("DELETE", LOGO)
    assert [(each.status_code, each.data) for each in (gone, still_gone)] == [(204, b"")] * 2
    assert "Content-Type" not in gone.headers
    assert kept(world) is None
    assert acts(world) == ["merchant_logo_set", "merchant_logo_set", "merchant_logo_removed"]


def test_the_same_logo_is_stored_once(world, portal):
    put(portal, PNG)
    name = named(world)
    portal.call("DELETE", LOGO)
    put(portal, PNG)
    assert named(world) == name
    assert name.startswith("merchant-logo:M-100:")
    assert world.services.database["files.files"].count_documents({}) == 1


def test_a_logo_outlives_an_import_of_its_merchant(world, portal):
    put(portal, PNG)
    renamed = MERCHANT | {"name": "Casa Norte e Hijos"}
    import_portfolio(world.services.database, as_file([renamed]), _refuse)
    assert kept(world) == (600, 200)
    with pytest.raises(ValueError, match="logo_file_id"):
        import_portfolio(
            world.services.database, as_file([renamed | {"logo_file_id": "letter:1"}]), _refuse
        )


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_unknown_merchant_has_none(world, portal, method):
    answer = portal.call(method, "/merchants/M-404/logo", data=PNG, content_type="image/png")
    assert (answer.status_code, answer.json["type"]) == (404, "urn:fiado:problem:not_found")
    assert world.services.database["files.files"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("file", "content_type", "expected"),
    [
        pytest.param(b"", "image/png", (415, "unsupported_media_type"), id="nothing"),
        pytest.param(b"<svg/>", "image/png", (415, "unsupported_media_type"), id="SVG"),
        pytest.param(b"<svg/>", "image/svg+xml", (415, "unsupported_media_type"), id="plain SVG"),
        pytest.param(PNG, "text/html", (415, "unsupported_media_type"), id="another type"),
        pytest.param(PNG, None, (415, "unsupported_media_type"), id="no type"),
        pytest.param(PNG[:99], "image/png", (422, "unusable_picture"), id="half a picture"),
        pytest.param(PNG + b"PK", "image/png", (422, "unusable_picture"), id="two things at once"),
        pytest.param(
            a_picture("1", (12_000, 12_000), colour=1),
            "image/png",
            (422, "unusable_picture"),
            id="a bomb",
        ),
        pytest.param(
            PNG.ljust(PICTURE.max_bytes + 1),
            "image/png",
            (413, "request_entity_too_large"),
            id="2 MB",
        ),
        pytest.param(
            PNG.ljust(PICTURE.max_bytes), "image/png", (422, "unusable_picture"), id="nearly 2 MB"
        ),
    ],
)
def test_what_is_no_logo_is_refused_and_the_old_one_stays(
    world, portal, file, content_type, expected
):
    put(portal, JPEG)
    status, code = expected
    answer = put(portal, file, content_type)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json["type"] == f"urn:fiado:problem:{code}"
    assert kept(world) == (200, 200)


def test_the_content_decides_not_the_name(world, portal):
    assert put(portal, PNG, "image/jpeg").status_code == 201
    assert kept(world) == (600, 200)


@pytest.mark.parametrize("scope", ["agent", "ingest"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_only_portals_may(world, scope, method):
    answer = world.caller(scope).call(method, LOGO, data=PNG, content_type="image/png")
    assert answer.status_code == 403


def test_a_key_for_one_picture_is_not_for_another(portal):
    key = {"Idempotency-Key": "logo 1"}
    first, again, other = put(portal, PNG, **key), put(portal, PNG, **key), put(portal, JPEG, **key)
    assert [each.status_code for each in (first, again, other)] == [201, 201, 422]
    gone = [portal.call("DELETE", LOGO, headers={"Idempotency-Key": "2"}) for _ in range(2)]
    assert [each.status_code for each in gone] == [204, 204]
    assert "Content-Type" not in gone[1].headers
