"""Who can reach what: one module per cloud, and one for what runs in clusters."""
