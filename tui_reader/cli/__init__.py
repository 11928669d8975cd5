"""The command line: each verb (`notes`, `merge` …) has a function that calls the services."""
