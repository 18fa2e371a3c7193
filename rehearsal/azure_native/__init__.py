"""The simulated Azure: facts and types as data, rules as small functions by entity."""
