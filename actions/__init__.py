"""Rasa's custom actions: slots in, service call, response name out. One module per skill."""
