-- The tables of vcto in a PostgreSQL database: all logs of one practice, in the schema `vcto`.
--
-- Whoever runs this owns the tables. vcto itself works as the role `vcto_app`, which can insert and read and nothing else; the
-- login that it connects with must be a member of that role, and needs nothing more. Each row belongs to one log, and a
-- session sees the rows of the log that it named. Rules and triggers guard against mistakes, not against the owner.

DO $$
BEGIN
    CREATE ROLE vcto_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
GRANT vcto_app TO CURRENT_USER;

CREATE SCHEMA vcto;

CREATE TABLE vcto.format (version integer PRIMARY KEY);
INSERT INTO vcto.format VALUES (1);

-- Who the practice is, as in `practice.json`.
CREATE TABLE vcto.practice (id integer PRIMARY KEY CHECK (id = 1), identity text NOT NULL);

CREATE TABLE vcto.log (
    origin text PRIMARY KEY,
    log_id bytea NOT NULL UNIQUE CHECK (octet_length(log_id) = 16),
    region text NOT NULL
);
CREATE TABLE vcto.wrapped_key (
    log_id bytea NOT NULL REFERENCES vcto.log (log_id),
    purpose integer NOT NULL,
    epoch bigint NOT NULL,
    provider text NOT NULL,
    wrapped bytea NOT NULL,
    commitment bytea NOT NULL CHECK (octet_length(commitment) = 32),
    PRIMARY KEY (log_id, purpose, epoch)
);
-- No foreign keys from here on: the policies below let a session write to its own log only, once for all rows.
CREATE TABLE vcto.entry (
    log_id bytea NOT NULL,
    seq bigint NOT NULL CHECK (seq >= 0),
    header bytea NOT NULL CHECK (octet_length(header) = 127),
    leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
    PRIMARY KEY (log_id, seq)
);
CREATE UNIQUE INDEX entry_idempotency ON vcto.entry (log_id, substr(header, 112, 16))
    WHERE substr(header, 112, 16) <> '\x00000000000000000000000000000000'::bytea;
CREATE TABLE vcto.payload (
    log_id bytea NOT NULL,
    seq bigint NOT NULL,
    ciphertext bytea NOT NULL,
    PRIMARY KEY (log_id, seq)
);
CREATE TABLE vcto.tile (
    log_id bytea NOT NULL,
    id bigint NOT NULL,
    hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
    PRIMARY KEY (log_id, id)
);
CREATE TABLE vcto.checkpoint (
    log_id bytea NOT NULL,
    size bigint NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (log_id, size)
);
-- Ciphertexts do not compress: no time is spent on trying.
ALTER TABLE vcto.payload ALTER COLUMN ciphertext SET STORAGE EXTERNAL;

-- Who is at work on something. A fence is never used twice.
CREATE SEQUENCE vcto.fence;
CREATE TABLE vcto.lease (
    log_id bytea NOT NULL REFERENCES vcto.log (log_id),
    name text NOT NULL,
    holder text NOT NULL,
    fence bigint NOT NULL,
    expires timestamptz NOT NULL,
    PRIMARY KEY (log_id, name)
);

-- The log that the session works on; nothing where it did not say.
CREATE FUNCTION vcto.this_log() RETURNS bytea LANGUAGE sql STABLE AS
    $$ SELECT pg_catalog.decode(pg_catalog.current_setting('vcto.log', true), 'hex') $$;

-- Append only.
CREATE FUNCTION vcto.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append only: % on % is refused', TG_OP, TG_TABLE_NAME;
END
$$;
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vcto.checkpoint EXECUTE FUNCTION vcto.refuse();
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vcto.entry EXECUTE FUNCTION vcto.refuse();
CREATE TRIGGER log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vcto.log EXECUTE FUNCTION vcto.refuse();
CREATE TRIGGER payload_no_update BEFORE UPDATE ON vcto.payload EXECUTE FUNCTION vcto.refuse();
CREATE TRIGGER practice_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vcto.practice EXECUTE FUNCTION vcto.refuse();
CREATE TRIGGER tile_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vcto.tile EXECUTE FUNCTION vcto.refuse();

-- What one statement inserts goes on where the log ended, without a gap.
CREATE FUNCTION vcto.refuse_gap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT log_id, min(seq) AS low, max(seq) AS high, count(*) AS number FROM added GROUP BY log_id) AS run
        WHERE run.high - run.low + 1 <> run.number
           OR run.low <> (SELECT coalesce(max(e.seq) + 1, 0) FROM vcto.entry e WHERE e.log_id = run.log_id AND e.seq < run.low)
    ) THEN
        RAISE EXCEPTION 'entries have no gap';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER entry_gapless AFTER INSERT ON vcto.entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION vcto.refuse_gap();

-- A session sees and writes the rows of its log only.
ALTER TABLE vcto.log ENABLE ROW LEVEL SECURITY;
ALTER TABLE vcto.wrapped_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE vcto.entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE vcto.payload ENABLE ROW LEVEL SECURITY;
ALTER TABLE vcto.tile ENABLE ROW LEVEL SECURITY;
ALTER TABLE vcto.checkpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE vcto.lease ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON vcto.log USING (origin = pg_catalog.current_setting('vcto.origin', true));
CREATE POLICY own ON vcto.wrapped_key USING (log_id = (SELECT vcto.this_log()));
CREATE POLICY own ON vcto.entry USING (log_id = (SELECT vcto.this_log()));
CREATE POLICY own ON vcto.payload USING (log_id = (SELECT vcto.this_log()));
CREATE POLICY own ON vcto.tile USING (log_id = (SELECT vcto.this_log()));
CREATE POLICY own ON vcto.checkpoint USING (log_id = (SELECT vcto.this_log()));
CREATE POLICY own ON vcto.lease USING (log_id = (SELECT vcto.this_log()));

-- Leases are the one thing that changes, and only by these functions. The database's clock decides.
CREATE FUNCTION vcto.take_lease(wanted text, who text, seconds double precision) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO vcto.lease AS held (log_id, name, holder, fence, expires)
    VALUES (vcto.this_log(), wanted, who, nextval('vcto.fence'), clock_timestamp() + make_interval(secs => seconds))
    ON CONFLICT (log_id, name) DO UPDATE
        SET holder = excluded.holder, fence = excluded.fence, expires = excluded.expires
        WHERE held.expires < clock_timestamp()
    RETURNING fence
$$;
CREATE FUNCTION vcto.keep_lease(wanted text, mine bigint, seconds double precision) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE vcto.lease SET expires = clock_timestamp() + make_interval(secs => seconds)
    WHERE log_id = vcto.this_log() AND name = wanted AND fence = mine
    RETURNING true
$$;
CREATE FUNCTION vcto.drop_lease(wanted text, mine bigint) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM vcto.lease WHERE log_id = vcto.this_log() AND name = wanted AND fence = mine RETURNING true
$$;
-- Whether nobody took it over; nobody can until the transaction ends.
CREATE FUNCTION vcto.hold_lease(wanted text, mine bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM vcto.lease WHERE log_id = vcto.this_log() AND name = wanted AND fence = mine FOR SHARE;
    RETURN FOUND;
END
$$;
-- The names of the logs, whichever the session works on.
CREATE FUNCTION vcto.origins() RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT origin FROM vcto.log ORDER BY origin COLLATE "C"
$$;

REVOKE ALL ON SCHEMA vcto FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA vcto FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vcto FROM PUBLIC;
GRANT USAGE ON SCHEMA vcto TO vcto_app;
GRANT SELECT, INSERT ON vcto.practice, vcto.log, vcto.wrapped_key, vcto.entry, vcto.payload, vcto.tile, vcto.checkpoint TO vcto_app;
GRANT SELECT ON vcto.format, vcto.lease TO vcto_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA vcto TO vcto_app;
