"""A bench of our own: damage of known kind, place and severity on any photographs, and how much of it a model sees."""
