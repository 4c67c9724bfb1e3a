"""Things cut out of pictures, as masks."""
