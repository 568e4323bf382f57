"""Pages and API: read the request, run one use case, show what is in the database afterwards. Decisions are made below."""
