"""Scheduled work: each job asks what is due and not done."""
