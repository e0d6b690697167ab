"""Runs the service: use cases, workers, the Infobip and Rasa clients, jobs, commands."""
