"""The command line: each verb (`notes`, `merge` …) has a function that parses arguments and calls services."""
