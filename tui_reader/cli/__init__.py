"""The command line: each verb parses its arguments and calls the services."""
