"""What a definition leaves open or contradicts: findings by subject."""
