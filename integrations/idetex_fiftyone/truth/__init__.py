"""What people say of photos: fields that no run writes, and every change of them, which can be undone."""
