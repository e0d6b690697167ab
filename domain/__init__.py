"""The business: pure rules and models. No clock, no I/O, no framework but pydantic."""
