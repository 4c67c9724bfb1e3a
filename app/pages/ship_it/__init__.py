"""Ship it: a model held against a site's visitors, and the code that takes it there."""
