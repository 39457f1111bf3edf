"""evdisc: an in-silico laboratory for vesicle therapy of the intervertebral disc."""

from evdisc import kernel_cache as _kernel_cache

__version__ = "0.1.0"

_kernel_cache.settle()
