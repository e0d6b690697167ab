"""The HTTP door: Infobip's webhooks, media, the simulator, health. The only package that imports flask."""
