"""The screens: they turn commands into calls of the services, and results into what the widgets show."""
