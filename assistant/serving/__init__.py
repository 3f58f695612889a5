"""Serves many askers. In: requests. Out: requests in an orderly queue, in processes and apps that can take them."""
