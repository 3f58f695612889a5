"""The HTTP API. In: requests that the guard let in. Out: JSON as the OpenAPI description says."""
