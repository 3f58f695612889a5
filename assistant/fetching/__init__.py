"""Fetches links and feeds. In: an address. Out: its content, if a setting allows it and the address is public."""
