"""What survives a zone, a node and a mistake: one module per cloud, and one for what runs in clusters."""
