"""Where the rows of logs are read from: a database file, a database server, an archive. A live service is handed in."""
