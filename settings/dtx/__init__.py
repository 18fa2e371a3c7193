"""DTx' settings, one module per chapter of its infrastructure document."""
