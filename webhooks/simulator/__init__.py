"""
A WhatsApp phone and a fake Infobip, for trying the service out and for its tests.

Both speak to the service through Infobip's contract alone; nothing here knows how it works.
"""
