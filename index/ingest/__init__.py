"""Takes articles in. In: articles. Out: what the database stores of them, written batch by batch."""
