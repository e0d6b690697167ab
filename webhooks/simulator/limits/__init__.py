"""
What Infobip and WhatsApp accept from us, endpoint by endpoint. Bodies are closed.

Written from the vendor's contract alone and apart from bot/infobip on purpose: a limit misread
there must not be misread here too.
"""
