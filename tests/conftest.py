"""Settings all tests share."""

from hypothesis import settings

# kernels compile on first use, so no example has a deadline; the same examples each time keep a
# failure from coming and going
settings.register_profile("evdisc", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("evdisc")
