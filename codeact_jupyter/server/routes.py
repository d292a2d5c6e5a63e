"""REST routes of connections: what the panel's connect view asks.  All answers are JSON; an error is `{"message": words}`.

Only for users who may execute in kernels (they can reach URLs anyway).  Requests with a cookie need the XSRF token, as everywhere.
A key goes in and never comes out.  `CONNECTION` is
    {name, kind, base_url, model, format: "code"|"tool", images: bool, context_length: int|null, tested: ISO time|null, has_key: bool}

GET    codeact/api/connections
       -> {presets: [{kind, label, base_url, needs_key: bool, help}], connections: [CONNECTION], default: name or "",
           key_store: "keyring"|"file", locked: [names of settings that the administrator fixed]}
PUT    codeact/api/connections {kind, base_url, model, name?, key?, format?, images?, context_length?, tested?: bool}
       -> CONNECTION, which is the default from now on.  `name` absent: the one of that kind and URL, else a new one.
       `key` absent: kept, unless the URL is another one; "": removed.
       `tested: true`: format, images and context_length are what a test found.
DELETE codeact/api/connections/NAME (percent-encoded) -> 204
GET    codeact/api/local-servers -> [{kind, label, base_url, models: [id]}]: what listens on this machine's usual ports; asked only now
POST   codeact/api/models {kind, base_url, key?, name?} -> {models: [{id, context_length: int|null}]}; 400 when none can be listed
       `name`: of a saved connection, whose key is used if its base_url is this one and no `key` is given.
POST   codeact/api/test {kind, base_url, model, key?, name?} -> lines of JSON (application/x-ndjson), one as each check ends:
           {check: "reachable"|"answers"|"streams"|"usage"|"tools"|"images"|"context", result: "yes"|"no"|"unknown", words, seconds}
       and last
           {check: "done", format: "code"|"tool", images: bool, context_length: int|null, works: bool, tokens: int, seconds, words}
       `words` are for the user: what was found and, where it is not well, what to do.  Ends when the client goes.

Statuses: 400 what was asked cannot be done (message says why), 403 not allowed, or locked by the administrator, 404 no such connection.
"""
