"""What changed between two waves? `gate` decides which items count, `invariance` what they mean, then the change."""
