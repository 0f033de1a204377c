"""Models of the Hugging Face hub: found in its cache without a network, else downloaded.

`huggingface_hub` is imported when first needed: it takes a third of a second.

Its modules in reading order:

    names        Repositories as people name them: `owner/name`, or the address of its page.
    cache        What the Hugging Face cache holds: read without a network, complete snapshots
                 first.
    connections  Connections to the hub: through the client's own proxy, with its certificates and
                 its token.
    contents     What a repository holds: which files to fetch, under which licence, and why none
                 will do.
    failures     Why the hub gave nothing: each failure as one sentence with the way out.
    fetching     Files on their way from the hub into the cache, several at once, counted together.
    download     Downloads a repository into the cache, once it is known to be a model that can be
                 run.
    removal      Takes a repository out of the Hugging Face cache, by the cache's own rules.
"""
