"""What is asked of a photo. Each task has a name, asks requests, and reads one reply a request."""
