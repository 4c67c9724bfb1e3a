"""Things found in pictures: boxes, joints, what words name."""
