"""For the tests of plugins: pytest fixtures, a scripted assessor, sample photos."""
