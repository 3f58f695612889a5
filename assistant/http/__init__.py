"""Serves the HTTP API. In: requests that passed the guard. Out: JSON as the OpenAPI description says."""
