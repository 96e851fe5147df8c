"""Hardware: one file per piece. ``pins`` is the only place that names a GPIO."""
