"""What tests share: campaigns, strategies, slow twins, readers of documents."""
