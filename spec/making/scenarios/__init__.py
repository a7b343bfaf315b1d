"""The scenarios, one module a chapter of the specification; each has a function ``scenarios``."""
