"""Serves concurrent clients. In: requests. Out: requests queued for threads, helper processes and ASGI apps."""
