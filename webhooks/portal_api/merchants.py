"""What merchants add to letters about their sales: their logo."""

from flask import Response

from bot.services.merchant_logos import MerchantNotFoundError
from pdfs.uploaded_logo import MAX_PIXELS, LogoFault, UnacceptableLogo
from webhooks.portal_api.answers import MerchantLogoAnswer
from webhooks.portal_api.authentication import PORTALS
from webhooks.portal_api.bodies import Upload, unsupported_media_type
from webhooks.portal_api.endpoints import Answer, Call, Endpoints
from webhooks.portal_api.problems import ApiProblem, not_found

PICTURE = Upload(("image/png", "image/jpeg"), max_bytes=2 * 1024 * 1024)
NO_MERCHANT = {404: "There is no such merchant"}
FAULTS = {
    LogoFault.DAMAGED: "it is damaged or cut off: export it anew",
    LogoFault.TOO_MANY_PIXELS: f"it has more than {MAX_PIXELS:,} pixels: make it smaller",
    LogoFault.MORE_THAN_A_PICTURE: "the file goes on after its picture: export the picture alone",
}

endpoints = Endpoints("Merchants")


@endpoints.add(
    "PUT",
    "/merchants/<merchant_id>/logo",
    scopes=PORTALS,
    answers={200: MerchantLogoAnswer, 201: MerchantLogoAnswer},
    refusals=NO_MERCHANT
    | {
        415: "The body is no PNG or JPEG, whatever its content type says",
        422: "The picture cannot be used; `detail` says why",
    },
    file=PICTURE,
)
def put_merchant_logo(call: Call, merchant_id: str, file: bytes) -> Answer:
    """Give the merchant a logo (201) or another one (200). Letters printed from now on show it."""
    try:
        logo, is_new = call.services.merchant_logos.put(merchant_id, file, actor=call.key.actor)
    except MerchantNotFoundError:
        raise not_found("merchant") from None
    except UnacceptableLogo as error:
        raise _unacceptable(error.fault) from None
    answer = MerchantLogoAnswer(
        merchant_id=merchant_id, width=logo.width, height=logo.height, size_bytes=len(logo.png)
    )
    return Answer(answer, 201 if is_new else 200)


@endpoints.add(
    "DELETE",
    "/merchants/<merchant_id>/logo",
    scopes=PORTALS,
    answers={204: None},
    refusals=NO_MERCHANT,
)
def delete_merchant_logo(call: Call, merchant_id: str) -> Response:
    """Print the merchant's letters without a logo from now on; the same if it has none."""
    try:
        call.services.merchant_logos.remove(merchant_id, actor=call.key.actor)
    except MerchantNotFoundError:
        raise not_found("merchant") from None
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def _unacceptable(fault: LogoFault) -> ApiProblem:
    if fault is LogoFault.NOT_A_PICTURE:
        return unsupported_media_type(*PICTURE.media_types)
    return ApiProblem(422, "unusable_picture", "The picture cannot be used", FAULTS[fault])
