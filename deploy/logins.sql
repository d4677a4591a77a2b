-- The two logins and their database, made once by PostgreSQL's image, as the superuser, while the cluster is still empty. On a
-- server of your own, run it by hand: psql -f deploy/logins.sql, with the files of passwords where it looks for them.
--
-- continuity_owner  logs in to migrate; owns the database and its tables, and is no superuser: row-level security stays in force
-- continuity        logs in for services and workers; may do what continuity_app may, and owns nothing
-- continuity_app    is what they act as; `continuity migrate` gives it its rights, and none to change an event
\set ON_ERROR_STOP on
\set owner_password `cat /run/secrets/database_owner_password`
\set app_password `cat /run/secrets/database_password`

CREATE ROLE continuity_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
CREATE ROLE continuity_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE continuity LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
GRANT continuity_app TO continuity_owner WITH ADMIN TRUE, INHERIT TRUE, SET TRUE;
GRANT continuity_app TO continuity WITH ADMIN FALSE, INHERIT TRUE, SET TRUE;

CREATE DATABASE continuity OWNER continuity_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE continuity FROM PUBLIC;
GRANT CONNECT ON DATABASE continuity TO continuity_app;
