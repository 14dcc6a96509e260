"""What a campaign is: frozen values, and the review that questions them."""
