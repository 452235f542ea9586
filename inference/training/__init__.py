"""What every training shares: frozen features, precision, checkpoints, ONNX export."""
