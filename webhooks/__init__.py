"""The HTTP door: webhooks, media, the simulator, health. Only this package imports flask."""
