"""Links and feeds: fetched only where a setting allows it, and only from public addresses."""
