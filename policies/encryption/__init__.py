"""That data is unreadable on its way and at rest: one module per cloud."""
