"""ViDA-UGC as its users download it: its metadata and conversation files, and a bench on them."""
