"""Pictures read by convolutions, stage by stage."""
