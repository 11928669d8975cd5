"""The command line: arguments to verbs of the services, each verb a module."""
