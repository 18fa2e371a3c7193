"""Lifecycle: what the clouds stop to support."""
