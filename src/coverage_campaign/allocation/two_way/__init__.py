"""Tables of whole numbers with both margins given."""
