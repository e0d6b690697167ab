"""Keeps the business in MongoDB. The only package that imports pymongo."""
