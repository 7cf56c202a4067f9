"""Who answered with care, and who invented answers? Indices and signs; none excludes anybody by itself."""
