"""Links and feeds. In: an address. Out: its content, where a setting allows it, and only from public addresses."""
