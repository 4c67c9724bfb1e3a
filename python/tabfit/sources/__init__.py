"""Reading what somebody names: a file, a folder, a hub id or an address.

In: a word from the command line. Out: what is known of the model, its tensors above all.

    read_source    tells what the word is, and reads it
    config_files   a config.json on this machine, read so that `inspect` starts at once
    inspection     what `inspect` says of a config
    chosen_hub     the hub that the environment names
    hub_token      the token of a hub, for models that are gated or private
    http_fetch     the small requests of `hub`, carried out with the standard library

Imports `architectures`, `headers` and `hub`. This is the only room that reads a
visitor's files or the network; the page has its own carrier of requests.
"""
