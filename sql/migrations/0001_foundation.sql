-- The whole foundation: people, schools, graduates, records, what they hold and what is said of them.
--
-- school_code leads every primary, unique and foreign key of a tenant table and every statement names it, so that the whole
-- spreads over Citus as it stands. '00000' stands for "no school" (support, operator, persons, employers). No business
-- triggers: every rule is in the flow tables; here are only shapes, versions and the few unique keys that guarantee.
-- Codes (role, flow, state, action, …) are the stable text codes of shared/domain/flow.h.

-- ------------------------------------------------------------------ reference
CREATE TABLE code (
    table_name text NOT NULL, code text NOT NULL, name_zh text NOT NULL, name_en text NOT NULL DEFAULT '',
    valid_from date, valid_to date, extra jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (table_name, code));

CREATE TABLE school (
    school_code text PRIMARY KEY CHECK (school_code ~ '^[0-9]{5}$'),
    name text NOT NULL, province_code text NOT NULL DEFAULT '',
    agreement_parties smallint NOT NULL DEFAULT 2 CHECK (agreement_parties IN (2, 3)),  -- S2.2.1
    number_key bytea NOT NULL DEFAULT '\x00000000000000000000000000000000',              -- agreement_number()'s key
    created_at timestamptz NOT NULL DEFAULT now());

-- ------------------------------------------------------------------ people and log-ins (by their own keys, no tenant FKs)
CREATE TABLE person (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    identity_hmac bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now());

CREATE TABLE employer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    credit_code text NOT NULL UNIQUE, name text NOT NULL, version bigint NOT NULL DEFAULT 1,
    body jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now());

CREATE TABLE account (
    school_code text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY,
    role text NOT NULL, user_name text NOT NULL, password_hash text,   -- NULL: not activated yet
    department_id bigint, department_name text,                        -- the name as typed; NULL id: unmatched (S1.4.4)
    person_id bigint, employer_id bigint, province_code text,
    name text NOT NULL DEFAULT '', title text NOT NULL DEFAULT '', email text NOT NULL DEFAULT '',
    mobile text NOT NULL DEFAULT '', phone text NOT NULL DEFAULT '', fax text NOT NULL DEFAULT '', qq text NOT NULL DEFAULT '',
    right_employment smallint NOT NULL DEFAULT 0 CHECK (right_employment BETWEEN 0 AND 2),   -- none, read, write (S1.4.2)
    right_archive smallint NOT NULL DEFAULT 0 CHECK (right_archive BETWEEN 0 AND 2),
    right_household smallint NOT NULL DEFAULT 0 CHECK (right_household BETWEEN 0 AND 2),
    data_scope smallint NOT NULL DEFAULT 0 CHECK (data_scope BETWEEN 0 AND 2),  -- both, undergraduate, postgraduate
    language text NOT NULL DEFAULT '',
    disabled boolean NOT NULL DEFAULT false, version bigint NOT NULL DEFAULT 1,
    removed_at timestamptz,   -- a removed account stays, disabled and without a log-in, for the history's names
    created_by bigint, created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_code, id));
CREATE INDEX account_department ON account (school_code, department_id) WHERE role = 'department' AND NOT disabled;
CREATE INDEX account_user_name ON account (school_code, user_name) WHERE removed_at IS NULL;
CREATE INDEX account_manager ON account (user_name) WHERE removed_at IS NULL AND role <> 'graduate';   -- of all schools
CREATE UNIQUE INDEX account_person ON account (school_code, person_id) WHERE person_id IS NOT NULL;

-- user name -> account, across schools. Graduates: the identity HMAC's person, or school.studentno, are looked up instead.
CREATE TABLE login (user_name text PRIMARY KEY, school_code text NOT NULL, account_id bigint NOT NULL);

CREATE TABLE account_key (   -- SSH public keys
    school_code text NOT NULL, account_id bigint NOT NULL, fingerprint text NOT NULL,   -- SHA256:…
    kind text NOT NULL, key_text text NOT NULL, comment text NOT NULL DEFAULT '', added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_code, account_id, fingerprint),
    FOREIGN KEY (school_code, account_id) REFERENCES account (school_code, id) ON DELETE CASCADE);

CREATE TABLE activation (   -- one-time 128-bit codes that the school prints
    code_hash bytea PRIMARY KEY, school_code text NOT NULL, account_id bigint NOT NULL,
    issued_by bigint, issued_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz NOT NULL);

CREATE TABLE session (
    token_hash bytea PRIMARY KEY, id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    school_code text NOT NULL, account_id bigint NOT NULL,
    method text NOT NULL, address text NOT NULL DEFAULT '', fingerprint text NOT NULL DEFAULT '',
    enrolment_school text, enrolment_id bigint,     -- the enrolment (graduate) a person picked
    class_year int,                                 -- the class a manager picked (S1.5.4)
    activation_hash bytea,                          -- came in by this one-time code: must set a password before all else
    created_at timestamptz NOT NULL DEFAULT now(), seen_at timestamptz NOT NULL DEFAULT now());
CREATE VIEW live_session AS   -- twelve idle hours end a session
SELECT id, school_code, account_id FROM session WHERE seen_at > now() - interval '12 hours';
CREATE FUNCTION session_stale() RETURNS boolean LANGUAGE plpgsql AS   -- ends a segment before it does anything
$$BEGIN RAISE 'the session is over or its account changed' USING ERRCODE = 'QX001'; END$$;

CREATE TABLE login_failure (   -- lock-out per (account, address)
    user_name text NOT NULL, address text NOT NULL, failures int NOT NULL DEFAULT 0,
    locked_until timestamptz, last_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (user_name, address));

CREATE TABLE parked (   -- X1.14: a session's screens, encrypted, 24 h
    school_code text NOT NULL, account_id bigint NOT NULL, body bytea NOT NULL, saved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_code, account_id));

-- ------------------------------------------------------------------ schools, classes, graduates
CREATE TABLE season (   -- settings of one class at one school (S1.5.4, S2.2)
    school_code text NOT NULL REFERENCES school, class_year int NOT NULL, version bigint NOT NULL DEFAULT 1,
    online_signing boolean NOT NULL DEFAULT false, supplement boolean NOT NULL DEFAULT false,
    destination boolean NOT NULL DEFAULT false,
    audit_mode text NOT NULL DEFAULT 'school_only' CHECK (audit_mode IN ('school_only', 'two_level')),
    termination_limit int NOT NULL DEFAULT 1 CHECK (termination_limit BETWEEN 0 AND 99),
    void_audited boolean NOT NULL DEFAULT false,
    contacts jsonb NOT NULL DEFAULT '{}',   -- {"all"|"undergraduate"|"postgraduate": {handler, phone, address, postcode}} (S2.2.6)
    PRIMARY KEY (school_code, class_year));

CREATE TABLE department (   -- as the roster names them, to the letter (S1.4.4)
    school_code text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, name text NOT NULL,
    PRIMARY KEY (school_code, id), UNIQUE (school_code, name));

CREATE TABLE graduate (   -- an enrolment
    school_code text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, class_year int NOT NULL, person_id bigint NOT NULL,
    exam_no text NOT NULL, student_no text NOT NULL DEFAULT '', name text NOT NULL,
    name_key text NOT NULL DEFAULT '', initials text NOT NULL DEFAULT '',       -- pinyin, for order and search
    identity_no text NOT NULL, identity_hmac bytea NOT NULL, mobile_hmac bytea,
    department_id bigint NOT NULL, education_level text NOT NULL, postgraduate boolean NOT NULL,
    major_code text NOT NULL DEFAULT '', major text NOT NULL DEFAULT '', training_mode text NOT NULL DEFAULT '1',
    mobile text NOT NULL DEFAULT '', email text NOT NULL DEFAULT '', graduation text NOT NULL DEFAULT '',
    roster jsonb NOT NULL DEFAULT '{}',    -- the other columns of the national set, by the form table's names
    row_hash bytea NOT NULL DEFAULT '',    -- of the imported row: the same file again changes nothing
    barred text,                           -- the school set *may not sign*, with this reason (S1.5.7)
    version bigint NOT NULL DEFAULT 1,     -- bumped by whatever a guard reads: place, ledger, children, count, key data
    termination_count int NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_code, id), UNIQUE (school_code, class_year, exam_no),
    FOREIGN KEY (school_code, department_id) REFERENCES department (school_code, id)
) WITH (fillfactor = 85);
CREATE INDEX graduate_name ON graduate (school_code, class_year, name text_pattern_ops, id);
CREATE INDEX graduate_initials ON graduate (school_code, class_year, initials text_pattern_ops, id);
CREATE INDEX graduate_name_key ON graduate (school_code, class_year, name_key, id);
CREATE INDEX graduate_student_no ON graduate (school_code, class_year, student_no text_pattern_ops, id);
CREATE INDEX graduate_login ON graduate (school_code, student_no);   -- any class, the whole number
CREATE INDEX graduate_identity ON graduate (school_code, identity_hmac);
CREATE INDEX graduate_last_four ON graduate (school_code, class_year, right(identity_no, 4), id);
CREATE INDEX graduate_person ON graduate (person_id);
CREATE INDEX graduate_department ON graduate (school_code, class_year, department_id, education_level);

-- ------------------------------------------------------------------ records
CREATE SEQUENCE record_id;
CREATE TABLE record (
    school_code text NOT NULL, id bigint NOT NULL, uuid uuid NOT NULL, class_year int NOT NULL,
    graduate_id bigint NOT NULL, department_id bigint NOT NULL, postgraduate boolean NOT NULL,
    flow text NOT NULL, kind text NOT NULL DEFAULT '', state text NOT NULL, version bigint NOT NULL,
    -- the queue it waits in: written from the flow row; holder_id is the department's id when it waits for a department, else 0
    waits_for text NOT NULL, holder_id bigint NOT NULL DEFAULT 0, due_at timestamptz,
    submitted_at timestamptz NOT NULL, revision bigint NOT NULL DEFAULT 0,
    employer_id bigint, employer_name text NOT NULL DEFAULT '', credit_code text NOT NULL DEFAULT '',
    parent_id bigint, applicant text NOT NULL DEFAULT 'nobody', number text,
    forced boolean NOT NULL DEFAULT false, marked_returned boolean NOT NULL DEFAULT false,
    untouched boolean NOT NULL DEFAULT true, passed_on boolean NOT NULL DEFAULT false,
    files_version bigint NOT NULL DEFAULT 1,   -- bumped by whatever attaches or removes evidence
    stage_d_actor bigint NOT NULL DEFAULT 0,
    last_action text NOT NULL, last_from text NOT NULL, last_actor bigint NOT NULL, last_at timestamptz NOT NULL,
    -- copies for the list's orders and search; follow the graduate's row
    name text NOT NULL, name_key text NOT NULL, student_no text NOT NULL,
    PRIMARY KEY (school_code, id), UNIQUE (school_code, uuid),
    FOREIGN KEY (school_code, graduate_id) REFERENCES graduate (school_code, id)
) WITH (fillfactor = 85);
CREATE INDEX record_graduate ON record (school_code, graduate_id, id);
-- the queues: one partial index per order. "In exactly one queue" holds because waits_for is one column.
CREATE INDEX record_queue ON record (school_code, class_year, waits_for, holder_id, flow, state, submitted_at, id)
    INCLUDE (postgraduate) WHERE waits_for <> 'nobody';
CREATE INDEX record_queue_name ON record (school_code, class_year, waits_for, holder_id, flow, state, name_key, id)
    WHERE waits_for <> 'nobody';
CREATE INDEX record_queue_student ON record (school_code, class_year, waits_for, holder_id, flow, state, student_no, id)
    WHERE waits_for <> 'nobody';
CREATE INDEX record_list ON record (school_code, class_year, flow, state, submitted_at, id)
    INCLUDE (department_id, postgraduate);   -- a department's list reads past the others' in the index
CREATE INDEX record_due ON record (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX record_employer ON record (employer_id, state, id) WHERE employer_id IS NOT NULL;
CREATE UNIQUE INDEX record_number ON record (school_code, number) WHERE number IS NOT NULL;
-- one open invitation per employer and graduate (S2.3.2); one open application per record (S2.1.4)
CREATE UNIQUE INDEX record_one_invitation ON record (school_code, graduate_id, employer_id)
    WHERE flow = 'online_signing' AND state = 'invited';
CREATE UNIQUE INDEX record_one_child ON record (school_code, parent_id)
    WHERE parent_id IS NOT NULL AND state NOT IN ('terminated', 'failed', 'withdrawn', 'voided');

-- the place (S2.1.4): this claim row alone decides it
CREATE TABLE place (
    school_code text NOT NULL, class_year int NOT NULL, graduate_id bigint NOT NULL,
    record_id bigint NOT NULL, taken_at timestamptz NOT NULL,
    PRIMARY KEY (school_code, class_year, graduate_id));

CREATE TABLE record_content (   -- immutable: one per submission or modification
    school_code text NOT NULL, record_id bigint NOT NULL, revision bigint NOT NULL,
    content jsonb NOT NULL, salt bytea NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (school_code, record_id, revision));

CREATE TABLE event (   -- append-only: the server's role may not update or delete
    school_code text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL,
    record_id bigint NOT NULL, graduate_id bigint NOT NULL,
    actor_school text NOT NULL, actor_id bigint NOT NULL, actor_role text NOT NULL, on_behalf_of bigint,
    session_id bigint, fixup_id bigint, address text NOT NULL DEFAULT '',
    flow text NOT NULL, action text NOT NULL, from_state text NOT NULL, to_state text NOT NULL,
    version bigint NOT NULL, graduate_version bigint NOT NULL, revision bigint NOT NULL,
    reason_code text, reason_text text, detail jsonb,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (school_code, id));
CREATE INDEX event_record ON event (school_code, record_id, id);
CREATE INDEX event_graduate ON event (school_code, graduate_id, id);
CREATE INDEX event_xid ON event (xid, id);

-- ------------------------------------------------------------------ the employment ledger (S2.1.5)
CREATE TABLE ledger (
    school_code text NOT NULL, class_year int NOT NULL, graduate_id bigint NOT NULL, version bigint NOT NULL,
    destination jsonb, archive jsonb, household jsonb,   -- each: {source, record_id, date, values…} or NULL
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (school_code, class_year, graduate_id)
) WITH (fillfactor = 85);
CREATE TABLE ledger_history (   -- every version, the current one too; undo restores the one before
    school_code text NOT NULL, class_year int NOT NULL, graduate_id bigint NOT NULL, version bigint NOT NULL,
    destination jsonb, archive jsonb, household jsonb, record_id bigint, at timestamptz NOT NULL,
    PRIMARY KEY (school_code, class_year, graduate_id, version));

-- ------------------------------------------------------------------ told to people, and to other systems (S2.11.1)
CREATE TABLE message (
    school_code text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL,
    graduate_id bigint, employer_id bigint, record_id bigint NOT NULL, kind text NOT NULL,
    params jsonb NOT NULL DEFAULT '{}', read_at timestamptz,
    PRIMARY KEY (school_code, id));
CREATE INDEX message_graduate ON message (school_code, graduate_id, id) WHERE graduate_id IS NOT NULL;

CREATE TABLE lapsed_seen (   -- who looked at a class's lapsed records when: quiets the notice on the home screen (S1.5.1)
    school_code text NOT NULL, account_id bigint NOT NULL, class_year int NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (school_code, account_id, class_year));

CREATE TABLE feed (   -- readers see xid < pg_snapshot_xmin(pg_current_snapshot()), cursor (xid, id)
    school_code text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL, kind text NOT NULL, record_id bigint NOT NULL, graduate_id bigint NOT NULL,
    version bigint NOT NULL, body jsonb NOT NULL DEFAULT '{}', retracted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (school_code, id));
CREATE INDEX feed_xid ON feed (xid, id);
CREATE INDEX feed_school ON feed (school_code, xid, id);

CREATE TABLE request (   -- the request log: ids of calls already carried out, with their answers; kept 7 days
    school_code text NOT NULL, actor_id bigint NOT NULL, request_id uuid NOT NULL,
    params_hash bytea NOT NULL, answer jsonb NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (school_code, actor_id, request_id));
CREATE INDEX request_at ON request (at);

-- ------------------------------------------------------------------ drafts and evidence
CREATE SEQUENCE draft_version;   -- never the same again, not for a draft thrown away and kept anew either
CREATE TABLE draft (
    school_code text NOT NULL, uuid uuid NOT NULL, graduate_id bigint NOT NULL,   -- the uuid becomes the record's
    flow text NOT NULL, kind text NOT NULL DEFAULT '', body jsonb NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT nextval('draft_version'),   -- anew with every edit, and with every file of it
    PRIMARY KEY (school_code, uuid),
    FOREIGN KEY (school_code, graduate_id) REFERENCES graduate (school_code, id));
CREATE INDEX draft_graduate ON draft (school_code, graduate_id);

CREATE TABLE blob (
    school_code text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, sha256 bytea NOT NULL, size bigint NOT NULL,
    media_type text NOT NULL, complete boolean NOT NULL DEFAULT false, created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_code, id));
CREATE INDEX blob_sha256 ON blob (school_code, sha256) WHERE complete;
CREATE TABLE blob_chunk (   -- 256 KiB each
    school_code text NOT NULL, blob_id bigint NOT NULL, no int NOT NULL, data bytea NOT NULL,
    PRIMARY KEY (school_code, blob_id, no),
    FOREIGN KEY (school_code, blob_id) REFERENCES blob (school_code, id) ON DELETE CASCADE);
ALTER TABLE blob_chunk ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE upload (   -- an upload under way: any server resumes it; swept after 24 h
    school_code text NOT NULL, uuid uuid NOT NULL, account_id bigint NOT NULL, blob_id bigint NOT NULL,
    record_uuid uuid NOT NULL, purpose text NOT NULL, file_name text NOT NULL, size bigint NOT NULL,
    received bigint NOT NULL DEFAULT 0, started_at timestamptz NOT NULL DEFAULT now(),
    evidence_id bigint,   -- attached as: a repeated finish gets the same answer
    PRIMARY KEY (school_code, uuid));
CREATE INDEX upload_started ON upload (started_at);
CREATE TABLE evidence (   -- a blob's place in a record (or in the draft that will be it)
    school_code text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, record_uuid uuid NOT NULL, graduate_id bigint NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('proof', 'stamped_image')),
    blob_id bigint NOT NULL, file_name text NOT NULL, added_by bigint NOT NULL, added_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,   -- a removed file of a submitted record stays in its history
    PRIMARY KEY (school_code, id),
    FOREIGN KEY (school_code, blob_id) REFERENCES blob (school_code, id));
CREATE INDEX evidence_record ON evidence (school_code, record_uuid);

-- ------------------------------------------------------------------ imports, audit log
CREATE TABLE import (
    school_code text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, uuid uuid NOT NULL, account_id bigint NOT NULL,
    class_year int NOT NULL, kind text NOT NULL DEFAULT 'roster', state text NOT NULL DEFAULT 'receiving',
    good_rows_alone boolean NOT NULL DEFAULT false, encoding text, rows_total int, rows_done int NOT NULL DEFAULT 0,
    received bigint NOT NULL DEFAULT 0,   -- bytes of the file that are here, as import_piece rows
    report jsonb NOT NULL DEFAULT '{}', started_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz,
    PRIMARY KEY (school_code, id), UNIQUE (school_code, uuid));
CREATE TABLE import_piece (   -- the file until it has been taken in; any server goes on with it
    school_code text NOT NULL, import_id bigint NOT NULL, at_byte bigint NOT NULL, data bytea NOT NULL,
    PRIMARY KEY (school_code, import_id, at_byte),
    FOREIGN KEY (school_code, import_id) REFERENCES import (school_code, id) ON DELETE CASCADE);
ALTER TABLE import_piece ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE audit_log (   -- what is not a decision: log-ins, reveals, exports, settings, accounts (X1.4, X1.5). Append-only.
    school_code text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT now(),
    actor_school text NOT NULL, actor_id bigint NOT NULL, session_id bigint, address text NOT NULL DEFAULT '',
    kind text NOT NULL, subject text NOT NULL DEFAULT '', before jsonb, after jsonb, detail jsonb,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (school_code, id));

-- ------------------------------------------------------------------ views
CREATE VIEW graduate_row AS   -- an enrolment as the screens show it (S2.1.7); read by (school_code, graduate_id) only
SELECT g.school_code, g.id AS graduate_id, g.department_id, g.postgraduate, g.school_code || '-' || g.id AS g_id, g.name AS g_name,
       g.roster ->> 'sex' AS g_sex, g.roster ->> 'ethnicity' AS g_ethnicity, g.roster ->> 'political_status' AS g_political_status,
       d.name AS g_department, g.roster ->> 'study_length' AS g_length, g.education_level AS g_level,
       nullif(g.graduation, '') AS g_graduation, nullif(g.mobile, '') AS g_mobile, nullif(g.email, '') AS g_email,
       g.identity_no AS g_identity_no, g.student_no AS g_student_no, g.exam_no AS g_exam_no, nullif(g.major, '') AS g_major,
       g.training_mode AS g_training_mode, g.roster ->> 'origin' AS g_origin, g.class_year AS g_class
FROM graduate g
JOIN department d ON d.school_code = g.school_code AND d.id = g.department_id;

CREATE VIEW roster_row AS   -- a graduate as the roster lists it (S1.5.7); read by (school_code, graduate_id) only
SELECT g.school_code, g.id AS graduate_id, g.school_code || '-' || g.id AS id, g.name, g.student_no, g.exam_no, g.identity_no,
       d.name AS department, g.major, g.education_level AS level, nullif(g.graduation, '') AS graduation,
       g.barred IS NULL AND COALESCE(s.online_signing, false) AS may_sign,
       CASE WHEN g.barred IS NOT NULL THEN 'barred' WHEN s.school_code IS NULL THEN 'closed_class'
            WHEN NOT s.online_signing THEN 'flow_open' END AS why_not,
       l.destination ->> 'kind' AS destination
FROM graduate g
JOIN department d ON d.school_code = g.school_code AND d.id = g.department_id
LEFT JOIN season s ON s.school_code = g.school_code AND s.class_year = g.class_year
LEFT JOIN ledger l ON l.school_code = g.school_code AND l.class_year = g.class_year AND l.graduate_id = g.id;

CREATE VIEW queue_row AS   -- a record as the lists show it; read by (school_code, record_id) only
SELECT r.school_code, r.id AS record_id, r.school_code || '-' || r.id AS id, r.version, r.flow, r.kind, r.state,
       r.submitted_at, r.name, r.student_no, g.identity_no, d.name AS department, g.major, g.education_level AS level,
       nullif(r.employer_name, '') AS employer, r.number, g.training_mode, r.marked_returned, r.forced,
       back.revision IS NOT NULL AS resubmitted,
       back.revision IS NOT NULL
           AND (SELECT c.content - '_graduate' FROM record_content c
                WHERE c.school_code = r.school_code AND c.record_id = r.id AND c.revision = r.revision)
             = (SELECT c.content - '_graduate' FROM record_content c
                WHERE c.school_code = r.school_code AND c.record_id = r.id AND c.revision = back.revision)
           AND NOT EXISTS (SELECT FROM evidence v WHERE v.school_code = r.school_code AND v.record_uuid = r.uuid
                           AND greatest(v.added_at, v.removed_at) > back.at) AS unchanged,
       settled.at AS settled_at, nullif(who.name, '') AS settled_by, settled.actor_role AS settled_role,
       settled.reason_code AS settled_reason, settled.reason_text AS settled_text
FROM record r
JOIN graduate g ON g.school_code = r.school_code AND g.id = r.graduate_id
JOIN department d ON d.school_code = r.school_code AND d.id = r.department_id
LEFT JOIN LATERAL (   -- the last return that a later submission answered (X1.10)
    SELECT e.revision, e.at FROM event e
    WHERE e.school_code = r.school_code AND e.record_id = r.id AND e.action = 'return'
      AND r.revision > 1 AND e.revision < r.revision
    ORDER BY e.id DESC LIMIT 1) back ON true
LEFT JOIN LATERAL (   -- what brought a record that waits for nobody where it is (S1.5.5)
    SELECT e.at, e.actor_school, e.actor_id, e.actor_role, e.reason_code, e.reason_text FROM event e
    WHERE e.school_code = r.school_code AND e.record_id = r.id AND r.waits_for = 'nobody'
    ORDER BY e.id DESC LIMIT 1) settled ON true
LEFT JOIN account who ON who.school_code = settled.actor_school AND who.id = settled.actor_id;

-- Departments and education levels of a class's roster that nobody could audit at the department's stage (S2.2.4, S2.2.8).
CREATE VIEW auditor_missing AS
    SELECT r.school_code, r.class_year, r.department_id, d.name AS department, r.postgraduate
    FROM (SELECT DISTINCT g.school_code, g.class_year, g.department_id, g.postgraduate FROM graduate g) r
    JOIN department d ON d.school_code = r.school_code AND d.id = r.department_id
    WHERE NOT EXISTS (SELECT FROM account a
                      WHERE a.school_code = r.school_code AND a.role = 'department' AND NOT a.disabled
                        AND a.department_id = r.department_id AND a.right_employment = 2
                        AND a.data_scope IN (0, CASE WHEN r.postgraduate THEN 2 ELSE 1 END));

-- ------------------------------------------------------------------ rights of the server's role
-- The owner migrates; the server connects as quxiang_server, which can append to but not rewrite history.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quxiang_server') THEN CREATE ROLE quxiang_server LOGIN; END IF;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO quxiang_server;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO quxiang_server;
REVOKE UPDATE, DELETE ON event, record_content, ledger_history, audit_log FROM quxiang_server;
REVOKE INSERT, UPDATE, DELETE ON schema_migration, code FROM quxiang_server;   -- the owner's: server/db/migrate.c
