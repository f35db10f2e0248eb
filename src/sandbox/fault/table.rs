//! The table of faults: the name of each, what it does, and its default value.

/// Every fault: its name, what it does, and its default value. The value is empty where the fault takes no value or
/// needs one.
pub const FAULTS: [(&str, &str, &str); 27] = [
    ("latency", "waits this long before it serves the request", "200ms"),
    ("late-answer", "serves the request, then waits this long before it answers", "200ms"),
    (
        "meddle",
        "another user changes a field of the client just before: FIELD:VALUE, with the value as JSON or plain text",
        "",
    ),
    ("server-error", "answers this 5xx, 408 or 425 with an HTML page; stores nothing", "502"),
    ("server-error-after", "serves the request, then answers this 5xx, 408 or 425 with an HTML page", "502"),
    ("reset", "ends the connection and stores nothing: rst (a TCP reset) or fin (an orderly close)", "rst"),
    ("reset-after", "serves the request, then ends the connection without an answer: rst or fin", "rst"),
    ("truncated", "cuts the body at this percentage of its Content-Length", "50"),
    ("slow", "sends the body in pieces over this time", "1s"),
    ("close-after", "closes each connection after this many answers, without notice", "10"),
    ("redirect", "answers this 3xx with the API's other path of the client as target; stores nothing", "301"),
    (
        "error",
        "refuses with this word of the API's table, or with bad_request, unauthorized, not_found",
        "access_denied",
    ),
    ("unauthorized", "answers 401", ""),
    ("refuse-field", "answers 400 to a PUT that holds this field", ""),
    ("too-many", "answers a passing 429 while requests remain; the value is sent as Retry-After", ""),
    (
        "quota-exceeded",
        "answers 429 because the quota is used up, and states the reset by: reset, none, or reset:TEXT, \
         retry-after:TEXT (sent unchanged), date:SECONDS ahead",
        "reset",
    ),
    ("quota-headers", "leaves out quota headers: none (sends none of them), no-reset", "none"),
    ("content-type", "sends this Content-Type with a correct body; none: no Content-Type", "text/plain"),
    ("not-json", "answers an HTML page as application/json", ""),
    ("array", "answers the object inside a JSON array", ""),
    ("empty-object", "answers {} in place of the object", ""),
    ("empty-body", "answers without a body", ""),
    ("wrong-id", "answers another id: next, NUMBER, null, absent, text (the correct id as a string)", "next"),
    ("oversize", "answers a correct object of this size", "2MiB"),
    ("bad-gzip", "names gzip as the encoding of a plain body", ""),
    ("status-as", "writes the status of error bodies as number, text or absent, not as a word", "absent"),
    ("no-expiry", "answers a token without expires_in", ""),
];
