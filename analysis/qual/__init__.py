"""What interviews say: counted in interviewees, with coder agreement and saturation."""
