"""The screens: they turn commands into calls of the services, and show the results in the widgets."""
