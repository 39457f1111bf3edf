"""evdisc: an in-silico laboratory for vesicle therapy of the intervertebral disc."""

__version__ = "0.1.0"
