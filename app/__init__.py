"""The page: what it asks the browser, and how it answers.

In: a question as JSON: a page, its form's fields or a link, the device as its browser told it.
Out: the parts of the page that follow, as JSON.

    answering      what the worker answers, before PyScript is there
    worker         what PyScript runs
    respond        a question -> the reply of its page
    request_reply  what a page is asked, and what it replies
    pages/         each page: what it is asked (`control`) and what it shows (`view`)
    site_pages     where each page lies, and what the way to it is called
    components/    parts that pages share
    device_here    the device at hand, corrected by what is kept of it
    model_import/  models that a visitor brings
    browser/       the one door to JavaScript
    render_page    the document of a page; `document` is its shell, `site_data` what it carries
    prerender      every document, at build time or where none was kept
    first_verdict  what a document carries for a verdict before Python is there
    qr_code        a link as a picture

Imports `tabfit`; nothing there imports it.
"""
