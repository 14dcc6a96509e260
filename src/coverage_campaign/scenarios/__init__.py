"""What if: scenarios, comparisons, grids, simulation."""
