"""Azure entities, one file each."""
