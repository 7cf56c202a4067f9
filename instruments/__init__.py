"""What we ask: questionnaires, guides, codebooks and rules as data, and their reader."""
