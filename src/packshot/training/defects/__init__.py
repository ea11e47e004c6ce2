"""Product cards with known defects: goods on a ground, what is laid over them, and what the camera does."""
