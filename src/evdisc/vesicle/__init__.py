"""The product: parent cell, cargo profile, loading, isolation."""
