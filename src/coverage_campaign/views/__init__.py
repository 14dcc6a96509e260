"""The edge to people: charts, tables, bulletins, the explorer."""
