"""Serves concurrent clients. In: requests. Out: requests queued for threads and ASGI apps."""
