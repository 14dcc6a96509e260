"""CSV files and workbooks opened into grids of cells, bounded and safe; no campaign is known."""
