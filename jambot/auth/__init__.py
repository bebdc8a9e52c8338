"""Who is there: passwords, one-time links, logins, access tokens, and the service that puts them together."""
