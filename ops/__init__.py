"""What operators run on a stack and on its exported state."""
