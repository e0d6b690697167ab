"""Processes that drain the inbox and the outbox."""
