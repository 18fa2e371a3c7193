"""Reusable components. They know settings' value types, and neither a system nor an environment by name."""
