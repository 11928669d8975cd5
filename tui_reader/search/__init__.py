"""The query language: parsing what a reader types, and evaluating queries in memory. Pure functions."""
