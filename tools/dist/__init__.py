"""Build dist/, the folder that any static host can serve from any path.

In: the sources, and what `make setup` installed. Out: dist/ (`__main__` names the steps).

    paths                 where the build reads and writes
    build_cache           results of steps, kept by what went into them
    catalog_requirements  the catalogue's requirements, worked out at build time
    compressed_twins      large files as brotli and gzip
    licences              the licences of what others wrote
    pyodide/              Python in the page
    data/                 data that the site serves
    pages/                its documents, and what is read with them

Imports `tabfit`, and `app` for the views.
"""
