"""The charts, one in a file; `views.charts` gathers them."""
