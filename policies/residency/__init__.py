"""Where data may be: one module per cloud, and the closed list of what has no place of its own."""
