"""Google Cloud entities, one file each."""
