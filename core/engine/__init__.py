"""What computes answers: the local MLX model, or a remote endpoint, behind one interface."""
