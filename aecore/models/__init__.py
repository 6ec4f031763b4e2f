"""The models: what they share (base), their families, and the one table of them (catalog)."""
