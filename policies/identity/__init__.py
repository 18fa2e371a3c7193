"""Who may do what, and as whom: one module per cloud."""
