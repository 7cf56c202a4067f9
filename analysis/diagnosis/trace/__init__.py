"""From each finding back to what it was computed from; standard library only, so that pages can follow it."""
