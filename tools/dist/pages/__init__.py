"""The site's documents, and what browsers and search engines read with them.

In: the page's own views, and where everything lies. Out: files at the root of dist/ and below.

    html_pages               every page in every language, rendered before any script
    content_security_policy  what a page may load, run and ask
    service_worker           what is kept and answered without a network
    search_engines           robots.txt and sitemap.xml
    structured_data          JSON-LD in the words of schema.org
    share_image              the picture that a shared link is shown with

Imports the modules of `tools.dist`, and `data`.
"""
