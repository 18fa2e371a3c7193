"""Typed settings of the platform: pure and offline (no cloud call, no clock, nothing read at import)."""
