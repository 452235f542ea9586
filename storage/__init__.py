"""People, photos, jobs and packs in SQL; the queue in front of them."""
