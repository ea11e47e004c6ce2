"""Floor 3: one file a stage; layers in, layers out."""
